# SPDX-License-Identifier: GPL-2.0-only
"""Packed states: everything has bits of its own, enough of them, and what is packed comes out again."""

from __future__ import annotations

import random

import pytest
from hypothesis import note

from checker.explicit.step.decode import state_cells
from checker.explicit.step.initial import initial_states
from checker.ir import system as ir
from checker.ir.layout import Layout, make_layout
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.front.load import load_program
from checker.language.values import format_value
from checker.project import PROJECT
from tests.support.random.random_expressions import model, random_cells
from tests.support.random.random_programs import random_program
from tests.support.seeds import seeds
from tests.support.systems.small_programs import ONE_PROCESSOR, model_file, program_of


def assert_apart(parts: list[tuple[int, int, str]], low: int, high: int) -> None:
    """Asserts that the bits of all parts (offset, width, name) are apart from each other, and between low and high."""
    taken: dict[int, str] = {}
    for offset, width, name in parts:
        assert low <= offset
        assert offset + width <= high
        for bit in range(offset, offset + width):
            assert bit not in taken, f"{name} and {taken[bit]} share bit {bit}"
            taken[bit] = name


def check_layout(system: ir.System, layout: Layout) -> None:
    whole: list[tuple[int, int, str]] = []
    for name, variable in system.variables.items():
        assert (name in layout.cells) == (not variable.constant)
        if not variable.constant:
            cells = layout.cells[name]
            assert variable.high - variable.low < 1 << cells.width
            whole += [(cells.offset + n * cells.width, cells.width, f"{name}[{n}]") for n in range(len(variable.initial))]
    for record, owner in system.owners.items():
        frames = layout.frames[record]
        assert frames.frames == owner.frames
        for index in range(owner.count):
            whole += [(frames.base(index, depth), frames.width, f"{record}{index}") for depth in range(owner.frames)]
        assert len(system.locations) < 1 << layout.location_width
        check_locals(system, layout, frames.width)
    assert_apart(whole, 0, layout.mark)
    assert len(system.properties) + 1 < 1 << (layout.bits - layout.mark)


def check_locals(system: ir.System, layout: Layout, frame: int) -> None:
    for location in system.locations:
        live = [(*layout.locals[location.procedure, name][:2], name) for name in location.live]
        assert_apart(live, layout.location_width, frame)
        for name in location.live:
            _, width, low = layout.locals[location.procedure, name]
            lowest, highest = system.procedures[location.procedure].locals[name]
            assert low == lowest
            assert highest - lowest < 1 << width
            if name == ir.RESULT:
                assert layout.locals[location.procedure, name] == layout.result, "the callee stores it without knowing where"


@seeds(30, 150)
def test_locals_that_live_together_do_not_share_bits(seed: int) -> None:
    text = random_program(random.Random(seed)) + ONE_PROCESSOR
    note(text)
    try:
        system = lower(load_program(model_file(text)))
    except ModelError:
        return
    check_layout(system, make_layout(system))


@pytest.mark.parametrize("name", ["rfc_v1", "rfc_v1_nr_fixed", "dks"])
def test_the_models_have_a_sound_layout(name: str) -> None:
    system = lower(load_program(PROJECT / "models" / f"{name}.py"))
    check_layout(system, make_layout(system))


def test_locals_that_never_live_together_share_bits() -> None:
    text = """
g: Small = 0
@routine
def main() -> None:
    global g
    x = g
    y = g
    g = x
    g = y
    z = g
    u = g
    g = u
    g = z
"""
    system = lower(program_of(ONE_PROCESSOR + text))
    layout = make_layout(system)
    widest = max(offset + width for offset, width, _ in layout.locals.values())
    assert widest == layout.location_width + 2 * 4, "two integers from 0 to 9 at a time"


def test_what_is_packed_comes_out_again() -> None:
    program = program_of(
        """
class Colour(Enum):
    RED = 9
    BLUE = 2
@record(count=2, alignment=4, allocated=True)
class Page:
    use: Annotated[int, Range(-7, -2)] = -3
    next: "Page | None" = None
    row: Array[Annotated[int, Range(5, 6)]] = array(3, 6)
at: Per[Page, Colour] = per(Page, Colour.BLUE)
only: Annotated[int, Range(8, 8)] = 8
flag: bool = False
@action
def change(page: Page, slot: Annotated[int, Range(0, 2)]) -> None:
    global only, flag
    page.use = -4
    page.next = reference(Page, 9)
    page.row[slot] = 5
    at[page] = Colour.RED
    only = 8
    flag = True
    free(page)
"""
    )
    system = lower(program)
    layout = make_layout(system)
    assert not any(variable.constant for variable in system.variables.values())
    for seed in range(50):
        cells = random_cells(random.Random(seed), system)
        state = 0
        for name, values in cells.items():
            low, place = system.variables[name].low, layout.cells[name]
            state |= sum(value - low << place.offset + n * place.width for n, value in enumerate(values))
        printed = iter(state_cells(program, system, layout, state).values())
        for index in range(2):
            row = cells["Page.row"][3 * index : 3 * index + 3]
            page = program.records["Page"].fields
            assert next(printed) == str(cells["Page.use"][index])
            assert next(printed) == format_value(program, page[1].type, cells["Page.next"][index])
            assert [next(printed) for _ in row] == list(map(str, row))
            assert next(printed) == str(bool(cells["Page.allocated"][index]))
        assert [next(printed) for _ in range(2)] == [("RED", "BLUE")[value] for value in cells["at"]]
        assert [next(printed), next(printed)] == ["8", str(bool(cells["flag"][0]))]


def test_the_initial_state_is_packed_with_its_frames() -> None:
    system = model()
    layout = make_layout(system)
    state = initial_states(system, layout)[0]
    for name, cells in layout.cells.items():
        variable = system.variables[name]
        for number, value in enumerate(variable.initial):
            packed = state >> cells.offset + number * cells.width & (1 << cells.width) - 1
            assert packed + variable.low == value, name
    assert system.variables["table"].initial == (0, 3, 6)
    assert system.variables["Page.allocated"].initial == (1, 0, 0)
    assert state >> layout.frames["Cpu"].offset == 0


def test_arguments_of_the_first_frames_are_packed() -> None:
    text = """
@record(count=2, frames=3)
class Cpu:
    own: Small = 0
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
g: Annotated[int, Range(-9, 9)] = 0
@routine
def main(x: Annotated[int, Range(-9, -1)], y: Small, cpu: Cpu) -> None:
    global g
    g = x
    cpu.own = y
@initial
def start() -> None:
    enter(instance(Cpu, 1), main, -8, 3, instance(Cpu, 0))
    enter(instance(Cpu, 1), main, -1, 9, instance(Cpu, 1))
"""
    system = lower(program_of(text))
    layout = make_layout(system)
    state = initial_states(system, layout)[0]
    frames = layout.frames["Cpu"]
    names = dict(zip(("x", "y", "cpu"), system.procedures["main"].parameters, strict=True))

    def local(index: int, depth: int, name: str) -> int:
        offset, width, low = layout.locals["main", names[name]]
        return (state >> frames.base(index, depth) + offset & (1 << width) - 1) + low

    entry = system.procedures["main"].entry
    numbers = [[state >> frames.base(i, d) & (1 << layout.location_width) - 1 for d in range(3)] for i in range(2)]
    assert numbers == [[0, 0, 0], [entry, entry, 0]]
    assert [local(1, 0, name) for name in names] == [-8, 3, 1]
    assert [local(1, 1, name) for name in names] == [-1, 9, 2]
