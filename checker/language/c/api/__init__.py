# SPDX-License-Identifier: GPL-2.0-only
"""What the translation knows of the kernel's own functions, macros and constants: one table, by name and number of arguments."""
