# SPDX-License-Identifier: GPL-2.0-only
"""All reachable states with every transition between them, kept: the portable engine's, without reductions."""
