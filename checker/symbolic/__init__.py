# SPDX-License-Identifier: GPL-2.0-only
"""A solver in a process of its own."""
