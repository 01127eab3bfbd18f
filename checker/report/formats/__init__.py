# SPDX-License-Identifier: GPL-2.0-only
"""Formats of other programs, one module each, all written from one neutral document."""
