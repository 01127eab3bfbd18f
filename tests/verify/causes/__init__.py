# SPDX-License-Identifier: GPL-2.0-only
"""Tests of what makes violations one cause, and of which steps they cannot do without."""
