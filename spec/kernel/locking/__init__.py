# SPDX-License-Identifier: GPL-2.0-only
"""Locks, preemption, interrupts off."""
