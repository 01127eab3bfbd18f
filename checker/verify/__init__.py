# SPDX-License-Identifier: GPL-2.0-only
"""Carries out a check: searches, confirms every counterexample, compares with what is recorded."""
