# SPDX-License-Identifier: GPL-2.0-only
"""The domain `clients`: protocols that tasks, interrupts and NMIs call, and llist, the first of them."""
