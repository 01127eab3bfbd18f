# SPDX-License-Identifier: GPL-2.0-only
"""The formulas for any number of instances against the portable engine, on states of systems of some size."""
