# SPDX-License-Identifier: GPL-2.0-only
"""What code reads, writes and owns: for partial order and for remembered guards."""
