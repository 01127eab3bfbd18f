# SPDX-License-Identifier: GPL-2.0-only
"""Lemmas from samples; induction."""
