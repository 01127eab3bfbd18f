# SPDX-License-Identifier: GPL-2.0-only
"""What can go wrong on the machine, as exceptions: each says what happened, and which property of the catalogue it breaks."""

from __future__ import annotations


class Ended(Exception):
    """Nothing happens on the machine after this."""


class Failure(Ended):
    """The protocol, or the kernel because of it, has done something that must not happen."""

    property = ""


class WildPointer(Failure):
    """A pointer that is NULL, tagged, or to something that is free is followed; or an index lies outside its array."""

    property = "no-wild-pointer"


class DoubleCharge(Failure):
    """A page that is charged to a task is charged a second time."""

    property = "charge-once"


class UnresolvedFault(Failure):
    """A fault counts as resolved, and the access would fault again."""

    property = "fault-resolved"


class DirtyPage(Failure):
    """A page with others' data enters a stack."""

    property = "zeroed"


class WrongStack(Failure):
    """A fault on one stack makes another one grow."""

    property = "right-stack"


class FreedInHandler(Failure):
    """The page allocator is called from the stack fault handler."""

    property = "free-context"


class RemoteFault(Failure):
    """A task touches an unmapped page of a stack that is not its own, which nobody can resolve."""

    property = "remote-access"


class PoolNotFull(Failure):
    """A CPU comes online and could not resolve a fault."""

    property = "online-full"


class FrameOverwritten(Failure):
    """A second stack fault overwrites the exception frame of the first."""

    property = "handler-reentrant"


class Halted(Ended):
    """The machine has stopped as it should: a stack overflow was reported, or init was killed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Exhausted(Ended):
    """The machine has no more page frames, or no more address space for stacks: it was made too small for this run."""
