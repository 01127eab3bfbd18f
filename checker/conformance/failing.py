# SPDX-License-Identifier: GPL-2.0-only
"""A counterexample on the implementation: what goes wrong there, concretely.

On the implementation of the protocol that it is of, each of its steps is taken, and what the model's cells change to is held
against the machine's. On another one steps have no counterpart, so that it is driven as near to the trace as can be: what
strikes and what is chosen comes in the trace's order, each CPU going on until it can take it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from checker.conformance.abstraction import Mismatch, Packing, machine_for, move_of_step, protocol_of, sizes_of
from checker.language import tree
from checker.trace.data import Trace
from spec.reference.audit import audit, shortages
from spec.reference.kernel.failures import Ended, Failure, Halted
from spec.reference.kernel.objects import Cpu
from spec.reference.kernel.operations import Choice
from spec.reference.log import Event, Move
from spec.reference.machine import Machine

PATIENCE = 80
"""Steps that a CPU may take before it is given up that something becomes possible there."""
DEMANDS = {"hardened": {"exception_stacks": 2}}
"""What a protocol demands of the machine, by the assumption that its model states: so much at least."""
SETTLING = 120
"""Steps that each CPU takes at the end, with nothing striking any more."""


@dataclass(frozen=True)
class Outcome:
    """What came of a trace on the implementation.

    steps: moves that it made. failures: (property, what is wrong), each once. halted: why the machine stopped as it should, if
    it did. left_out: what of the trace could not be done, in words. differs: where the machine and the trace disagree; empty if
    nowhere. given: sizes that were not the trace's.
    """

    steps: int
    failures: tuple[tuple[str, str], ...]
    halted: str = ""
    left_out: tuple[str, ...] = ()
    differs: str = ""
    given: tuple[str, ...] = ()


def replay_trace(program: tree.Program, trace: Trace) -> tuple[Outcome, list[Event]]:
    """Runs a trace on the implementation of its own protocol. Also the events of that run."""
    events: list[Event] = []
    machine = machine_for(program, log=events.append)
    packing = Packing(program)
    cells = dict(trace.initial)
    if cells != packing.printed(packing.of_machine(machine)):
        return Outcome(0, (), differs="the machine begins in another state than the trace"), events
    found: dict[tuple[str, str], None] = {}
    lacking: frozenset[tuple[str, str, int]] | None = None
    for number, step in enumerate(trace.steps, 1):
        try:
            machine.take(move_of_step(program, step))
        except ValueError as error:
            return Outcome(number - 1, (), differs=f"step {number}: {error}"), events
        except Failure as failure:
            found[failure.property, str(failure)] = None
            break
        except Ended as ended:
            return Outcome(number, (), differs=f"step {number}: {ended}"), events
        strange = [change.cell for change in step.changes if change.cell not in cells]
        if strange:
            return Outcome(number, (), differs=f"step {number}: the machine has no {strange[0]}"), events
        cells |= {change.cell: change.after for change in step.changes}
        other = [(n, cells[n], v) for n, v in packing.printed(packing.of_machine(machine)).items() if cells[n] != v]
        if other:
            name, said, now = other[0]
            return Outcome(number, (), differs=f"step {number}: {name} is {said} in the trace and {now} on the machine"), events
        if trace.cycle is not None and number > trace.cycle.start:
            lacking = shortages(machine) if lacking is None else lacking & shortages(machine)
    if trace.ends:
        lacking = shortages(machine)
    if machine.ended is None:
        found |= {(failure.property, str(failure)): None for failure in audit(machine)}
    how_long = "where the run ends" if trace.ends else "all the way round the cycle"
    for property, cpu, slot in sorted(lacking or ()):
        found[property, f"slot {slot} of {cpu}'s pool has no page for a fault, {how_long}"] = None
    return Outcome(machine.taken, tuple(found)), events


def drive(program: tree.Program, trace: Trace, protocol: str) -> Outcome:
    """Runs a trace of one protocol on the implementation of another, as far as that can be done. Raises Mismatch if it is no
    run of the first that fails."""
    own_protocol = protocol_of(program)
    if protocol == own_protocol:
        return replay_trace(program, trace)[0]
    own, guide = replay_trace(program, trace)
    if own.differs:
        raise Mismatch(f"this is not a run of the implementation of {own_protocol}, so that it leads no other: {own.differs}")
    violated = trace.violation.property
    if all(property != violated for property, _ in own.failures):
        raise Mismatch(f"the implementation of {own_protocol} does not fail in this run as {violated} forbids")
    sizes = sizes_of(program)
    demanded = DEMANDS.get(protocol, {})
    changed = {name: number for name, number in demanded.items() if getattr(sizes, name) < number}
    outcome = Driver(Machine(protocol, replace(sizes, **changed), trace.events)).run(guide)
    given = tuple(f"{name} = {number}, as {protocol} demands it" for name, number in changed.items())
    return replace(outcome, given=given)


class Driver:
    """Leads a machine along the events of another one."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.found: dict[tuple[str, str], None] = {}
        self.left_out: list[str] = []
        self.halted = ""

    def run(self, guide: Sequence[Event]) -> Outcome:
        """Follows the events, then lets all CPUs run on."""
        for event in guide:
            if self.machine.ended is not None:
                break
            if event.move.cpu is None:
                self._strike(event.move)
            elif event.move.choice is not None:
                self._choose(self.machine.cpus[event.move.cpu], event)
            else:
                self._step(self.machine.cpus[event.move.cpu])
        for cpu in self.machine.cpus:
            for _ in range(SETTLING):
                if not self._go_on(cpu):
                    break
        return Outcome(self.machine.taken, tuple(self.found), self.halted, tuple(self.left_out))

    def _strike(self, move: Move) -> None:
        """Something happens to a CPU, as soon as it can."""
        cpu = self.machine.cpus[move.arguments[0]]
        for _ in range(PATIENCE):
            if self.machine.ended is not None:
                return
            if move in self.machine.moves():
                self._take(move)
                return
            if not self._go_on(cpu):
                break
        self.left_out.append(str(move))

    def _choose(self, cpu: Cpu, event: Event) -> None:
        """The surroundings decide something: the same where it can be chosen there, else as little as can be."""
        for _ in range(PATIENCE):
            if self.machine.ended is not None:
                return
            if self._asked(cpu) == event.what:
                options = self.machine.choices(cpu)
                if event.move.choice in options:
                    self._take(Move(cpu.index, choice=event.move.choice))
                    return
                break
            if not self._go_on(cpu):
                break
        self.left_out.append(f"{cpu} {event.what}: {event.move.choice}")
        self._go_on(cpu)

    def _step(self, cpu: Cpu) -> None:
        """One step, unless something is to be chosen in it: the trace will say what."""
        if self.machine.choices(cpu) == [None]:
            self._take(Move(cpu.index))

    def _go_on(self, cpu: Cpu) -> bool:
        """One step, choosing as little as can be. False: the CPU has to wait."""
        if self.machine.ended is not None:
            return False
        options = self.machine.choices(cpu)
        if not options:
            return False
        self._take(Move(cpu.index, choice=_least(options)))
        return True

    def _asked(self, cpu: Cpu) -> str:
        """What the CPU's next step chooses; empty if nothing."""
        operation = self.machine.next_operation(cpu)
        return "" if operation is None or self.machine.choices(cpu) in ([], [None]) else operation.describe()

    def _take(self, move: Move) -> None:
        try:
            self.machine.take(move)
        except Failure as failure:
            self.found[failure.property, str(failure)] = None
        except Halted as halted:
            self.halted = halted.reason
        except Ended as ended:
            self.left_out.append(f"{move}: {ended}")
        else:
            self.found |= {(failure.property, str(failure)): None for failure in audit(self.machine)}


def _least(options: Sequence[Choice]) -> Choice:
    """Nothing fails, nothing sleeps, no work but the plain one; of tasks the last, which is idle."""
    for quiet in (False, "NOTHING"):
        if any(option is quiet or (option == quiet and isinstance(option, str)) for option in options):
            return quiet
    return options[-1]
