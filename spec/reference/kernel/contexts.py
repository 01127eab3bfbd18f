# SPDX-License-Identifier: GPL-2.0-only
"""Where code stands: a task's, or that of an exception or interrupt on a CPU.

Python's generators cannot be copied, but they can be led to the same place again, since all they know is what they have
been told (operations.py). So a context remembers what that was, since the last time that it stood at a place where
nothing of the past matters: the beginning of a round of a task's life. That makes contexts values: a step gives
another one, and the old one can be stepped again, another way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from spec.reference.kernel.operations import Boundary, Choice, Operation, Steps, routine_name

if TYPE_CHECKING:
    from spec.reference.kernel.kernel import Kernel

Round: TypeAlias = Callable[[], "Steps[bool]"]
"""Begins a round. It gives True if it ends with the return of a call that had a frame: then the next round waits for the next
step, like all code to which a call returns; else it goes on in the same one."""
Journal: TypeAlias = "tuple[Journal, int, Any] | None"
"""What a generator has been told, on which CPU, the last first."""
NOWHERE: frozenset[str] = frozenset()


class Reached:
    """A generator at its next operation. operation is None if it has come to its end."""

    __slots__ = ("cpu", "generator", "journal", "operation", "round")

    def __init__(self, cpu: int, generator: Steps[bool], round: Round, journal: Journal, operation: Operation | None) -> None:
        self.cpu = cpu
        self.generator = generator
        self.round = round
        self.journal = journal
        self.operation = operation


class Context:
    """Where code stands. Never changes, but for `reached` and `parked`, which can be made again.

    next_round: what follows when a round has ended, None: nothing. resumes: whether it stands behind a call or return, where
    its next step begins with what the locals give; else it stands before an operation. inside: the routines it is in.
    entered: the routine whose frame has just been pushed, or the round that is about to begin.
    parked: a generator that stands behind the call or return. reached: one that stands before the next operation.
    """

    __slots__ = ("entered", "inside", "journal", "next_round", "parked", "reached", "resumes", "round")

    def __init__(
        self,
        round: Round,
        next_round: Round | None,
        journal: Journal,
        resumes: bool,
        inside: frozenset[str],
        entered: str = "",
    ) -> None:
        self.round = round
        self.next_round = next_round
        self.journal = journal
        self.resumes = resumes
        self.inside = inside
        self.entered = entered
        self.reached: Reached | None = None
        self.parked: Steps[bool] | None = None

    def reach(self, kernel: Kernel) -> Reached:
        """The next operation, if the kernel's present CPU steps this."""
        found = self.reached
        if found is None or (self.resumes and found.cpu != kernel.here):
            generator, operation = (self.parked, None) if self.parked is not None else self.replayed(kernel)
            self.parked = None
            found = Reached(kernel.here, generator, self.round, self.journal, operation)
            if self.resumes:
                found = proceed(kernel, self, found, None)
            self.reached = found
        return found

    def replayed(self, kernel: Kernel) -> tuple[Steps[bool], Operation | None]:
        """A new generator that has been told all that an earlier one had been told, and what it has asked for last."""
        told = []
        journal = self.journal
        while journal is not None:
            told.append(journal)
            journal = journal[0]
        generator, operation, here = self.round(), None, kernel.here
        for _, kernel.here, value in reversed(told):
            operation = generator.send(value)
        kernel.here = here
        return generator, operation


def begin(round: Round, name: str, next_round: Round | None = None) -> Context:
    """A context whose frame has just been pushed."""
    return Context(round, next_round, None, True, frozenset((name,)), name)


def proceed(kernel: Kernel, context: Context, at: Reached, value: Any) -> Reached:
    """Tells the generator a value, and goes on to the next operation that is a place to stop at. What can be read at any time,
    as nobody changes it, is no such place."""
    here, generator, round, journal = kernel.here, at.generator, at.round, at.journal
    while True:
        try:
            operation = generator.send(value)
        except StopIteration as end:
            if context.next_round is None or end.value:
                return Reached(here, generator, round, None, None)
            round, journal, value = context.next_round, None, None
            generator = round()
            continue
        journal = (journal, here, value)
        if operation.field() not in kernel.unchanging:
            return Reached(here, generator, round, journal, operation)
        value = operation.perform(None)


def step(kernel: Kernel, context: Context, choice: Choice) -> Context | None:
    """One step of the context's code on the present CPU: one operation, and what the locals give behind it. None: it has ended.

    What the operation raises leaves the context as it was."""
    at = context.reach(kernel)
    operation = at.operation
    if operation is not None and not isinstance(operation, Boundary):
        value = kernel.result = operation.perform(choice)
        context.reached = None
        at = proceed(kernel, context, at, value)
        operation = at.operation
    else:
        context.reached = None
    if operation is None:
        if context.next_round is None:
            return None
        return Context(context.next_round, context.next_round, None, True, NOWHERE, f"{routine_name(at.generator)} ends")
    inside = [generator.__name__ for generator in chain(at.generator)]
    if not isinstance(operation, Boundary):
        found = Context(at.round, context.next_round, at.journal, False, frozenset(inside))
        found.reached = at
        return found
    inside.append(operation.callee)
    found = Context(at.round, context.next_round, at.journal, True, frozenset(inside), operation.callee)
    found.parked = at.generator
    return found


def chain(generator: Any) -> list[Any]:
    """The generator and those that it waits for, the innermost last."""
    found = []
    while generator is not None:
        found.append(generator)
        generator = generator.gi_yieldfrom
    return found
