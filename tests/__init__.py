# SPDX-License-Identifier: GPL-2.0-only
"""Tests, in rooms as checker has them."""
