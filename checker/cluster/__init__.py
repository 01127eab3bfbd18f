# SPDX-License-Identifier: GPL-2.0-only
"""One search on several machines, and many searches side by side on them, by Ray."""
