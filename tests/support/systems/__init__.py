# SPDX-License-Identifier: GPL-2.0-only
"""Small systems and programs for tests."""
