# SPDX-License-Identifier: GPL-2.0-only
"""What text, JSON and pictures share."""
