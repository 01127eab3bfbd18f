# SPDX-License-Identifier: GPL-2.0-only
"""The compiled engine: generated C, its driver, checkpoints."""
