# SPDX-License-Identifier: GPL-2.0-only
"""Each implementation that does one thing differently is caught by lockstep, and the true ones are not."""

from __future__ import annotations

import pytest

from checker.conformance.abstraction import machine_for, unchanging_fields
from checker.conformance.difference import Kind
from checker.conformance.implementation import Implementation
from checker.conformance.lockstep import Lockstep, Search
from checker.conformance.specification import Specification
from checker.language.front.load import load_program
from checker.language.tree import Program
from checker.project import PROJECT
from checker.report.text.conformance_text import difference_text
from spec.reference.kernel.contexts import begin
from spec.reference.kernel.exceptions import exc_page_fault
from spec.reference.kernel.kernel import Sizes
from spec.reference.kernel.protocol import Protocol
from spec.reference.log import Move
from spec.reference.machine import Machine
from tests.conformance.planted import PLANTED, RemembersTooMuch
from tests.support.sampling import always


def program_of(model: str, sizes: tuple[int, int, int], events: tuple[str, ...]) -> Program:
    cpus, tasks, stack_pages = sizes
    return load_program(PROJECT / f"models/{model}.py", {"CPUS": cpus, "TASKS": tasks, "STACK_PAGES": stack_pages}, events)


def lockstep(program: Program, protocol: type[Protocol] | None, quick: bool = False) -> Lockstep:
    specification = Specification(program)
    subject = Implementation(specification, machine_for(program, None if protocol is None else protocol()))
    return Search(specification, subject, None if quick else subject.inside).run()


@pytest.mark.parametrize(
    ("protocol", "model", "sizes", "events", "kind"),
    always(PLANTED, lambda case: case in PLANTED[::3]),
    ids=[p.__name__ for p, *_ in PLANTED],
)
def test_a_planted_difference_is_caught(
    protocol: type[Protocol], model: str, sizes: tuple[int, int, int], events: tuple[str, ...], kind: Kind
) -> None:
    program = program_of(model, sizes, events)
    difference = lockstep(program, protocol).difference
    assert difference is not None
    text = difference_text(program, difference)
    print(text)
    assert difference.kind is kind
    assert text.splitlines()[0].startswith(f"models/{model}.py:")


@pytest.mark.slow
@pytest.mark.parametrize(("model", "sizes", "events"), sorted({case[1:4] for case in PLANTED}))
def test_where_nothing_is_planted_nothing_is_found(model: str, sizes: tuple[int, int, int], events: tuple[str, ...]) -> None:
    result = lockstep(program_of(model, sizes, events), None)
    assert result.difference is None
    assert result.stopped is None
    assert result.counts.cuts == 0


def test_what_only_a_local_knows_takes_more_than_a_quick_look() -> None:
    program = program_of("hardened", (1, 1, 2), ("touch",))
    assert lockstep(program, RemembersTooMuch, quick=True).difference is None
    assert lockstep(program, RemembersTooMuch).difference is not None


def test_code_that_has_not_begun_is_told_apart_by_what_it_will_begin_with() -> None:
    program = program_of("rfc_v1", (1, 1, 3), ("touch",))
    machine = machine_for(program)
    subject = Implementation(Specification(program), machine)
    deep = Move(None, "touch", (0, 1))
    while deep not in machine.moves():
        machine.take(machine.moves()[0])
    machine.take(deep)
    cpu, area = machine.cpus[0], machine.areas[0]

    def inside(level: int) -> object:
        fault = begin(lambda: exc_page_fault(machine.kernel, cpu.current, area, level), "exc_page_fault")
        cpu.handlers = (fault,)
        return subject.inside(machine.save())

    assert inside(1) == inside(1)
    assert inside(1) != inside(2)


@pytest.mark.parametrize(("event", "kind"), [("nmi", Kind.EXTRA), ("oom", Kind.MISSING)])
def test_a_machine_on_which_more_can_happen(event: str, kind: Kind) -> None:
    program = program_of("rfc_v1", (1, 1, 2), ("touch",))
    specification = Specification(program)
    machine = Machine("rfc_v1", Sizes(stack_pages=2), ("touch", event), unchanging=unchanging_fields(program))
    difference = Search(specification, Implementation(specification, machine)).run().difference
    assert difference is not None
    text = difference_text(program, difference)
    assert difference.kind is kind, text
    assert event != "nmi" or "has no action nmi" in text
