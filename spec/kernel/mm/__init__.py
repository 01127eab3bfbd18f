# SPDX-License-Identifier: GPL-2.0-only
"""Memory: page frames, address space for stacks, and the allocators' own locks."""
