# SPDX-License-Identifier: GPL-2.0-only
"""Where a frame stands as it is entered: at the entry of its routine, or, where nothing tells the two apart, at the head of the
loop that the routine begins with."""

from __future__ import annotations

import random

import pytest

from checker.language import tree
from checker.language.schedule import Call
from checker.language.tree import Program
from tests.support.judges.brute.brute_force import BruteForce, Space, View
from tests.support.judges.brute.comparison import compare, engine_space
from tests.support.judges.confirming import confirm
from tests.support.sampling import some
from tests.support.systems.small_programs import program_of

PROCESSORS = """
no_deadlock = demand("no-deadlock", "test")
@record(count={count}, frames=2)
class Cpu:
    own: Annotated[int, Range(0, 2)] = 0
flag: bool = False
@executes
def nothing_else(cpu: Cpu) -> Cpu | None:
    return None
@initial
def start() -> None:
    for cpu in every(Cpu):
        enter(cpu, main)
@action
def toggle() -> None:
    global flag
    flag = not flag
@invariant("rule", "x")
def nobody_is_inside(cpu: Cpu) -> bool:
    '''Test.'''
    return not in_routine(cpu, inside)
@routine
def inside() -> None:
    with atomic("test"):
        require(flag)
@routine(noinline=True)
def called(k: Annotated[int, Range(0, 1)]) -> Annotated[int, Range(0, 1)]:
    while True:
        with atomic("test"):
            if flag:
                return k
@routine
def main() -> None:
    global flag
"""
HEADS = (
    ("pass",),
    ("flag = not flag",),
    ("require(flag)",),
    ("if flag:", "    break"),
    ("if flag:", "    return"),
    ("cpu = processor(Cpu)", "cpu.own = choose(range(2))"),
    ("cpu = processor(Cpu)", "cpu.own = 2 if in_routine(cpu, main) else 1"),
    ('check(flag, rule, "never")',),
)
STATEMENTS = (
    ("flag = not flag",),
    ("require(flag)",),
    ("flag = False",),
    ("inside()",),
    ("if flag:", "    break"),
    ("mine = processor(Cpu)", "mine.own = called(1)"),
    ('with atomic("test"):', "    flag = True"),
)
STEP = '    while True:\n        with atomic("test"):\n            '


def explored(body: str, count: int = 2) -> Space:
    """All that is reachable, which engine and replayer agree on, of processors that run a routine with that body. (The replayer
    keeps more states than the engine, as it does not clear what nothing reads any more, but no more views.)"""
    return agreed(program_of(PROCESSORS.format(count=count) + body))


def agreed(program: Program) -> Space:
    confirm(program)
    space = compare(program, 1000)
    assert engine_space(program, 1000)[0].states == len(space.views)
    return space


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize(
    "body",
    [
        STEP + "pass",
        "    while True:\n        require(flag)",
        '    while True:\n        check(flag or not flag, rule, "never")',
    ],
)
def test_a_routine_that_begins_with_a_loop_stands_at_its_head(count: int, body: str) -> None:
    assert len(explored(body, count).views) == 2, "the flag, and no place of any frame"


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_place_of_its_own_is_kept_for_each_step_of_the_loop(count: int) -> None:
    assert len(explored(STEP + "pass\n        require(flag)", count).views) == 2 * 2**count


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ("    cpu = processor(Cpu)\n" + STEP + "cpu.own = 0", 2),
        ("    flag = False\n" + STEP + "pass", 2),
        ("    while flag:\n        require(True)", 4),
        ("    for _ in range(2):\n        require(flag)\n" + STEP + "pass", 3),
        ("    while True:\n        if flag:\n            require(True)", 3),
        ("    while True:\n        cpu = processor(Cpu)\n        cpu.own = 0", 2),
    ],
)
def test_an_entry_with_something_behind_it_is_a_place_of_its_own(body: str, places: int) -> None:
    """places: where the frame of the one processor stands, or that it has none."""
    space = explored(body, 1)
    frames = {view[1] for view in space.views}
    assert len(frames) == places, frames


def test_a_condition_on_frames_tells_the_entry_from_a_head_inside_a_call() -> None:
    space = explored("    while True:\n        inside()", 1)
    assert space.violated == {"rule": ("invariant", 2)}
    assert len({view[1] for view in space.views}) == 2


def test_a_loop_that_is_left_is_left_from_its_head() -> None:
    space = explored(STEP + "if flag:\n                break\n    flag = False", 1)
    assert space.violated == {}
    assert len({view[1] for view in space.views}) == 3, "the head, the store, and no frame"


def test_a_frame_that_a_call_pushes_stands_at_the_head_with_its_argument() -> None:
    space = explored("    cpu = processor(Cpu)\n    cpu.own = called(1)\n" + STEP + "pass", 1)
    heads = [frames for frames in {view[1] for view in space.views} if len(frames[0][1]) == 2]
    assert len(heads) == 1
    assert {cells for (cells, _) in space.views if ("cpu0.own", "1") in cells}


def test_a_processor_that_spins_from_its_entry_on_is_a_deadlock_at_once() -> None:
    text = PROCESSORS.replace("@action\ndef toggle() -> None:\n    global flag\n    flag = not flag\n", "")
    space = agreed(program_of(text.format(count=2) + STEP + "pass"))
    assert len(space.views) == 1
    assert space.violated == {"no-deadlock": ("deadlock", 0)}


# -- joined, and apart --


@pytest.mark.parametrize("seed", some(range(12), 4))
def test_nothing_but_the_place_is_lost_where_entry_and_head_are_one(seed: int) -> None:
    check(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12, 400))
def test_nothing_but_the_place_is_lost_in_many_systems(seed: int) -> None:
    check(seed)


def check(seed: int) -> None:
    program = program_of(random_loop(random.Random(seed)))
    joined = compare(program, 2000)
    apart = explored_apart(program)
    assert len(joined.views) <= len(apart.views)
    same_up_to_the_place(joined, apart, heads(program))


def random_loop(chance: random.Random) -> str:
    """One or two processors that run a loop, and what may come after it."""
    head = "".join(f"            {line}\n" for line in chance.choice(HEADS))
    body = "".join(f"        {line}\n" for _ in range(chance.randint(0, 2)) for line in chance.choice(STATEMENTS))
    after = f"    {chance.choice(STATEMENTS[:4])[0]}\n" if "break" in head + body else ""
    text = PROCESSORS.format(count=chance.randint(1, 2))
    return f'{text}    while True:\n        with atomic("test"):\n{head}{body}{after}'


def heads(program: Program) -> dict[Call, Call]:
    """The entry of each routine whose frames stand at the head of its loop at once, and that head."""
    found = {}
    for routine in program.routines.values():
        if tree.enters_a_loop(routine):
            loop = routine.body[0]
            assert isinstance(loop, tree.While)
            found[Call(routine.name, routine.position)] = Call(routine.name, loop.body[0].position)
    return found


def explored_apart(program: Program) -> Space:
    """What the replayer's machine reaches where every entry is a place of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree, "enters_a_loop", lambda routine: False)
        return BruteForce(program, 1000).explore()


def same_up_to_the_place(joined: Space, apart: Space, joins: dict[Call, Call]) -> None:
    """docs/internals/soundness/explicit.md, "Entry and head": each state apart is one joined, with the same steps and depth at least."""

    def image(view: View) -> View:
        cells, owners = view
        return cells, tuple((owner, tuple(tuple(joins.get(c, c) for c in frame) for frame in frames)) for owner, frames in owners)

    depths: dict[View, int] = {}
    for view, depth in apart.views.items():
        depths[image(view)] = min(depth, depths.get(image(view), depth))
    assert depths == joined.views
    assert {(image(view), label, image(to)) for view, label, to in apart.edges} == joined.edges
    assert {(image(view), label, end) for view, label, end in apart.ends} == joined.ends
    assert apart.cuts == joined.cuts
    assert apart.errors == joined.errors
    assert apart.violated.keys() == joined.violated.keys()
    for name, (kind, length) in joined.violated.items():
        found = apart.violated[name]
        assert found == (kind, length) or (kind == "deadlock" and length <= found[1]), "only a deadlock may come earlier"


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    "body",
    [
        STEP + "flag = True\n        flag = False",
        STEP + "if flag:\n                break\n    flag = False",
        STEP + "if flag:\n                return",
        STEP + "pass\n        cpu = processor(Cpu)\n        cpu.own = called(1)",
    ],
)
def test_nothing_but_the_place_is_lost_in_small_systems(body: str, count: int) -> None:
    program = program_of(PROCESSORS.format(count=count) + body)
    joined, apart = BruteForce(program, 1000).explore(), explored_apart(program)
    assert len(joined.views) < len(apart.views)
    same_up_to_the_place(joined, apart, heads(program))
    joined.views.popitem()
    with pytest.raises(AssertionError):
        same_up_to_the_place(joined, apart, heads(program))
