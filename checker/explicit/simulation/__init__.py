# SPDX-License-Identifier: GPL-2.0-only
"""Random walks, and shortening what they find."""
