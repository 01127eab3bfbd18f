# SPDX-License-Identifier: GPL-2.0-only
"""What a run of stackproof found, as data."""
