# SPDX-License-Identifier: GPL-2.0-only
"""Whether the reference implementation and a model do the same."""
