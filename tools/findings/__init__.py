# SPDX-License-Identifier: GPL-2.0-only
"""What is wrong with a protocol, bug by bug: `python -m tools.findings` finds each again and writes docs/results/findings.md."""
