# SPDX-License-Identifier: GPL-2.0-only
"""Compares what C text becomes in a model with what a C compiler makes of the same text."""
