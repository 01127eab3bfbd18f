# SPDX-License-Identifier: GPL-2.0-only
"""`make bench`: our engines, and other checkers where they are installed, side by side. docs/results/performance.md says how."""
