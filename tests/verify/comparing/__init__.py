# SPDX-License-Identifier: GPL-2.0-only
"""Tests of what compares two versions of a model."""
