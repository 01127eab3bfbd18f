# SPDX-License-Identifier: GPL-2.0-only
"""What C text is made of before it is parsed: tokens, the words that decide how it is read, macros, and the configuration."""
