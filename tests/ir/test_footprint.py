# SPDX-License-Identifier: GPL-2.0-only
"""Footprints over-approximate: bits outside them change nothing, and are not changed."""

from __future__ import annotations

import random
from dataclasses import dataclass

from hypothesis import event, note

from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.explicit.step.generated_names import Names
from checker.explicit.step.outcome import Raised, Tape
from checker.explicit.step.python_code import FunctionMaker
from checker.explicit.step.transitions import Transition
from checker.ir import system as ir
from checker.ir.analysis.footprint import Footprint, Footprints
from checker.ir.layout import make_layout
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.front.load import load_program
from tests.support.random.random_expressions import PLACE, Expressions, model
from tests.support.random.random_programs import random_program
from tests.support.random.random_systems import random_system
from tests.support.seeds import seeds
from tests.support.systems.small_programs import HEADER, ONE_PROCESSOR, model_file


@dataclass(frozen=True)
class Effect:
    """All that a transition can do in a state: for each way to choose, the choices, and the next state or what it raises."""

    ways: tuple[tuple[tuple[int, ...], int | str | None], ...]


def effect(transition: Transition, state: int) -> Effect:
    tape = Tape()
    ways: list[tuple[tuple[int, ...], int | str | None]] = []
    while True:
        tape.rewind()
        end: int | str | None
        try:
            end = transition.function(state, tape)
        except Raised as raised:
            end = repr(raised)
        ways.append((tuple(tape.values), end))
        if not tape.advance():
            return Effect(tuple(ways))


def frames_of(search: Search, record: str, index: int) -> int:
    """All bits of the frames of an instance."""
    layout = search.layout.frames[record]
    return ((1 << layout.stride) - 1) << layout.base(index, 0)


def footprint_of(search: Search, transition: Transition) -> Footprint:
    """The footprint of a transition, with its own frames: a call or return concerns the one above or below too."""
    footprints = Footprints(search.system, search.layout)
    if transition.action is not None:
        return footprints.block(transition.action.body)
    assert transition.location is not None
    assert transition.frame is not None
    own = frames_of(search, transition.frame.record, transition.frame.index)
    return footprints.block(transition.location.body) | Footprint(own, own)


def random_bits(chance: random.Random, mask: int) -> int:
    found = 0
    for bit in range(mask.bit_length()):
        if mask >> bit & 1 and chance.random() < 0.5:
            found |= 1 << bit
    return found


def check(search: Search, chance: random.Random) -> None:
    """Asserts that the transitions of some reachable states keep to their footprints."""
    search.run(Limits(states=2_000))
    unmarked = (1 << search.layout.mark) - 1
    for state in chance.sample(search.states, min(len(search.states), 12)):
        if state > unmarked:
            continue
        for transition in list(search.transitions.possible(state)):
            footprint = footprint_of(search, transition)
            before = effect(transition, state)
            for _, end in before.ways:
                if isinstance(end, int):
                    assert (end ^ state) & unmarked & ~footprint.writes == 0, "writes outside the footprint"
            for _ in range(3):
                flipped = random_bits(chance, unmarked & ~(footprint.reads | footprint.writes))
                event("bits flipped" if flipped else "everything is in the footprint")
                after = effect(transition, state ^ flipped)
                assert after == Effect(
                    tuple((choices, end ^ flipped if isinstance(end, int) else end) for choices, end in before.ways)
                ), "reads outside the footprint"


def searched(text: str, chance: random.Random) -> None:
    note(text)
    try:
        search = Search(lower(load_program(model_file(text))))
    except ModelError:
        event("refused")
        return
    check(search, chance)


@seeds(40, 200)
def test_concurrent_systems_keep_to_their_footprints(seed: int) -> None:
    chance = random.Random(seed)
    searched(HEADER + random_system(chance), chance)


@seeds(25, 100)
def test_routines_keep_to_their_footprints(seed: int) -> None:
    chance = random.Random(seed)
    searched(random_program(chance) + ONE_PROCESSOR, chance)


SYSTEM = model()
LAYOUT = make_layout(SYSTEM)


@seeds(150, 500)
def test_an_expression_reads_nothing_outside_its_footprint(seed: int) -> None:
    chance = random.Random(seed)
    expression = Expressions(chance, SYSTEM).integer(3)
    note(str(expression))
    mask = Footprints(SYSTEM, LAYOUT).reads(expression)
    function = FunctionMaker(Names(SYSTEM, LAYOUT)).predicate(ir.Operation("+", (expression, ir.Constant(0))))

    def value(state: int) -> object:
        try:
            return function(state)
        except Raised as raised:
            return repr(raised)

    state = chance.getrandbits(LAYOUT.mark)
    for _ in range(5):
        assert value(state) == value(state ^ random_bits(chance, ~mask & (1 << LAYOUT.mark) - 1))


def test_a_footprint_is_no_larger_than_it_has_to_be() -> None:
    footprints = Footprints(SYSTEM, LAYOUT)
    cells = LAYOUT.cells["Page.cells"]
    whole = (1 << 6 * cells.width) - 1
    unknown = ir.Local("i")
    assert footprints.cells("Page.cells", (ir.Constant(1), ir.Constant(0))) == 7 << cells.offset + 2 * cells.width
    assert footprints.cells("Page.cells", (unknown, unknown)) == whole << cells.offset
    assert footprints.cells("Page.cells", (ir.Constant(0), unknown)) == (1 << 2 * cells.width) - 1 << cells.offset
    assert footprints.cells("table", (unknown,)) == 0, "constants are not part of the state"
    load = ir.Load("g", ())
    assert footprints.instruction(ir.Store("flag", (), load)) == Footprint(
        footprints.cells("g", ()), footprints.cells("flag", ())
    )
    index = ir.Index("Page", unknown, True, PLACE)
    assert footprints.reads(index) == footprints.cells("Page.allocated", (unknown,))
    assert footprints.reads(ir.Index("Page", unknown, False, PLACE)) == 0
    frame = LAYOUT.frames["Cpu"]
    location = (1 << LAYOUT.location_width) - 1
    assert footprints.reads(ir.HasFrames("Cpu", ir.Constant(1))) == location << frame.base(1, 0)
