# SPDX-License-Identifier: GPL-2.0-only
"""IR expressions -> terms, and the condition under which they raise.

Expressions are run, not only translated: a Flow says under which condition the code is still running at this point. What
raises takes its cases out of that condition, so that whatever comes later, in the order of the text, does not count there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from checker.ir import system as ir
from checker.symbolic.relation.fields import Fields
from checker.symbolic.terms.integers import Integer, width_of
from checker.symbolic.terms.terms import Term

MODEL_ERROR = "model-error"
WILD_POINTER = "wild-pointer"
"""Outcomes of expressions. effect.py has those of instructions."""


@dataclass
class Flow:
    """Code at a point of its run. guard: when it is still running. state: the term of each field. stand: the number of
    the location at which its frame stands in place of what the state says, None if nothing was said yet."""

    guard: Term
    state: list[Term]
    locals: dict[str, Integer]
    stand: Term | None = None

    def copy(self, guard: Term) -> Flow:
        return Flow(guard, list(self.state), dict(self.locals), self.stand)


@dataclass(frozen=True)
class Stepper:
    """Who runs the code. processor: its reference, None for an action. standing: (record, instance, depth) -> the condition
    that this is the frame that steps."""

    processor: Integer | None = None
    standing: Mapping[tuple[str, int, int], Term] = field(default_factory=dict)


class Expressions:
    """Evaluates the expressions of one body. outcomes: under which conditions it ended in what."""

    def __init__(self, fields: Fields, stepper: Stepper) -> None:
        self.fields = fields
        self.system = fields.system
        self.terms = fields.terms
        self.integers = fields.integers
        self.stepper = stepper
        self.outcomes: dict[str, list[Term]] = {}

    # -- how code ends early --

    def ends(self, flow: Flow, condition: Term, outcome: str) -> None:
        """Where the condition holds, the code ends with this outcome; from here on it does not hold."""
        if condition is self.terms.false:
            return
        self.outcomes.setdefault(outcome, []).append(self.terms.conjunction(flow.guard, condition))
        flow.guard = self.terms.conjunction(flow.guard, self.terms.negation(condition))

    def outcome(self, name: str) -> Term:
        """When the code ends with this outcome."""
        return self.terms.disjunction(*self.outcomes.get(name, ()))

    # -- expressions --

    def truth(self, e: ir.Expression, flow: Flow) -> Term:
        """Whether the value is not 0."""
        return self.integers.truth(self.value(e, flow))

    def value(self, e: ir.Expression, flow: Flow) -> Integer:
        """The value, where the flow's guard holds afterwards."""
        match e:
            case ir.Constant(value):
                return self.integers.constant(value)
            case ir.Local(name):
                return flow.locals[name]
            case ir.Load(name, indices):
                return self.load(name, [self.value(index, flow) for index in indices], flow)
            case ir.Index(record, reference, live, _):
                return self.index(record, self.value(reference, flow), live, flow)
            case ir.Element(index, _, length, _):
                found = self.value(index, flow)
                self.ends(flow, self.terms.negation(self.integers.within(found, 0, length - 1)), WILD_POINTER)
                return self.clipped(found, 0, length - 1)
            case ir.InRange(inner, low, high, mask, _, _):
                return self.in_range(self.value(inner, flow), low, high, mask, flow)
            case ir.Operation(name, operands):
                return self.integers.operation(name, [self.value(operand, flow) for operand in operands])
            case ir.Logical(name, operands):
                return self.integers.boolean(self.logical(name, operands, flow))
            case ir.Conditional(test, then, otherwise):
                return self.conditional(self.truth(test, flow), then, otherwise, flow)
            case ir.Let(name, value, body):
                return self.let(name, self.value(value, flow), body, flow)
            case ir.Processor():
                assert self.stepper.processor is not None
                return self.stepper.processor
            case ir.FrameIn(record, owner, routine):
                owner_index = self.value(owner, flow)
                return self.integers.boolean(self.frame_test(record, owner_index, self.system.inside[routine], flow))
            case ir.HasFrames(record, owner):
                return self.integers.boolean(self.frame_test(record, self.value(owner, flow), None, flow))
        raise TypeError(e)

    def logical(self, name: str, operands: Sequence[ir.Expression], flow: Flow) -> Term:
        """`and` or `or`: an operand is evaluated where those before it have not decided."""
        result = self.truth(operands[0], flow)
        for operand in operands[1:]:
            goes_on = result if name == "and" else self.terms.negation(result)
            if goes_on is self.terms.false:
                break
            value = self.integers.truth(self._lazily(goes_on, operand, flow))
            result = self.terms.conjunction(result, value) if name == "and" else self.terms.disjunction(result, value)
        return result

    def conditional(self, test: Term, then: ir.Expression, otherwise: ir.Expression, flow: Flow) -> Integer:
        if test.is_constant:
            return self.value(then if test.value else otherwise, flow)
        a = self._lazily(test, then, flow)
        b = self._lazily(self.terms.negation(test), otherwise, flow)
        return self.integers.conditional(test, a, b)

    def _lazily(self, condition: Term, e: ir.Expression, flow: Flow) -> Integer:
        """The value of an expression that is evaluated only where the condition holds."""
        before = flow.guard
        inside = flow.guard = self.terms.conjunction(before, condition)
        value = self.value(e, flow)
        if flow.guard is inside:
            flow.guard = before
        else:
            skipped = self.terms.conjunction(before, self.terms.negation(condition))
            flow.guard = self.terms.disjunction(skipped, flow.guard)
        return value

    def let(self, name: str, value: Integer, body: ir.Expression, flow: Flow) -> Integer:
        hidden = flow.locals.get(name)
        flow.locals[name] = value
        found = self.value(body, flow)
        if hidden is None:
            del flow.locals[name]
        else:
            flow.locals[name] = hidden
        return found

    # -- ranges and references --

    def clipped(self, value: Integer, low: int, high: int) -> Integer:
        """A value of which it is known here that it is from low to high."""
        low, high = max(low, value.low), min(high, value.high)
        if low > high:  # never here
            return self.integers.constant(max(low, 0))
        if (low, high) == (value.low, value.high) or not value.term.width:
            return value
        width = width_of(low, high)
        return self.integers.folded(self.integers.made(self.integers.bits(value, width), low, high))

    def in_range(self, value: Integer, low: int, high: int, mask: int | None, flow: Flow) -> Integer:
        fits = self.integers.within(value, low, high)
        if mask is not None:
            beyond = self.integers.operation("&", [value, self.integers.constant(~mask)])
            fits = self.terms.conjunction(fits, self.terms.negation(self.integers.truth(beyond)))
        self.ends(flow, self.terms.negation(fits), MODEL_ERROR)
        return self.clipped(value, low, high)

    def index(self, record: str, reference: Integer, live: bool, flow: Flow) -> Integer:
        count, alignment, _ = self.system.arenas[record]
        operation, constant = self.integers.operation, self.integers.constant
        wrong = self.terms.negation(self.integers.within(reference, alignment, count * alignment))
        if alignment > 1:
            tag = operation("%", [reference, constant(alignment)])
            wrong = self.terms.disjunction(wrong, self.integers.truth(tag))
        self.ends(flow, wrong, WILD_POINTER)
        valid = self.clipped(reference, alignment, count * alignment)
        index = operation("-", [operation("//", [valid, constant(alignment)]), constant(1)])
        index = self.clipped(index, 0, count - 1)
        if live:
            allocated = self.load(f"{record}.allocated", [index], flow)
            self.ends(flow, self.terms.negation(self.integers.truth(allocated)), WILD_POINTER)
        return index

    # -- cells --

    def places(self, variable: ir.Variable, indices: Sequence[Integer]) -> Iterator[tuple[int, Term]]:
        """The cells that these indices may mean, with the condition that they mean this one."""
        ranges = [
            range(max(index.low, 0), min(index.high, size - 1) + 1)
            for index, size in zip(indices, variable.dimensions, strict=True)
        ]
        for chosen in itertools.product(*ranges):
            tests = [self.integers.equal(i, self.integers.constant(n)) for i, n in zip(indices, chosen, strict=True)]
            yield variable.cell(chosen), self.terms.conjunction(*tests)

    def load(self, name: str, indices: Sequence[Integer], flow: Flow) -> Integer:
        variable = self.system.variables[name]
        return self._loaded(variable, (), list(indices), flow)

    def _loaded(self, variable: ir.Variable, known: tuple[int, ...], rest: list[Integer], flow: Flow) -> Integer:
        """The value of a cell some of whose indices are known."""
        if not rest:
            return self.fields.cell(flow.state, variable, variable.cell(known))
        index, rest = rest[0], rest[1:]
        options = list(range(max(index.low, 0), min(index.high, variable.dimensions[len(known)] - 1) + 1)) or [0]
        found = self._loaded(variable, (*known, options[-1]), rest, flow)
        for option in reversed(options[:-1]):
            here = self.integers.equal(index, self.integers.constant(option))
            found = self.integers.conditional(here, self._loaded(variable, (*known, option), rest, flow), found)
        return found

    def store(self, name: str, indices: Sequence[Integer], value: Integer, flow: Flow) -> None:
        """Write a value, which is in the variable's range, to a cell."""
        variable = self.system.variables[name]
        if not variable.low <= value.low <= value.high <= variable.high:
            outside = self.terms.negation(self.integers.within(value, variable.low, variable.high))
            self.ends(flow, outside, MODEL_ERROR)
        kept = self.integers.biased(value, variable.low, variable.high)
        for number, here in self.places(variable, indices):
            place = self.fields.cells[name][number]
            if place is not None:
                flow.state[place] = self.terms.conditional(here, kept, flow.state[place])

    # -- frames --

    def frame_test(self, record: str, owner: Integer, locations: frozenset[int] | None, flow: Flow) -> Term:
        """Whether a frame of the owner stands at one of the locations; with None, whether it has a frame."""
        found: list[Term] = []
        for index, frames in enumerate(self.fields.frames[record]):
            if not owner.low <= index <= owner.high:
                continue
            tests = []
            for depth in range(len(frames) if locations is not None else 1):
                here = self.location(record, index, depth, flow)
                if locations is None:
                    tests.append(self.terms.negation(self.terms.equal(here, self.fields.location_constant(0))))
                else:
                    tests.append(self.among(here, locations))
            this = self.integers.equal(owner, self.integers.constant(index))
            found.append(self.terms.conjunction(this, self.terms.disjunction(*tests)))
        return self.terms.disjunction(*found)

    def location(self, record: str, index: int, depth: int, flow: Flow) -> Term:
        """Where a frame stands at this point of the step."""
        here = flow.state[self.fields.frames[record][index][depth].location]
        steps = self.stepper.standing.get((record, index, depth))
        if flow.stand is None or steps is None:
            return here
        return self.terms.conditional(steps, flow.stand, here)

    def among(self, here: Term, locations: frozenset[int]) -> Term:
        """Whether a location is one of these."""
        tests: list[Term] = []
        for first, last in _runs(locations):
            low, high = self.fields.location_constant(first), self.fields.location_constant(last)
            if first == last or not here.width:
                tests.append(self.terms.equal(here, low))
                continue
            below, above = self.terms.comparison("bvult", here, low), self.terms.comparison("bvult", high, here)
            tests.append(self.terms.conjunction(self.terms.negation(below), self.terms.negation(above)))
        return self.terms.disjunction(*tests)


def _runs(numbers: frozenset[int]) -> list[tuple[int, int]]:
    """The numbers as first and last of uninterrupted runs."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found
