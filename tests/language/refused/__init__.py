# SPDX-License-Identifier: GPL-2.0-only
"""What the language refuses, with the message that says so."""
