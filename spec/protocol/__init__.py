# SPDX-License-Identifier: GPL-2.0-only
"""What Linux does where a patch leaves it alone, and counts as a part of the protocol."""
