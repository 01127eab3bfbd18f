# SPDX-License-Identifier: GPL-2.0-only
"""Which explicit engine searches."""
