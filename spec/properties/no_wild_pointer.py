# SPDX-License-Identifier: GPL-2.0-only
"""Raised by the checker itself at every use of a pointer, and by the kernel services that take one."""

from checker.language import demand

no_wild_pointer = demand(
    "no-wild-pointer",
    "Whoever dereferences, frees or charges a tagged, freed or NULL pointer reads and writes memory that belongs to somebody "
    "else, or to nobody.",
)
