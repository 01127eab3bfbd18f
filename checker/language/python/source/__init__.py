# SPDX-License-Identifier: GPL-2.0-only
"""Source files: what is read, and what its names can stand for."""
