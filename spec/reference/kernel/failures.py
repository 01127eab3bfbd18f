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


# --- found by looking at the machine: audit.py ---


class RefusedFault(Failure):
    """A stack fault on a level of the stack was refused: the kernel reports an overflow that was none, and dies."""

    property = "fault-resolved"


class PoolTooSmall(Failure):
    """It was refused as the pool had too few pages, though no allocation had failed."""

    property = "capacity"


class LostCount(Failure):
    """The count of a stack's pages is not the number of those that are mapped."""

    property = "single-hole"


class LostListing(Failure):
    """A stack lists other pages than are mapped: some will be lost when it is freed, or freed under somebody."""

    property = "area-agrees"


class SharedPage(Failure):
    """Two have the same page."""

    property = "one-owner"


class LostPage(Failure):
    """A page frame is in use, and nobody has it."""

    property = "one-owner"


class FreePageInUse(Failure):
    """Somebody has a page that is free, and will be somebody else's soon."""

    property = "one-owner"


class TakenTwice(Failure):
    """An NMI in the fault handler was given the same page as the fault that it interrupted, or made that one fail."""

    property = "handler-reentrant"


class LostStack(Failure):
    """A stack is nobody's, and nobody will free it."""

    property = "area-owned"


class WrongCharge(Failure):
    """A page of a stack is charged to nobody, or to another than the stack's task; or a task is charged for what it has not."""

    property = "charge-once"


class ForgottenSlot(Failure):
    """The page of a slot has been taken, and nobody on that CPU will refill it."""

    property = "refill-owed"


class FalseMark(Failure):
    """A task is marked to charge and refill, and has nothing to."""

    property = "mark-earned"


class StaleTag(Failure):
    """The page of a taken slot is in no task's stack any more, or the CPU is gone: the slot's page will be charged to others."""

    property = "tag-live"


class SleepInAtomic(Failure):
    """Code that may sleep runs where nothing may: in schedule(), in an exception or an interrupt."""

    property = "no-sleep-atomic"


class UnmapInAtomic(Failure):
    """A stack is unmapped, which may sleep, where nothing may."""

    property = "free-context"


class Halted(Ended):
    """The machine has stopped as it should: a stack overflow was reported, or init was killed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Exhausted(Ended):
    """The machine has no more page frames, or no more address space for stacks: it was made too small for this run."""
