# SPDX-License-Identifier: GPL-2.0-only
"""Stacks whose page faults are real: areas of this process, and what the kernel says of them."""
