# SPDX-License-Identifier: GPL-2.0-only
"""The implementation beside the replayer, which shares no code with the engines, at sizes that no search covers.

Hypothesis chooses what happens, and looks for the shortest run in which the two differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from checker.conformance.abstraction import Packing, machine_for, move_of_action, transition_of
from checker.language.front.load import load_program
from checker.language.tree import Program
from checker.trace import machine as replayer
from checker.trace.state import Kind
from spec.reference.audit import audit
from spec.reference.kernel.failures import Ended, Exhausted, Failure, Halted
from spec.reference.kernel.kernel import EVENTS
from spec.reference.kernel.objects import NULL, TAG
from spec.reference.kernel.operations import LoadItem, Steps, StoreItem
from spec.reference.kernel.protocol import Protocol
from spec.reference.log import Move
from spec.reference.rfc import RfcProtocol

MODELS = Path(__file__).parents[2] / "models"
NUMBERS = st.integers(0, 2**16)


class Beside(RuleBasedStateMachine):
    """Runs of the implementation and of the model in the replayer, at once. name: of the model. candidates: its actions with all
    arguments. protocol: another than the model's."""

    name: str
    program: Program
    packing: Packing
    candidates: Sequence[tuple[str, tuple[int, ...]]]
    protocol: type[Protocol] | None

    def __init__(self) -> None:
        super().__init__()
        self.begin()

    @precondition(lambda self: self.over)
    @rule()
    def begin(self) -> None:
        self.model = replayer.Machine(self.program)
        self.machine = machine_for(self.program, None if self.protocol is None else self.protocol())
        self.over = False

    def both(self, move: Move) -> None:
        """Takes a move that the implementation says is possible."""
        outcome = self.model.take(transition_of(self.program, self.machine, move))
        ended: Ended | None = None
        try:
            self.machine.take(move)
        except Ended as raised:
            ended = raised
        match outcome.kind:
            case Kind.DONE:
                assert ended is None, ended
                assert self.packing.printed(self.packing.of_machine(self.machine)) == self.model.cells()
            case Kind.CHECK | Kind.WILD_POINTER:
                assert isinstance(ended, Failure) and ended.property == outcome.property
            case Kind.HALT:
                assert isinstance(ended, Halted)
            case Kind.CUT:
                assert ended is None or isinstance(ended, Exhausted)
            case other:
                raise AssertionError(f"{move}: the model says {other}: {outcome}")
        self.over = outcome.kind is not Kind.DONE
        if self.name == "hardened":
            assert not isinstance(ended, Failure) and (self.over or not audit(self.machine))

    @precondition(lambda self: not self.over)
    @rule(cpu=NUMBERS, steps=st.integers(1, 10), choice=NUMBERS)
    def step(self, cpu: int, steps: int, choice: int) -> None:
        """Some steps of one CPU."""
        for _ in range(steps):
            on = self.machine.cpus[cpu % len(self.machine.cpus)]
            possible = self.machine.choices(on)
            if not possible or self.over:
                return
            self.both(Move(on.index, choice=possible[choice % len(possible)]))

    @precondition(lambda self: not self.over)
    @rule(number=NUMBERS)
    def strike(self, number: int) -> None:
        """Something that is possible happens to a CPU; not what ends most runs."""
        guard = self.machine.kernel.stack_pages
        events = [m for m in self.machine.moves() if m.event not in ("", "remote_read") and guard not in m.arguments[1:]]
        if events:
            self.both(events[number % len(events)])

    @precondition(lambda self: not self.over and bool(self.candidates))
    @rule(number=NUMBERS)
    def ask(self, number: int) -> None:
        """Whether any event at all is possible: both say the same."""
        name, arguments = self.candidates[number % len(self.candidates)]
        move = move_of_action(self.program, name, arguments)
        offered = move in self.machine.moves()
        if offered:
            self.both(move)
        else:
            assert self.model.act(name, arguments).kind is Kind.NOT_POSSIBLE

    @precondition(lambda self: not self.over)
    @rule(cpu=NUMBERS)
    def stand_still(self, cpu: int) -> None:
        """A CPU that cannot step here cannot step in the model. (To ask that is the end of the replayer's machine.)"""
        on = self.machine.cpus[cpu % len(self.machine.cpus)]
        if cpu % 16 == 0 and not self.machine.choices(on):
            assert self.model.step(on.index).kind is Kind.NOT_POSSIBLE
            self.over = True


def beside(
    model: str, sizes: dict[str, int], events: tuple[str, ...], protocol: type[Protocol] | None = None
) -> type[RuleBasedStateMachine]:
    """Such runs of one model. protocol: another than the model's."""
    program = load_program(MODELS / f"{model}.py", sizes, events)
    candidates = [
        (name, arguments) for name, action in program.actions.items() for arguments in replayer.Machine(program).bindings(action)
    ]
    told = {"name": model, "program": program, "packing": Packing(program), "candidates": candidates, "protocol": protocol}
    return type("BesideModel", (Beside,), told)


LARGE = {"CPUS": 3, "TASKS": 5, "STACK_PAGES": 5}


@pytest.mark.parametrize("model", ["rfc_v1", "hardened"])
def test_every_event_at_larger_sizes(model: str) -> None:
    run_state_machine_as_test(
        beside(model, LARGE, EVENTS), settings=settings(max_examples=6, stateful_step_count=25, deadline=None)
    )


class TagsAtOnce(RfcProtocol):
    """Tags a slot without looking at it again."""

    def get_page(self) -> Steps[int]:
        cpu = self.kernel.this_cpu()
        for i in range(self.kernel.pool_slots):
            page: int = yield LoadItem(cpu, "pool", i)
            if page != NULL and not page & TAG:
                yield StoreItem(cpu, "pool", i, page | TAG)
                return page
        return NULL


def test_a_difference_is_found() -> None:
    machine = beside("rfc_v1", {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2}, ("touch",), TagsAtOnce)
    found = settings(
        max_examples=1_000,
        stateful_step_count=60,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],  # and not made shorter
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=found)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["rfc_v1", "hardened"])
@pytest.mark.parametrize(
    "events",
    [("touch",), ("touch", "migrate", "nmi"), ("touch", "oom", "fork", "exit", "hotplug"), ("touch", "late-fault", "irq")],
)
def test_fewer_events_longer_runs(model: str, events: tuple[str, ...]) -> None:
    run_state_machine_as_test(
        beside(model, LARGE, events), settings=settings(max_examples=5, stateful_step_count=50, deadline=None)
    )
