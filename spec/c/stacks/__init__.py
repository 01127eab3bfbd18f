# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel's functions, macros and constants are that only the domain `stacks` has: pages, areas, stacks, tasks."""
