# SPDX-License-Identifier: GPL-2.0-only
"""Reads what a kernel developer hands over - a mail, a series, a patch, a C file - and gives C source text with its origins.

`reading.read_c_source` is for the front end; nothing here parses C or runs another program.
"""
