# SPDX-License-Identifier: GPL-2.0-only
"""Raised by the checker itself at every use of a pointer, and by the kernel services that take one."""

from checker.language import demand

no_wild_pointer = demand(
    "no-wild-pointer",
    "A tagged, freed or NULL pointer that is dereferenced, freed or charged reads and writes memory that belongs to "
    "somebody else, or none.",
)
