# SPDX-License-Identifier: GPL-2.0-only
"""What names of C text are to the modelled kernel, as a manifest says it."""
