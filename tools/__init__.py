# SPDX-License-Identifier: GPL-2.0-only
"""What measures, generates and searches beside the tests: not installed."""
