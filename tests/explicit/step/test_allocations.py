# SPDX-License-Identifier: GPL-2.0-only
"""Which free instance an allocation returns: the engines look at enough of them, and at no more than they have to."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterable, Iterator

import pytest

from checker.explicit.reduction.canonical import EXCHANGES
from checker.explicit.reduction.reductions import PARTIAL_ORDER
from checker.explicit.search.search import Search
from checker.explicit.step.paths import alternatives
from checker.ir.lowering.lower import lower
from checker.ir.naming import FreeInstances
from checker.language.tree import Program
from checker.verify.subject import notes_of
from tests.support.judges.brute.brute_force import BruteForce, View
from tests.support.judges.brute.comparison import compare, engine_space
from tests.support.judges.compiled import agree
from tests.support.judges.confirming import confirm, replayed
from tests.support.random.drawn import drawn_program, small_enough
from tests.support.random.random_allocations import random_allocations
from tests.support.sampling import some
from tests.support.seeds import seeds
from tests.support.systems.naming_systems import BOOT, CPU, NAMED, NODE, naming_system, violated_by
from tests.support.systems.small_programs import line_of, program_of

MOST = 150


# -- against allocations that return any free instance ----------------------------------------------------------------


@seeds(15, 1500)
def test_nothing_is_left_out(seed: int) -> None:
    check(seed)


def check(seed: int) -> None:
    text = random_allocations(random.Random(seed))
    program = drawn_program(text)
    with small_enough():
        compare(program, MOST)
        compare_with_any_free(program)
    confirm(program)


def compare_with_any_free(program: Program) -> None:
    """The engine reaches what can be reached where allocations return any free instance, up to an exchange of instances."""
    brute = BruteForce(program, 4 * MOST, any_free=True)
    expected = brute.explore()
    found, _, _ = engine_space(program, 4 * MOST)
    assert min(found.errors.values(), default=None) == min(expected.errors.values(), default=None)
    if expected.errors:
        return
    assert found.violated == expected.violated
    assert found.cuts == expected.cuts
    assert classes(program, found.views) == classes(program, expected.views)
    assert found.states <= expected.states


def classes(program: Program, views: dict[View, int]) -> dict[View, int]:
    """The least view of each class of those that differ by an exchange, with the least depth."""
    found: dict[View, int] = {}
    for view, depth in views.items():
        least = min(exchanged(program, view))
        found[least] = min(depth, found.get(least, depth))
    return found


def exchanged(program: Program, view: View) -> Iterator[View]:
    """A view, with each exchange of the nodes that leaves constants as they are. What stands in free nodes does not count."""
    cells, frames = view
    constants = {field.name for field in program.records["Node"].fields if field.constant}
    free = {name.partition(".")[0] for name, value in cells if name.endswith(".allocated") and value == "False"}
    kept = [(n, v) for n, v in cells if n.partition(".")[0] not in free or n.rpartition(".")[2] in {"allocated", *constants}]
    fixed = {(name, value) for name, value in cells if name.partition(".")[2] in constants}
    for images in itertools.permutations(range(program.records["Node"].count)):

        def moved(text: str, images: tuple[int, ...] = images) -> str:
            return re.sub(r"\bnode(\d)", lambda met: f"node{images[int(met[1])]}", text)

        if {(moved(name), value) for name, value in fixed} == fixed:
            yield tuple(sorted((moved(name), moved(value)) for name, value in kept)), frames


# -- what counts as naming a free instance ----------------------------------------------------------------------------


@pytest.mark.parametrize("what", some(NAMED, 4))
def test_a_named_instance_is_among_those_that_may_be_allocated(what: str) -> None:
    program = program_of(naming_system(what))
    violated = violated_by(what)
    compare(program, MOST)
    compare_with_any_free(program)
    assert violated in confirm(program).findings
    agree(program)
    for reductions in (frozenset({PARTIAL_ORDER}), frozenset({PARTIAL_ORDER, *EXCHANGES})):
        assert violated in Search(lower(program), None, reductions).run().findings


def without(name: str, value: object) -> Callable[[FreeInstances], None]:
    return lambda looker: setattr(looker, name, value)


RULES: dict[str, Callable[[FreeInstances], None]] = {
    "cells": without("cells", []),
    "frames": without("frames", []),
    "constants": without("always", 0),
    "kinds": without("kinds", None),
}


@pytest.mark.parametrize("rule", [*RULES, "what the step holds"])
def test_each_rule_is_needed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    original = FreeInstances.options

    def options(self: FreeInstances, state: int, free: int, stepping: int, held: Iterable[int]) -> int:
        if rule in RULES:
            RULES[rule](self)
            return original(self, state, free, stepping, held)
        return original(self, state, free, stepping, ())

    monkeypatch.setattr(FreeInstances, "options", options)
    assert any(violated_by(what) not in Search(lower(program_of(naming_system(what)))).run().findings for what in NAMED)


# -- and what does not ------------------------------------------------------------------------------------------------

FORGOTTEN = {
    "a field of a free instance": """
known: Node | None = None
@action
def drop() -> None:
    global known
    require(known is not None)
    holder = allocate(Node)
    holder.link = known
    free(known)
    free(holder)
    known = None
""",
    "a local that nothing reads any more": """
known: Node | None = None
@routine
def main() -> None:
    global known, last
    old = known
    with atomic("test"):
        free(old)
        known = None
    last = allocate(Node)
""",
    "what is about to be overwritten by a local of the step": """
known: Node | None = None
@action
def renew() -> None:
    global known
    require(known is not None and last is None)
    old = known
    known = None
    free(old)
    old = allocate(Node)
    known = old
""",
}
TAKE = """
@action
def take() -> None:
    global last
    require(known is None and last is None)
    last = allocate(Node)
"""


@pytest.mark.parametrize("what", FORGOTTEN)
def test_what_can_be_read_no_more_costs_no_state(what: str) -> None:
    frames = "def main(" in FORGOTTEN[what]
    boot = BOOT + ("    enter(instance(Cpu, 0), main)\n" if frames else "")
    program = program_of(NODE + FORGOTTEN[what] + (CPU if frames else TAKE) + boot)
    compare(program, MOST)
    compare_with_any_free(program)
    search = Search(lower(program))
    search.run()
    for state in search.states:
        for _, choices, _ in alternatives(search.transitions, state):
            assert not choices


def test_a_program_that_frees_nothing_is_not_looked_at() -> None:
    text = NODE + "known: Node | None = None\n" + TAKE
    assert not lower(program_of(text)).names
    assert not lower(program_of(text + "@initial\ndef start() -> None:\n    global known\n    known = allocate(Node)\n")).names
    assert lower(program_of(text + "@initial\ndef start() -> None:\n    global last\n    last = instance(Node, 1)\n")).names
    assert lower(program_of(text + "@action\ndef wild(n: Node) -> None:\n    global last\n    last = n\n")).names


def test_what_only_a_later_initial_state_names_is_looked_at() -> None:
    text = (
        NODE.replace("last: Node | None = None", "last: Node | None = None\nkept: Node | None = None")
        + """
@action
def take() -> None:
    global last
    require(last is None)
    last = allocate(Node)
    check(last is not kept, failed, "again")
@initial
def start() -> None:
    global kept
    if choose(range(2)) == 1:
        kept = instance(Node, 1)
"""
    )
    program = program_of(text)
    assert lower(program).names
    compare_with_any_free(program)
    search = Search(lower(program))
    trace = replayed(program, search, search.run().findings["failed"])
    assert trace.steps[-1].choices == ("allocate node1",)
    assert [choice.value for choice in trace.choices] == ["1"]


def test_instances_of_two_kinds_are_looked_at_though_nothing_is_freed() -> None:
    text = """
known: Node | None = None
@action
def take() -> None:
    global last
    require(last is None)
    last = allocate(Node)
    check(last.fixed == 1 or known is None, failed, "again")
@initial
def start() -> None:
    global known
    known = allocate(Node)
    other = allocate(Node)
    other.fixed = 1
    free(other)
"""
    program = program_of(NODE + text)
    compare_with_any_free(program)
    assert len(Search(lower(program)).run().findings) == 1


# -- what the user sees -----------------------------------------------------------------------------------------------


def test_several_allocations_in_a_step_are_told_apart() -> None:
    """What a step allocated first is not a choice, and what it allocated then is."""
    text = """
known: Node | None = None
@action
def both() -> None:
    global known, last
    require(last is None)
    spare = allocate(Node)
    old = known
    known = spare
    free(old)
    last = allocate(Node)
    check(last is not old, failed, "again")
"""
    program = program_of(NODE.replace("count=3", "count=4") + text + BOOT)
    compare(program, MOST)
    search = Search(lower(program))
    finding = search.run().findings["failed"]
    trace = replayed(program, search, finding)
    assert trace.steps[-1].choices == ("allocate node1, allocation 2",)


def test_where_numbers_tell_instances_apart_the_verdict_says_so() -> None:
    text = NODE + "known: Node | None = None\n" + TAKE
    assert not [note for note in notes_of(program_of(text)) if "Not covered" in note]
    text += '@invariant("low", "test")\ndef low() -> bool:\n    """Test."""\n    return last is not instance(Node, 2)\n'
    (found,) = [note for note in notes_of(program_of(text)) if "Not covered" in note]
    assert f":{line_of(text, 'instance(Node, 2)')} does more with a Node than compare and follow" in found


RUNS = {
    "a number in a condition": (
        '@eventually("again", "test")\ndef again() -> bool:\n    """Test."""\n    return last is not instance(Node, 2)\n',
        "instance(Node, 2)",
    ),
    "an order in an assumption": (
        '@fair("test")\ndef again() -> bool:\n    return last is first(x for x in every(Node) if x is not known)\n',
        "first(",
    ),
    "a number in what is asked": (
        "@function\ndef asked() -> bool:\n    return last is instance(Node, 1)\n"
        '@leads_to("again", "test", given=asked)\ndef again() -> bool:\n    """Test."""\n    return last is None\n',
        "instance(Node, 1)",
    ),
    "a number in what an assumption is given": (
        "@function\ndef now() -> bool:\n    return last is instance(Node, 1)\n"
        '@fair("test", given=now)\ndef again() -> bool:\n    return last is None\n',
        "instance(Node, 1)",
    ),
    "an instance that is followed": (
        '@eventually_always("again", "test")\ndef again(node: Node) -> bool:\n    """Test."""\n    return node is not last\n',
        "def again",
    ),
}
ALIKE = """
@function
def asked() -> bool:
    return last is known
@leads_to("again", "test", given=asked)
def again() -> bool:
    "Test."
    return all(x is not last for x in every(Node))
@fair("test", given=asked)
def soon() -> bool:
    return last is None
@eventually_always("settles", "test")
def settles() -> bool:
    "Test."
    return known is not last
"""


@pytest.mark.parametrize(("condition", "place"), RUNS.values(), ids=RUNS)
def test_where_a_condition_on_runs_tells_instances_apart_the_verdict_says_so(condition: str, place: str) -> None:
    text = NODE + "known: Node | None = None\n" + TAKE + condition
    program = program_of(text)
    (found,) = [note for note in notes_of(program) if "Not covered" in note]
    assert f":{line_of(text, place)} does more with a Node than compare and follow" in found
    assert all(naming.exchangeable for naming in lower(program).names.values())


def test_conditions_on_runs_that_tell_no_instances_apart_are_no_note() -> None:
    text = NODE + "known: Node | None = None\n" + TAKE + ALIKE
    assert not [note for note in notes_of(program_of(text)) if "Not covered" in note]


def test_a_processor_whose_calls_are_asked_for_may_tell_apart() -> None:
    routine = "@routine\ndef run() -> None:\n    global last\n    last = allocate(Node)\n"
    asks = '@eventually("again", "test")\ndef again(cpu: Cpu) -> bool:\n    """Test."""\n    return calls({}, run)\n'
    text = CPU + NODE + routine + "@initial\ndef start() -> None:\n    enter(instance(Cpu, 0), run)\n"
    assert not [note for note in notes_of(program_of(text + asks.format("cpu"))) if "Not covered" in note]
    text += asks.format("instance(Cpu, address(last) >> 8)")
    (found,) = [note for note in notes_of(program_of(text)) if "Not covered" in note]
    assert f":{line_of(text, 'return calls')} does more with a Node than compare and follow" in found
