# SPDX-License-Identifier: GPL-2.0-only
"""What is printed: harmless text, and how far a command is."""
