# SPDX-License-Identifier: GPL-2.0-only
"""Tests of designs that reviewers propose."""
