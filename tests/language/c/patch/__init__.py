# SPDX-License-Identifier: GPL-2.0-only
"""Tests of checker/language/c/patch."""
