# SPDX-License-Identifier: GPL-2.0-only
"""Representatives of states; which transitions suffice."""
