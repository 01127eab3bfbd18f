# SPDX-License-Identifier: GPL-2.0-only
"""Declarations: what the definitions of a model mean, each read once."""
