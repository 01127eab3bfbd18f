# SPDX-License-Identifier: GPL-2.0-only
"""What single statements and expressions do, and how they end a step."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.trace.machine import Machine
from checker.trace.state import Kind, Stopped
from tests.trace.small_models import TWO_CPUS, blamed, done, machine_of, program_of, stands

# --- require, choose, and what ends a path ---------------------------------------------------------------------------


def test_require_waits_in_a_routine(tmp_path: Path) -> None:
    program = program_of(
        tmp_path,
        TWO_CPUS
        + """
g: Small = 0
h: Small = 0
@routine
def main() -> None:
    global g
    require(g == h)
    g += 1
""",
    )
    machine = Machine(program)
    done(machine, 0)
    assert machine.calls(0)[-1].routine == "main"
    done(machine, 0)
    done(machine, 0)
    assert machine.step(1).kind is Kind.NOT_POSSIBLE
    assert machine.spoiled
    assert machine.cells()["g"] == "1"
    with pytest.raises(RuntimeError):
        machine.step(1)


def test_choices_are_taken_by_value_and_reported(tmp_path: Path) -> None:
    text = """
g: Small = 4
@routine
def main() -> None:
    global g
    g = choose(x for x in range(g) if x % 2 == 1)
"""
    machine = machine_of(tmp_path, text)
    outcome = machine.step(0)
    assert (outcome.kind, outcome.options) == (Kind.OPEN_CHOICE, (1, 3))
    machine = machine_of(tmp_path, text)
    outcome = machine.step(0, [3])
    assert [value for _, value in outcome.choices] == [3]
    assert stands(machine) == [("main", "g = choose(x for x in range(g) if x % 2 == 1)")]
    done(machine)
    assert machine.cells()["g"] == "3"
    machine = machine_of(tmp_path, text)
    assert machine.step(0, [2]).kind is Kind.NOT_POSSIBLE
    assert machine.cells()["g"] == "4"


def test_nothing_to_choose_from_is_not_possible(tmp_path: Path) -> None:
    machine = machine_of(
        tmp_path,
        """
g: Small = 0
@action
def pick() -> None:
    global g
    g = 7
    g = choose(x for x in range(3) if x > 5)
@routine
def main() -> None:
    pass
""",
    )
    assert machine.act("pick", ()).kind is Kind.NOT_POSSIBLE
    assert machine.cells()["g"] == "0"
    assert not machine.spoiled


def test_a_failed_check_leaves_the_state_before_the_step(tmp_path: Path) -> None:
    machine = machine_of(
        tmp_path,
        """
g: Small = 0
@routine
def main() -> None:
    global g
    x = 4
    with atomic("test"):
        g = 5
        check(g == x, rule, "g is {g}, x is {x}, cpu is {processor(Cpu)}")
""",
    )
    outcome = machine.step(0)
    assert (outcome.kind, outcome.property) == (Kind.CHECK, "rule")
    assert outcome.message == "g is 5, x is 4, cpu is cpu0"
    assert blamed(machine, outcome).startswith("check(g == x")
    assert machine.cells()["g"] == "0"


def test_a_check_is_an_access_point_with_its_condition(tmp_path: Path) -> None:
    machine = machine_of(
        tmp_path,
        """
g: Small = 0
@routine
def main() -> None:
    global g
    g = 1
    check(g + g == 2, rule, "never")
""",
    )
    done(machine)
    assert stands(machine) == [("main", 'check(g + g == 2, rule, "never")')]
    done(machine)
    assert machine.owner(0) is None


def test_halt_ends_the_path(tmp_path: Path) -> None:
    machine = machine_of(
        tmp_path,
        """
@routine
def main() -> None:
    halt("the end")
""",
    )
    outcome = machine.step(0)
    assert (outcome.kind, outcome.message) == (Kind.HALT, "the end")


PAGES = """
@record(count=2, alignment=2, allocated=True)
class Page:
    value: Small = 0
a: Page | None = None
values: Array[Small] = array(2, 1)
i: Small = 0
@initial
def start() -> None:
    global a, i
    i = 2
    {start}
@action
def use() -> None:
    global a, i
    {use}
"""


@pytest.mark.parametrize(
    ("start", "use", "message"),
    [
        ("pass", "i = a.value", "a NULL pointer to Page is used"),
        (
            "a = allocate(Page)",
            "i = reference(Page, address(a) | 1).value",
            "page0|1 is used as a pointer to Page, with its tag",
        ),
        ("pass", "i = reference(Page, 1).value", "0x1 is used as a pointer to Page, and no Page is there"),
        ("a = instance(Page, 1)", "a.value = i", "page1 is used as a pointer to Page, but is free"),
        ("a = instance(Page, 1)", "free(a)", "page1 is used as a pointer to Page, but is free"),
        ("pass", "a = a if is_allocated(a) else None", "a NULL pointer to Page is used"),
        ("pass", "i = values[i]", "index 2 is outside values[2]"),
        ("pass", "values[i] += 1", "index 2 is outside values[2]"),
    ],
)
def test_wild_pointers(tmp_path: Path, start: str, use: str, message: str) -> None:
    machine = Machine(program_of(tmp_path, PAGES.format(start=start, use=use)))
    before = machine.cells()
    outcome = machine.act("use", ())
    assert (outcome.kind, outcome.property, outcome.message) == (Kind.WILD_POINTER, "no-wild-pointer", message)
    assert machine.cells() == before


def test_a_wild_pointer_is_a_model_error_where_the_property_is_not_declared(tmp_path: Path) -> None:
    program = program_of(tmp_path, PAGES.format(start="pass", use="i = a.value"))
    del program.properties["no-wild-pointer"]
    assert Machine(program).act("use", ()).kind is Kind.MODEL_ERROR


def test_a_free_instance_may_be_asked_for_its_state(tmp_path: Path) -> None:
    machine = Machine(program_of(tmp_path, PAGES.format(start="a = allocate(Page)", use="free(a)")))
    assert machine.cells() == {
        "page0.value": "0", "page0.allocated": "True", "page1.value": "0", "page1.allocated": "False",
        "a": "page0", "values[0]": "1", "values[1]": "1", "i": "2",
    }  # fmt: skip
    assert machine.act("use", ()).kind is Kind.DONE
    assert machine.cells()["page0.allocated"] == "False"
    assert machine.act("use", ()).kind is Kind.WILD_POINTER


def test_an_allocated_instance_starts_anew(tmp_path: Path) -> None:
    use = "a.value = 5\n    free(a)\n    a = allocate(Page)"
    machine = Machine(program_of(tmp_path, PAGES.format(start="a = allocate(Page)", use=use)))
    assert machine.act("use", ()).kind is Kind.DONE
    assert machine.cells()["page0.value"] == "0"


def test_an_empty_arena_and_too_many_frames_cut_the_path(tmp_path: Path) -> None:
    machine = machine_of(
        tmp_path,
        """
@record(count=1, allocated=True)
class Page:
    pass
@action
def take() -> None:
    allocate(Page)
@action
def more() -> None:
    enter(instance(Cpu, 0), main)
@routine
def main() -> None:
    pass
""",
    )
    assert machine.act("take", ()).kind is Kind.DONE
    outcome = machine.act("take", ())
    assert (outcome.kind, outcome.message) == (Kind.CUT, "arena")
    assert machine.act("more", ()).kind is Kind.DONE
    outcome = machine.act("more", ())
    assert (outcome.kind, outcome.message) == (Kind.CUT, "frames")
    done(machine)
    done(machine)
    assert machine.owner(0) is None


@pytest.mark.parametrize(
    ("use", "blame"),
    [
        ("i = i + 8", "i = i + 8"),
        ("i += 8", "i += 8"),
        ("i = i - 3", "i = i - 3"),
        ("i = half(i + 8)", "i + 8)"),
        ("a = reference(Page, i * 3)", "reference(Page, i * 3)"),
    ],
)
def test_a_value_out_of_range_is_a_model_error(tmp_path: Path, use: str, blame: str) -> None:
    text = PAGES.format(start="pass", use=use)
    text += """
@function
def half(x: Small) -> Small:
    return x // 2
"""
    machine = Machine(program_of(tmp_path, text))
    outcome = machine.act("use", ())
    assert outcome.kind is Kind.MODEL_ERROR
    assert blamed(machine, outcome) == blame


def test_an_initial_state_that_cannot_be_made_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(Stopped) as stopped:
        Machine(program_of(tmp_path, PAGES.format(start="i = a.value", use="pass")))
    assert stopped.value.kind is Kind.MODEL_ERROR


# --- expressions and predicates --------------------------------------------------------------------------------------


def test_expressions(tmp_path: Path) -> None:
    machine = Machine(
        program_of(
            tmp_path,
            """
class Bits(IntFlag):
    A = 1
    B = 4
class Colour(Enum):
    RED = 7
    BLUE = 3
@record(count=3, names={"big": 1, "small": 2})
class Box:
    size: Small = 2
bits: Bits = Bits(0)
colour: Colour = Colour.RED
total: Small = 0
some: bool = False
everything: bool = True
pending: Per[Box, bool] = per(Box, False)
shifted: Annotated[int, Range(-99, 99)] = 0
@action
def compute() -> None:
    global bits, colour, total, some, everything, shifted
    bits = ~bits & ~Bits.A
    colour = Colour.BLUE
    instance(Box, 1).size = 5
    total = sum(1 for box in every(Box) for i in range(3) if box.size > 2 and i != 1)
    some = any(box.size == 5 for box in every(Box))
    everything = all(box.size == 5 for box in every(Box))
    pending[instance(Box, 2)] = True
    shifted = -7 // 2 * 8 + (total << 2) - (total ^ 1)
""",
        )
    )
    assert machine.act("compute", ()).kind is Kind.DONE
    assert machine.cells() == {
        "big0.size": "2", "small0.size": "5", "small1.size": "2", "bits": "B", "colour": "BLUE", "total": "2",
        "some": "True", "everything": "False", "pending[big0]": "False", "pending[small0]": "False",
        "pending[small1]": "True", "shifted": "-27",
    }  # fmt: skip


def test_invariants(tmp_path: Path) -> None:
    machine = Machine(
        program_of(
            tmp_path,
            """
@record(count=2)
class Box:
    next: "Box | None" = None
@initial
def start() -> None:
    instance(Box, 0).next = instance(Box, 1)
@action
def move() -> None:
    instance(Box, 0).next = None
@invariant("linked", "{box} {i}: {box.next}, after it {box.next.next}")
def linked(box: Box, i: Small) -> bool:
    '''Test.'''
    return box.next is not None or i < 9
@invariant("far", "never")
def far(box: Box) -> bool:
    '''Test.'''
    return box.next.next is None
""",
        )
    )
    linked, far = machine.program.invariants
    assert machine.evaluate_invariant(linked, {"box": 1, "i": 9})
    assert not machine.evaluate_invariant(linked, {"box": 2, "i": 9})
    assert machine.invariant_message(linked, {"box": 1, "i": 9}) == "box0 9: box1, after it NULL"
    assert machine.invariant_message(linked, {"box": 2, "i": 9}) == "box1 9: NULL, after it ?"
    assert len(machine.bindings(linked)) == 20
    assert machine.evaluate_invariant(far, {"box": 1})
    assert not machine.evaluate_invariant(far, {"box": 2})
    with pytest.raises(ValueError, match="not demanded"):
        machine.evaluate_invariant(far, {"box": 3})


def test_a_message_chooses_between_texts(tmp_path: Path) -> None:
    machine = Machine(
        program_of(
            tmp_path,
            """
DEBUG = False
@record(count=2)
class Box:
    next: "Box | None" = None
    full: bool = False
@initial
def start() -> None:
    instance(Box, 0).next = instance(Box, 1)
@action
def move() -> None:
    instance(Box, 0).full = True
@invariant(
    "linked",
    "{box} leads {'to ' + box.next + (', which is full' if box.next.full else '') if box.next else 'nowhere: lost'}, "
    "full: {box.full}{', debug' if DEBUG else ''}{' and ' + ('on' if box.next.next else 'ends') if box.full else ''}",
)
def linked(box: Box) -> bool:
    '''Test.'''
    return False
""",
        )
    )
    (linked,) = machine.program.invariants
    assert machine.invariant_message(linked, {"box": 1}) == "box0 leads to box1, full: false"
    assert machine.invariant_message(linked, {"box": 2}) == "box1 leads nowhere: lost, full: false"
    assert machine.act("move", ()).kind is Kind.DONE
    assert machine.invariant_message(linked, {"box": 1}) == "box0 leads to box1, full: true and ends"
