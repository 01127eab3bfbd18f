# SPDX-License-Identifier: GPL-2.0-only
"""What comes in between: stack faults, interrupts, NMIs, and in which context code runs."""
