# SPDX-License-Identifier: GPL-2.0-only
"""Small changes of C text, made on its syntax tree."""
