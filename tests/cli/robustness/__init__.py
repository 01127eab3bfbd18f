# SPDX-License-Identifier: GPL-2.0-only
"""Tests of the compiled engine from outside, where things go wrong."""
