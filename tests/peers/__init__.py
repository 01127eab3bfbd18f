# SPDX-License-Identifier: GPL-2.0-only
"""Models of known algorithms, not ours, which every way to search has to agree on."""
