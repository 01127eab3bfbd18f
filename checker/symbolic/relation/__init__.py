# SPDX-License-Identifier: GPL-2.0-only
"""The transition system as a formula."""
