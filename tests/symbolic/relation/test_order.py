# SPDX-License-Identifier: GPL-2.0-only
"""Steps that are said to be independent may be taken in either order, in every state that is looked at."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import assume, note

from checker.explicit.search.search import Search
from checker.explicit.step.initial import initial_states
from checker.explicit.step.paths import alternatives
from checker.explicit.step.transitions import Transition as RealTransition
from checker.ir import system as ir
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.front.load import load_program
from checker.symbolic.relation import order as order_module
from checker.symbolic.relation.order import order
from checker.symbolic.relation.selector import Transition
from checker.symbolic.relation.transition import step_relation
from checker.symbolic.terms.terms import Term
from tests.support.evaluation import Evaluator
from tests.support.judges.agreement import reachable
from tests.support.random.random_systems import random_system
from tests.support.seeds import seeds
from tests.support.systems.small_programs import program_of

DKS = Path(__file__).parents[3] / "models/dks.py"
Name = tuple[str, tuple[int, ...]]


def names(transition: Transition | RealTransition) -> Name:
    assert transition.action is not None
    return transition.action.name, transition.arguments


class Steps:
    """The steps of a system, with what they are said to access."""

    def __init__(self, system: ir.System) -> None:
        relation = step_relation(system)
        agent, accesses = order(relation)
        self.fields = relation.fields
        self.selector = relation.selector
        self.evaluate = Evaluator([agent, *(term for access in accesses for term in (access.touches, access.writes))])
        self.numbers = {names(transition): number for number, transition in enumerate(relation.transitions)}
        self.search = Search(system)

    def after(self, state: int) -> dict[Name, set[int]]:
        """The states after each transition."""
        found: dict[Name, set[int]] = {}
        for transition, _, end in alternatives(self.search.transitions, state):
            if isinstance(end, int) and not end >> self.search.layout.mark:
                found.setdefault(names(transition), set()).add(end)
        return found

    def accessed(self, state: int, name: Name) -> tuple[int, ...]:
        """The agent of a step, and what it touches and writes."""
        values = zip(self.fields.variables, self.fields.unpacked(self.search.layout, state), strict=True)
        return tuple(self.evaluate({**dict(values), self.selector: self.numbers[name]}))


def left_out(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    """Whether runs with these steps in a row are left out."""
    conflict = any((first[n + 1] and second[n]) or (first[n] and second[n + 1]) for n in range(1, len(first), 2))
    return first[0] > second[0] and not conflict


def swapped(system: ir.System, count: int) -> tuple[list[str], int]:
    """Where two steps are said to be independent and are not; and of how many pairs the order is refused."""
    steps = Steps(system)
    wrong: list[str] = []
    refused = 0
    for state in reachable(steps.search, count, 0):
        for first, middles in steps.after(state).items():
            one = steps.accessed(state, first)
            for middle in middles:
                for second, ends in steps.after(middle).items():
                    if not left_out(one, steps.accessed(middle, second)):
                        continue
                    refused += 1
                    others = {
                        end for between in steps.after(state).get(second, ()) for end in steps.after(between).get(first, ())
                    }
                    if not ends <= others:
                        wrong.append(f"{first} and {second} in {state:#x}")
    return wrong, refused


def test_dks() -> None:
    wrong, refused = swapped(lower(load_program(DKS, {"C": 2, "T": 2, "S": 3, "FAIL": 1, "LATE": 1})), 150)
    assert wrong == []
    assert refused > 20


@seeds(10, 40)
def test_random_systems(seed: int) -> None:
    text = random_system(random.Random(seed))
    note(text)
    try:
        system = lower(program_of(text))
    except ModelError:
        assume(False)
    assume(system.processors is None)
    assert swapped(system, 30)[0] == []


def test_a_write_that_is_overlooked_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    access = order_module._Accesses.access

    def wrong(self: order_module._Accesses, roots: list[Term]) -> order_module.Access:
        found = access(self, roots)
        return order_module.Access(found.reads, frozenset(n for n in found.writes if "on_cpu" not in self.variables[n].name))

    monkeypatch.setattr(order_module._Accesses, "access", wrong)
    assert swapped(lower(load_program(DKS, {"C": 1, "T": 2, "S": 3})), 150)[0] != []
    with pytest.raises(AssertionError):
        test_every_state_is_reached_in_as_many_steps()


def test_every_state_is_reached_in_as_many_steps() -> None:
    steps = Steps(lower(load_program(DKS, {"C": 2, "T": 2, "S": 2, "FAIL": 1})))
    first = initial_states(steps.search.system, steps.search.layout)[0]
    every = {first}
    kept: set[tuple[int, tuple[int, ...]]] = {(first, (0,))}
    fewer = 0
    for _ in range(18):
        every = {end for state in every for ends in steps.after(state).values() for end in ends}
        longer: set[tuple[int, tuple[int, ...]]] = set()
        for state, before in kept:
            for name, ends in steps.after(state).items():
                here = steps.accessed(state, name)
                if left_out(before, here):
                    fewer += 1
                else:
                    longer |= {(end, here) for end in ends}
        kept = longer
        assert {state for state, _ in kept} == every
    assert fewer > 100
