# SPDX-License-Identifier: GPL-2.0-only
"""Which locals a frame keeps, and where. A routine's first step runs up to and over its first access point, so that no
location stands there."""

from __future__ import annotations

from checker.ir import system as ir
from checker.ir.liveness import expression_locals, live_locals
from checker.ir.lowering.lower import lower
from checker.language.tree import BoolType, Position
from tests.support.systems.small_programs import ONE_PROCESSOR, line_of, program_of

GLOBALS = """
g: Small = 0
h: Small = 0
flag: bool = False
"""


def live(text: str) -> dict[int, set[str]]:
    """The names that are live at the locations in the routines' lines, by line. Made-up locals, and the prefix that names
    the routine, are left out."""
    whole = ONE_PROCESSOR + GLOBALS + text
    found: dict[int, set[str]] = {}
    for location in lower(program_of(whole)).locations:
        names = {name.partition("#")[0].partition(".")[2] for name in location.live if "." in name and " " not in name}
        found.setdefault(location.calls[-1].position.line - line_of(whole, text), set()).update(names)
    return found


def test_a_local_lives_from_its_assignment_to_its_last_use() -> None:
    found = live(
        """@routine
def main() -> None:
    global g, h
    x = g
    y = h
    g = x
    h = y
    h = 1
"""
    )
    assert found == {1: set(), 4: {"x"}, 5: {"x", "y"}, 6: {"y"}, 7: set()}


def test_a_local_that_is_assigned_again_first_is_dead() -> None:
    found = live(
        """@routine
def main() -> None:
    global g, h
    x: Small = g
    g = x
    h = 1
    x = h
    g = x
"""
    )
    assert found == {1: set(), 4: {"x"}, 5: set(), 6: set(), 7: {"x"}}


def test_a_local_lives_on_each_way_that_reads_it() -> None:
    found = live(
        """@routine
def main() -> None:
    global g, h
    x = g
    if flag:
        h = 1
        g = x
    else:
        h = 2
    h = 3
@action
def change() -> None:
    global flag
    flag = not flag
"""
    )
    assert found == {1: set(), 4: {"x"}, 5: {"x"}, 6: {"x"}, 8: set(), 9: set()}


def test_a_local_lives_around_a_loop() -> None:
    found = live(
        """@routine
def main() -> None:
    global g, h
    x: Small = g
    y: Small = h
    while flag:
        g = x
        x = h
        h = 1
    g = y
@action
def change() -> None:
    global flag
    flag = not flag
"""
    )
    assert found == {1: set(), 4: {"x"}, 5: {"x", "y"}, 6: {"x", "y"}, 7: {"y"}, 8: {"x", "y"}, 9: {"y"}}


def test_a_break_leaves_with_what_follows_the_loop() -> None:
    found = live(
        """@routine
def main() -> None:
    global g, h
    x: Small = g
    for i in range(3):
        h = i
        if flag:
            break
        with atomic("test"):
            if h == 2:
                return
            if h == 1:
                continue
            x = h
    g = x
@action
def change() -> None:
    global flag
    flag = not flag
"""
    )
    assert found == {1: set(), 5: {"x", "i"}, 6: {"x", "i"}, 8: {"x", "i"}, 14: {"x"}}


def test_a_caller_keeps_its_locals_and_not_those_of_the_callee() -> None:
    found = live(
        """@routine(noinline=True)
def callee(k: Small, unused: Small) -> Small:
    global g
    g = 1
    return k
@routine
def main() -> None:
    global g, h
    x = g
    y = h
    h = callee(x, y)
    g = y
"""
    )
    assert found == {1: {"k"}, 6: set(), 9: {"x"}, 10: {"y"}, 11: {"y"}}


def test_a_parameter_that_is_not_read_is_dead_from_the_start() -> None:
    whole = (
        ONE_PROCESSOR.replace("main)", "main, 3, 4)")
        + GLOBALS
        + """
@routine
def main(x: Small, y: Small) -> None:
    global g
    g = y
"""
    )
    system = lower(program_of(whole))
    entry = system.location(system.procedures["main"].entry)
    assert [name.partition("#")[0] for name in entry.live] == ["main.y"]


def test_the_result_of_a_call_lives_until_its_step() -> None:
    text = """
@routine(noinline=True)
def callee() -> Small:
    return 1
@routine
def main() -> None:
    global g
    g = callee()
"""
    system = lower(program_of(ONE_PROCESSOR + GLOBALS + text))
    assert [location.number for location in system.locations if ir.RESULT in location.live] != []
    for location in system.locations:
        awaits = any(isinstance(i, ir.Set) and i.value == ir.Local(ir.RESULT) for i in location.body)
        assert (ir.RESULT in location.live) == awaits


def test_a_let_hides_what_is_around_it() -> None:
    inside = ir.Operation("+", (ir.Local("x"), ir.Local("y")))
    assert expression_locals(ir.Let("x", ir.Local("z"), inside)) == {"y", "z"}
    assert expression_locals(ir.Let("x", ir.Local("x"), inside)) == {"x", "y"}


def location(number: int, *body: ir.Instruction) -> ir.Location:
    return ir.Location(number, "main", (), (), body)


def test_loops_and_regions_of_one_step() -> None:
    read = ir.Require(ir.Local("x"), Position("", 1, 1))
    loop = ir.Loop("l", "i", ir.Constant(0), ir.Local("n"), 1, (ir.If(ir.Local("i"), (ir.Leave("l"),), (ir.Next("l"),)), read))
    assert live_locals([location(1, loop, ir.Return(ir.Local("y")))])[1] == {"n", "y"}, "what follows a jump is not run"
    again = ir.Loop("l", "i", ir.Constant(0), ir.Constant(2), 1, (read, ir.Set("x", ir.Local("i"))))
    assert live_locals([location(1, again, ir.Return(None))])[1] == {"x"}
    region = ir.Region("r", (ir.If(ir.Local("t"), (ir.Leave("r"),), ()), ir.Set("x", ir.Constant(1))))
    assert live_locals([location(1, region, ir.Return(ir.Local("x")))])[1] == {"t", "x"}


def test_the_choice_of_a_value_reads_its_condition_and_sets_its_local() -> None:
    condition = ir.Operation("==", (ir.Local("c"), ir.Local("k")))
    choose = ir.Choose("c", BoolType(), None, ir.Local("low"), ir.Local("high"), 1, condition, Position("", 1, 1))
    assert live_locals([location(1, choose, ir.Return(ir.Local("c")))])[1] == {"low", "high", "k"}


def test_what_lives_at_one_location_lives_at_those_before_it() -> None:
    found = live_locals(
        [
            location(1, ir.Set("a", ir.Constant(1)), ir.Goto(2)),
            location(2, ir.If(ir.Local("t"), (ir.Goto(3),), (ir.Call("f", (ir.Local("p"),), 3, None),))),  # type: ignore[arg-type]
            location(3, ir.Set("b", ir.Local(ir.RESULT)), ir.If(ir.Local("a"), (ir.Goto(2),), (ir.Return(ir.Local("b")),))),
        ]
    )
    assert found == {1: {"t", "p", ir.RESULT}, 2: {"a", "t", "p", ir.RESULT}, 3: {"a", "t", "p", ir.RESULT}}
