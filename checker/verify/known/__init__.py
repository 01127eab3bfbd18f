# SPDX-License-Identifier: GPL-2.0-only
"""Outcomes of searches that need not be run again: kept in the user's cache, by everything that they depend on."""
