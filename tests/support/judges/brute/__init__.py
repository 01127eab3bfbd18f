# SPDX-License-Identifier: GPL-2.0-only
"""All states of a program, one by one, with nothing that engines share."""
