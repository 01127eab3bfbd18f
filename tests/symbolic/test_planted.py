# SPDX-License-Identifier: GPL-2.0-only
"""The comparison with the portable engine catches bugs of the translation: each of these is planted, and has to be noticed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import checker.symbolic.relation.processors as processors
import checker.symbolic.relation.transition as transition
from checker.ir import system as ir
from checker.ir.lowering.lower import lower
from checker.symbolic.relation.expressions import Expressions, Flow
from checker.symbolic.relation.fields import Fields
from checker.symbolic.relation.step import Body
from checker.symbolic.terms.integers import Integer, Integers
from checker.symbolic.terms.terms import Term, Terms
from tests.support.judges.agreement import differences
from tests.support.systems.small_programs import program_of

MODEL = """
no_wild_pointer = demand("no-wild-pointer", "test")
no_deadlock = demand("no-deadlock", "test")
Signed = Annotated[int, Range(-4, 3)]
Up = Annotated[int, Range(0, 5)]
@record(count=2, alignment=2, allocated=True)
class Page:
    use: Signed = 0
    next: "Page | None" = None
@record(count=1, frames=3)
class Cpu:
    own: Up = 0
    cell: Array[Up] = array(3)
@executes
def nothing(cpu: Cpu) -> Cpu | None:
    return None
@initial
def start() -> None:
    enter(instance(Cpu, 0), main)
p: Page | None = None
a: Signed = 0
b: Signed = -1
total: Up = 0
@routine(noinline=True)
def twice(x: Up, y: Up) -> Up:
    before = total
    if before > 2:
        return x
    return y
@routine
def main() -> None:
    global total, p
    cpu = processor(Cpu)
    while True:
        k = choose(i for i in range(3) if i != cpu.cell[0])
        cpu.cell[k] = k
        found = twice(k, 5 - k)
        cpu.own = found
        if cpu.own > 3:
            total = k + 2
        else:
            total = 0
        page = p
        with atomic("test"):
            if page is not None and page.use < 2:
                page.use = page.use + 1
@action
def make(cpu: Cpu) -> None:
    global p
    require(p is None and cpu.own != 1)
    p = allocate(Page)
    p.next = p
@action
def drop() -> None:
    global p
    require(p is not None and p.use > 0)
    free(p)
    p = None
@action
def compare(x: Up) -> None:
    global a, b
    require(a < x - 2)
    check(a + b < 2, rule, "{a}")
    old = a
    a = b if x > 2 else -1 - b
    b = old - 1 if old > -3 else x - 3
"""


def test_the_model_agrees() -> None:
    assert differences(lower(program_of(MODEL)), 150) == []


def another_field(patch: pytest.MonkeyPatch) -> None:
    """A store goes to the next cell."""
    store = Expressions.store

    def wrong(self: Expressions, name: str, indices: list[Integer], value: Integer, flow: Flow) -> None:
        if name == "Cpu.cell":
            operation, constant = self.integers.operation, self.integers.constant
            indices = [indices[0], operation("%", [operation("+", [indices[1], constant(1)]), constant(3)])]
        store(self, name, indices, value, flow)

    patch.setattr(Expressions, "store", wrong)


def frame_condition(patch: pytest.MonkeyPatch) -> None:
    """A field that a transition does not touch may become anything."""
    selected = transition.selected

    def wrong(fields: Fields, options: list[tuple[Term, Term]], otherwise: Term) -> Term:
        if otherwise is fields.fields[fields.cells["a"][0] or 0].variable:
            otherwise = fields.terms.constant(0, otherwise.width)
        return selected(fields, options, otherwise)

    patch.setattr(transition, "selected", wrong)


def guard_dropped(patch: pytest.MonkeyPatch) -> None:
    """A `require` is left out."""
    instruction = Body.instruction

    def wrong(self: Body, i: ir.Instruction, flow: Flow) -> Flow | None:
        return flow if isinstance(i, ir.Require) else instruction(self, i, flow)

    patch.setattr(Body, "instruction", wrong)


def too_narrow(patch: pytest.MonkeyPatch) -> None:
    """A sum is cut off to the width of its operands."""
    modular = Integers._modular

    def wrong(self: Integers, op: str, a: Integer, b: Integer, low: int, high: int) -> Integer:
        found = modular(self, op, a, b, low, high)
        if op == "bvadd" and found.constant is None and found.term.width > 2:
            narrow = self.terms.resized(found.term, found.term.width - 1)
            return Integer(self.terms.resized(narrow, found.term.width), low, high)
        return found

    patch.setattr(Integers, "_modular", wrong)


def signedness(patch: pytest.MonkeyPatch) -> None:
    """Negative values are compared as if they had no sign."""
    comparison = Terms.comparison
    patch.setattr(Terms, "comparison", lambda self, op, a, b: comparison(self, "bvult" if op == "bvslt" else op, a, b))


def else_branch(patch: pytest.MonkeyPatch) -> None:
    """An `else` branch is taken to be empty."""
    branch = Body.branch
    patch.setattr(Body, "branch", lambda self, test, then, otherwise, flow: branch(self, test, then, (), flow))


def eager(patch: pytest.MonkeyPatch) -> None:
    """`and` and `or` evaluate all operands."""
    patch.setattr(Expressions, "_lazily", lambda self, condition, e, flow: self.value(e, flow))


def return_slot(patch: pytest.MonkeyPatch) -> None:
    """What a call returns does not come to the frame below."""
    returned = Body.returned

    def wrong(self: Body, value: Integer) -> Term:
        right = returned(self, value)
        return self.terms.constant(0, right.width)

    patch.setattr(Body, "returned", wrong)


def unbounded_choice(patch: pytest.MonkeyPatch) -> None:
    """A choice may be of what is not an option."""
    patch.setattr(Body, "holds", lambda self, i, value, there, flow: self.terms.true)


def violation_lost(patch: pytest.MonkeyPatch) -> None:
    """A check that fails ends the path, and nobody is told."""
    ends = Expressions.ends

    def wrong(self: Expressions, flow: Flow, condition: Term, outcome: str) -> None:
        if outcome.startswith("violates"):
            flow.guard = self.terms.conjunction(flow.guard, self.terms.negation(condition))
        else:
            ends(self, flow, condition, outcome)

    patch.setattr(Expressions, "ends", wrong)


def off_by_one(patch: pytest.MonkeyPatch) -> None:
    """What is written to some cells is off by one."""
    biased = Integers.biased
    patch.setattr(Integers, "biased", lambda self, a, low, high: biased(self, a, low + (low == -4), high + (low == -4)))


def dead_slots(patch: pytest.MonkeyPatch) -> None:
    """A frame that returns leaves its slots behind."""
    written_back = processors.written_back

    def wrong(fields: Fields, steps: object, places: object) -> dict[int, Term]:
        state = written_back(fields, steps, places)  # type: ignore[arg-type]
        for place in fields.frames["Cpu"][0][1].slots:
            if place is not None:
                old = fields.fields[place].variable
                new = state.get(place, old)
                empty = fields.terms.equal(new, fields.terms.constant(0, old.width))
                state[place] = fields.terms.conditional(empty, old, new)
        return state

    patch.setattr(transition, "written_back", wrong)


PLANTED: list[Callable[[pytest.MonkeyPatch], None]] = [
    another_field,
    frame_condition,
    guard_dropped,
    too_narrow,
    signedness,
    else_branch,
    eager,
    return_slot,
    unbounded_choice,
    violation_lost,
    off_by_one,
    dead_slots,
]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_caught(plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    system = lower(program_of(MODEL))
    plant(monkeypatch)
    try:
        found = differences(system, 150)
    except AssertionError as error:  # two outcomes at once, for example
        found = [str(error)]
    assert found, "nobody noticed"
