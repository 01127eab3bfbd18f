# SPDX-License-Identifier: GPL-2.0-only
"""What code chooses, as terms: values, and the instance that an allocation returns.

What is chosen is an input: a variable of which nothing is known but that it is one of the options.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from checker.ir import system as ir
from checker.symbolic.relation.effect import CUT_ARENA, Inputs
from checker.symbolic.relation.expressions import Expressions, Flow, Stepper
from checker.symbolic.relation.fields import Fields
from checker.symbolic.relation.naming import may_be_allocated
from checker.symbolic.terms.integers import Integer, width_of
from checker.symbolic.terms.solving import can_hold
from checker.symbolic.terms.terms import Term, Unsupported

MOST_ROUNDS = 10_000
"""No loop of the language goes round more often, and no choice has more options."""


class Choices(Expressions):
    """Runs what chooses in one body. any_free: an allocation may return any free instance. inputs: the variables that choose.
    may_fail: whether something so far may keep the body from being possible at all."""

    def __init__(self, fields: Fields, inputs: Inputs, stepper: Stepper, any_free: bool) -> None:
        super().__init__(fields, stepper)
        self.all_inputs = inputs
        self.inputs: list[Term] = []
        self.any_free = any_free
        self.may_fail = False

    @cached_property
    def valid(self) -> Term:
        """What holds in every state that the body can run in."""
        return self.fields.valid(self.fields.variables)

    def input(self, low: int, high: int) -> Integer:
        """A new input for a value from low to high. That it is no other one has to be demanded."""
        width = max((high - low).bit_length(), 1)
        variable = self.all_inputs.variable(len(self.inputs), width)
        self.inputs.append(variable)
        wide = max(width_of(low, high), width)
        t = self.terms
        value = t.arithmetic("bvadd", t.resized(variable, wide), t.constant(low, wide))
        return self.integers.made(t.resized(value, width_of(low, high)), low, high)

    def choose(self, i: ir.Choose, flow: Flow) -> None:
        options = self.options(i, flow)
        self.may_fail = self.may_fail or self.may_be_empty(i, options, flow)
        if not options:
            flow.guard = self.terms.false
            return
        low, high = min(value.low for value, _ in options), max(value.high for value, _ in options)
        if i.condition is not None and ir.may_raise(i.condition):
            options = [(value, self.terms.conjunction(there, self.holds(i, value, there, flow))) for value, there in options]
            chosen = self.input(low, high) if low != high else self.integers.constant(low)
            fits = self.terms.true
        else:
            chosen = self.input(low, high) if low != high else self.integers.constant(low)
            fits = self.holds(i, chosen, self.terms.true, flow)
        among = [self.terms.conjunction(there, self.integers.equal(chosen, value)) for value, there in options]
        flow.guard = self.terms.conjunction(flow.guard, fits, self.terms.disjunction(*among))
        flow.locals[i.local] = chosen

    def options(self, i: ir.Choose, flow: Flow) -> list[tuple[Integer, Term]]:
        """The values to choose from, each with the condition that it is one of them."""
        if i.values is not None:
            return [(self.value(value, flow), self.terms.true) for value in i.values]
        low, high = self.value(i.low, flow), self.value(i.high, flow)
        found: list[tuple[Integer, Term]] = []
        for number in range(MOST_ROUNDS + 1):
            value = self.integers.operation("+", [low, self.integers.constant(number * i.step)])
            there = self.integers.less(value, high) if i.step > 0 else self.integers.less(high, value)
            if there is self.terms.false:
                return found
            found.append((value, there))
        raise Unsupported(f"the model chooses from more than {MOST_ROUNDS} values")

    def may_be_empty(self, i: ir.Choose, options: Sequence[tuple[Integer, Term]], flow: Flow) -> bool:
        """Whether there may be nothing to choose from."""
        if i.condition is not None and ir.may_raise(i.condition):
            return True
        aside = flow.copy(flow.guard)
        there = [self.terms.conjunction(there, self.holds(i, value, there, aside)) for value, there in options]
        return can_hold(self.terms.conjunction(flow.guard, self.valid, self.terms.negation(self.terms.disjunction(*there))))

    def holds(self, i: ir.Choose, value: Integer, there: Term, flow: Flow) -> Term:
        """Whether the condition of a choice holds for a value, evaluated only where that is `there`."""
        if i.condition is None:
            return self.terms.true
        hidden = flow.locals.get(i.local)
        flow.locals[i.local] = value
        found = self.integers.truth(self._lazily(there, i.condition, flow))
        if hidden is None:
            del flow.locals[i.local]
        else:
            flow.locals[i.local] = hidden
        return found

    def is_untouched(self, variable: ir.Variable, flow: Flow) -> bool:
        """Whether the variable surely is what it was before the step."""
        fields = [field for field in self.fields.cells[variable.name] if field is not None]
        return all(flow.state[field] is self.fields.variables[field] for field in fields)

    def allocate(self, i: ir.Allocate, flow: Flow) -> None:
        count, alignment, _ = self.system.arenas[i.record]
        allocator = self.system.variables[f"{i.record}.allocated"]
        free = [
            self.terms.negation(self.integers.truth(self.fields.cell(flow.state, allocator, number))) for number in range(count)
        ]
        dry = self.terms.negation(self.terms.disjunction(*free))
        crowded = self.fields.crowded.get(i.record)
        if crowded is not None and self.is_untouched(allocator, flow):
            self.outcomes.setdefault(CUT_ARENA, []).append(self.terms.conjunction(flow.guard, crowded))
            flow.guard = self.terms.conjunction(flow.guard, self.terms.negation(dry))
        else:
            self.ends(flow, dry, CUT_ARENA)
        if count > 1 and (self.any_free or i.held is not None):
            index = self.input(0, count - 1)
            possible = free if self.any_free else may_be_allocated(self, i, free, flow)
            there = [
                self.terms.conjunction(possible[number], self.integers.equal(index, self.integers.constant(number)))
                for number in range(count)
            ]
            flow.guard = self.terms.conjunction(flow.guard, self.terms.disjunction(*there))
        else:
            index = self.integers.constant(count - 1)
            for number in reversed(range(count - 1)):
                index = self.integers.conditional(free[number], self.integers.constant(number), index)
        self.store(allocator.name, [index], self.integers.constant(1), flow)
        for name, value in i.resets:
            variable = self.system.variables[name]
            for rest in _every(variable.dimensions[1:]):
                inner = [self.integers.constant(n) for n in rest]
                self.store(name, [index, *inner], self.integers.constant(value), flow)
        operation, constant = self.integers.operation, self.integers.constant
        flow.locals[i.local] = operation("*", [operation("+", [index, constant(1)]), constant(alignment)])


def _every(sizes: Sequence[int]) -> list[tuple[int, ...]]:
    """All indices into dimensions of these sizes."""
    found: list[tuple[int, ...]] = [()]
    for size in sizes:
        found = [(*indices, n) for indices in found for n in range(size)]
    return found
