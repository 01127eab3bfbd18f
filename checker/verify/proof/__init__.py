# SPDX-License-Identifier: GPL-2.0-only
"""Carries out a proof: prove, certify."""
