# SPDX-License-Identifier: GPL-2.0-only
"""Which front end reads a model: told by what is in the file, never by its name."""
