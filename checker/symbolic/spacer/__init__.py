# SPDX-License-Identifier: GPL-2.0-only
"""Z3's Spacer."""
