# SPDX-License-Identifier: GPL-2.0-only
"""Which two steps may be taken in either order: what each transition reads and writes, as terms.

Two steps are *independent* in a run if neither writes what the other reads or writes. Taken the other way round they read what
they read before, so they are possible too, do the same, and lead to the same state. Among all runs of one length that end in one
state, take one whose sequence of numbers is the least. In it no step follows an independent one with
a greater number, else the two taken the other way round would make a lesser sequence. So a search that leaves out all runs with
such a pair still comes to every state that is reachable in so many steps, after so many steps: shortest lengths are kept.
(Known as peephole partial-order reduction: Wang, Yang, Kahlon, Gupta, TACAS 2008.) Numbers are of agents, not of transitions:
two steps of one agent are never reordered.

What a transition reads and writes is read off its terms. It is split into cases by the value of fields that say where it goes
(the CPU that a thread runs on, say), as long as that takes away a third of the accesses in which others are interested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.symbolic.relation.selector import Transition
from checker.symbolic.relation.transition import Relation
from checker.symbolic.terms.terms import Term, variables_of

MOST_VALUES = 8
"""Fields with more values are not split by."""

MOST_CASES = 16
"""Cases of one transition."""

Numbers = frozenset[int]


@dataclass(frozen=True)
class Access:
    """The fields that a transition reads and that it writes, by their numbers."""

    reads: Numbers
    writes: Numbers

    @property
    def touches(self) -> Numbers:
        return self.reads | self.writes


@dataclass(frozen=True)
class Case:
    """A transition where some fields have given values. condition: that it is taken, and they have them."""

    number: int
    condition: Term
    access: Access


@dataclass(frozen=True)
class Shared:
    """Fields that are accessed alike. touches, writes: whether the step that is taken reads or writes them, or writes them."""

    touches: Term
    writes: Term


def order(relation: Relation) -> tuple[Term, list[Shared]]:
    """The number of the agent whose step is taken; and what independence depends on: the steps of two agents are independent if
    for none of these one writes and the other touches it."""
    accesses = _Accesses(relation)
    found = accesses.cases()
    agents = [accesses.agents[case.number] for case in found]
    columns: dict[tuple[Numbers, Numbers], None] = {}
    for field in range(len(relation.fields.fields)):
        touching = frozenset(number for number, case in enumerate(found) if field in case.access.touches)
        writing = frozenset(number for number, case in enumerate(found) if field in case.access.writes)
        touching = frozenset(number for number in touching if any(agents[n] != agents[number] for n in writing))
        writing = frozenset(number for number in writing if any(agents[n] != agents[number] for n in touching))
        if writing:
            columns[touching | writing, writing] = None
    terms = relation.fields.terms

    def among(numbers: Numbers) -> Term:
        return terms.disjunction(*(found[number].condition for number in sorted(numbers)))

    numbers = list(dict.fromkeys(accesses.agents))
    width = max((len(numbers) - 1).bit_length(), 1)
    who = terms.constant(0, width)
    for number, name in enumerate(numbers[1:], 1):
        theirs = [transition for transition, other in enumerate(accesses.agents) if other == name]
        who = terms.conditional(accesses.among(theirs), terms.constant(number, width), who)
    return who, [
        Shared(among(touching), among(writing))
        for touching, writing in columns
        if not any((touching, writing) != other and touching <= other[0] and writing <= other[1] for other in columns)
    ]


class _Accesses:
    def __init__(self, relation: Relation) -> None:
        self.relation = relation
        self.terms = relation.fields.terms
        self.variables = relation.fields.variables
        self.numbers = {variable: number for number, variable in enumerate(self.variables)}
        self.roots = [[*self.roots_of(number)] for number in range(len(relation.transitions))]
        self.whole = [self.access(roots) for roots in self.roots]
        self.agents = [agent(transition) for transition in relation.transitions]

    def among(self, numbers: Sequence[int]) -> Term:
        """Whether one of these transitions is taken."""
        selector = self.relation.selector
        return self.terms.disjunction(
            *(self.terms.equal(selector, self.terms.constant(number, selector.width)) for number in numbers)
        )

    def roots_of(self, number: int) -> list[Term]:
        """The condition of a transition, and what each field is after it."""
        chosen = {self.relation.selector: self.terms.constant(number, self.relation.selector.width)}
        return self.terms.substituted([self.relation.steps, *self.relation.next], chosen)

    def access(self, roots: Sequence[Term]) -> Access:
        steps, *after = roots
        reads = set(variables_of([steps]))
        writes: set[Term] = set()
        for old, new in zip(self.variables, after, strict=True):
            if new is not old:
                writes.add(old)
                reads.update(variable for variable in variables_of([new]) if variable is not old)
        numbers = self.numbers
        return Access(frozenset(numbers[v] for v in reads if v in numbers), frozenset(numbers[v] for v in writes))

    def cases(self) -> list[Case]:
        found: list[Case] = []
        for number, roots in enumerate(self.roots):
            found += self.split(number, self.among([number]), frozenset(), roots, MOST_CASES)
        return found

    def split(self, number: int, condition: Term, by: Numbers, roots: list[Term], most: int) -> list[Case]:
        """The cases of a transition where a condition on some fields holds."""
        access = self.access(roots)
        best: list[tuple[int, list[Term]]] | None = None
        first = least = self.interest(number, access)
        best_field = 0
        for field in sorted(access.reads - by):
            count = self.relation.fields.fields[field].most + 1
            if count > min(MOST_VALUES, most) or not least:
                continue
            options = []
            for value in range(count):
                constant = self.terms.constant(value, self.variables[field].width)
                moved = self.terms.substituted(roots, {self.variables[field]: constant})
                moved[1 + field] = self.variables[field] if moved[1 + field] is constant else moved[1 + field]
                if moved[0] is not self.terms.false:
                    options.append((value, moved))
            most_left = max((self.interest(number, self.access(moved)) for _, moved in options), default=0)
            if most_left < least and 3 * most_left <= 2 * first:
                best, best_field, least = options, field, most_left
        if best is None:
            return [Case(number, condition, Access(access.reads | by, access.writes))]
        found: list[Case] = []
        for value, moved in best:
            here = self.terms.equal(self.variables[best_field], self.terms.constant(value, self.variables[best_field].width))
            found += self.split(number, self.terms.conjunction(condition, here), by | {best_field}, moved, most // len(best))
        return found

    def interest(self, number: int, access: Access) -> int:
        """How many accesses of other agents these stand in the way of."""
        found = 0
        for other, there in enumerate(self.whole):
            if self.agents[other] != self.agents[number]:
                found += len(access.writes & there.touches) + len(access.reads & there.writes)
        return found


def agent(transition: Transition) -> object:
    """On whose behalf a transition is, as far as its arguments tell."""
    if transition.action is None:
        return "processor", transition.processor
    if not transition.arguments:
        return transition.action.name
    _, record, _ = transition.action.parameters[0]
    return str(record), transition.arguments[0]
