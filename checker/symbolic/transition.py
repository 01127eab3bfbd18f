# SPDX-License-Identifier: GPL-2.0-only
"""The step relation of a whole system, as terms. Everything that uses solvers is built on this:

    relation = step_relation(system)
    relation.fields.variables      the state s: one variable for each field
    relation.inputs                the inputs i: which transition is taken, and what it chooses
    relation.initial               the terms (constants) of the initial state
    relation.steps                 over s, i: a transition leads from s to a new state
    relation.next                  over s, i: the fields of that state, where `steps` holds
    relation.violates[property]    over s, i: the transition violates the property (and leads to no state)
    relation.broken[property]      over s: an invariant of the property does not hold
    relation.stuck                 over s: nothing but interrupts is possible; false in a model without no-deadlock
    relation.error, .broken_error  over s, i and over s: the model itself is in error
    relation.cuts[reason]          over s, i: the path ends for want of room
    relation.fields.valid(s)       over s: what every reachable state satisfies for the ranges of fields

Where none of steps, violates, error, cuts and `halts` holds, the inputs name no transition that is possible in s.
`relation.at(state, inputs)` gives all of it over other terms. With any_free, an allocation takes any free instance in place of
the lowest one: every transition of the system is among these, up to an exchange of instances that nothing tells apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from checker.ir import system as ir
from checker.symbolic.expressions import MODEL_ERROR, WILD, WILD_POINTER, Expressions, Flow, Stepper
from checker.symbolic.fields import Fields
from checker.symbolic.processors import processor_steps, selected, written_back
from checker.symbolic.step import CUT_ARENA, CUT_FRAMES, HALTED, VIOLATES, Body, Effect, Inputs
from checker.symbolic.terms import Term, Terms, Unsupported, postorder, variables_of

DEADLOCK = "no-deadlock"

MOST_PARTS = 100_000
"""Parts of the condition that a transition is possible."""


@dataclass(frozen=True)
class Transition:
    """One action with its arguments, or the steps of one processor."""

    action: ir.Action | None
    arguments: tuple[int, ...]
    processor: int | None

    @property
    def interrupt(self) -> bool:
        return self.action is not None and self.action.interrupt


@dataclass(frozen=True)
class Part:
    """What one transition does. steps: when it leads to a new state. state: the fields that it may change. outcomes: how else it
    may end, and when. possible: when it is for some inputs, if the model has
    no-deadlock."""

    transition: Transition
    steps: Term
    state: Mapping[int, Term]
    outcomes: Mapping[str, Term]
    possible: Term


@dataclass(frozen=True)
class Relation:
    """See the top of this file."""

    fields: Fields
    transitions: tuple[Transition, ...]
    selector: Term
    inputs: tuple[Term, ...]
    initial: tuple[Term, ...]
    steps: Term
    next: tuple[Term, ...]
    violates: Mapping[str, Term]
    broken: Mapping[str, Term]
    stuck: Term
    error: Term
    broken_error: Term
    halts: Term
    cuts: Mapping[str, Term]

    def at(self, state: Sequence[Term], inputs: Sequence[Term]) -> Relation:
        """The same over another state and other inputs."""
        values = dict(zip([*self.fields.variables, *self.inputs], [*state, *inputs], strict=True))
        groups = (self.violates, self.broken, self.cuts)
        whole = [self.steps, *self.next, self.stuck, self.error, self.broken_error, self.halts]
        moved = iter(self.fields.terms.substituted([*whole, *(term for group in groups for term in group.values())], values))
        steps, next_ = next(moved), tuple(itertools.islice(moved, len(self.next)))
        stuck, error, broken_error, halts = itertools.islice(moved, 4)
        violates, broken, cuts = (dict(zip(group, moved, strict=False)) for group in groups)
        return replace(
            self,
            steps=steps,
            next=next_,
            stuck=stuck,
            error=error,
            broken_error=broken_error,
            halts=halts,
            violates=violates,
            broken=broken,
            cuts=cuts,
        )


def step_relation(system: ir.System, any_free: bool = False) -> Relation:
    """The step relation of a system. Unsupported where it cannot be said in bit-vectors."""
    try:
        return _step_relation(system, any_free)
    except RecursionError:
        raise Unsupported("the model has code that is nested too deeply") from None


def _step_relation(system: ir.System, any_free: bool) -> Relation:
    terms = Terms()
    fields = Fields(system, terms)
    choices = Inputs(fields)
    parts = [*_actions(fields, choices, any_free), *_processors(fields, choices, any_free)]
    width = max((len(parts) - 1).bit_length(), 1)
    selector = terms.variable("|transition|", width)
    chosen = [(terms.equal(selector, terms.constant(number, width)), part) for number, part in enumerate(parts)]

    def when(outcome: str) -> Term:
        return terms.disjunction(
            *(terms.conjunction(this, part.outcomes[outcome]) for this, part in chosen if outcome in part.outcomes)
        )

    has_wild = WILD in system.properties
    broken, broken_error = _invariants(fields)
    stuck = terms.negation(terms.disjunction(*(part.possible for part in parts if not part.transition.interrupt)))
    if DEADLOCK not in system.properties:
        stuck = terms.false
    return Relation(
        fields=fields,
        transitions=tuple(part.transition for part in parts),
        selector=selector,
        inputs=(selector, *choices.made.values()),
        initial=tuple(fields.constants(fields.initial())),
        # As implications, since then a solver sees at once that what is not possible is not chosen.
        steps=terms.conjunction(
            terms.disjunction(*(this for this, _ in chosen)),
            *(terms.disjunction(terms.negation(this), part.steps) for this, part in chosen),
        ),
        next=tuple(
            selected(fields, [(this, part.state[n]) for this, part in chosen if n in part.state], field.variable)
            for n, field in enumerate(fields.fields)
        ),
        violates={
            name: terms.disjunction(when(VIOLATES + name), when(WILD_POINTER) if name == WILD else terms.false)
            for name in system.properties
        },
        broken=broken,
        stuck=stuck,
        error=terms.disjunction(when(MODEL_ERROR), terms.false if has_wild else when(WILD_POINTER)),
        broken_error=broken_error,
        halts=when(HALTED),
        cuts={reason: when(reason) for reason in (CUT_ARENA, CUT_FRAMES)},
    )


def _actions(fields: Fields, inputs: Inputs, any_free: bool) -> list[Part]:
    """The transitions of all actions."""
    found: list[Part] = []
    for action in fields.system.actions:
        for arguments in itertools.product(*(values for _, _, values in action.parameters)):
            locals_ = {
                name: fields.integers.constant(value) for (name, _, _), value in zip(action.parameters, arguments, strict=True)
            }
            effect = Body(fields, inputs, Stepper(), None, any_free).effect(action.body, locals_)
            if ends(fields, effect) is not fields.terms.false:
                possible = whatever_inputs(fields, effect)
                transition = Transition(action, arguments, None)
                found.append(Part(transition, effect.ended, effect.state, effect.outcomes, possible))
    return found


def _processors(fields: Fields, inputs: Inputs, any_free: bool) -> list[Part]:
    """The transition of each processor."""
    processors = fields.system.processors
    if processors is None:
        return []
    terms = fields.terms
    found: list[Part] = []
    for index in range(fields.system.arenas[processors.record][0]):
        steps, places = processor_steps(fields, inputs, index, any_free)
        names = {name: None for _, effect in steps for name in effect.outcomes}
        outcomes = {
            name: terms.disjunction(
                *(terms.conjunction(here, effect.outcomes[name]) for here, effect in steps if name in effect.outcomes)
            )
            for name in names
        }
        ended = terms.disjunction(*(terms.conjunction(here, effect.ended) for here, effect in steps))
        possible = terms.disjunction(*(terms.conjunction(here, whatever_inputs(fields, effect)) for here, effect in steps))
        found.append(Part(Transition(None, (), index), ended, written_back(fields, steps, places), outcomes, possible))
    return found


def ends(fields: Fields, effect: Effect) -> Term:
    """Whether a body ends in any way."""
    return fields.terms.disjunction(effect.ended, *effect.outcomes.values())


def whatever_inputs(fields: Fields, effect: Effect) -> Term:
    """Whether a body ends in any way, for some values of its inputs. False where nobody asks: in a model that does not demand
    progress."""
    terms = fields.terms
    if DEADLOCK not in fields.system.properties:
        return terms.false
    if not effect.may_fail:
        return terms.true
    found = ends(fields, effect)
    for variable in reversed(effect.inputs):
        if variable not in variables_of([found]):
            continue
        values = [terms.constant(n, variable.width) for n in range(1 << variable.width)]
        found = terms.disjunction(*(terms.substituted([found], {variable: value})[0] for value in values))
        if len(postorder([found])) > MOST_PARTS:
            raise Unsupported("the model chooses too often in one transition for no-deadlock to be decided")
    return found


def _invariants(fields: Fields) -> tuple[dict[str, Term], Term]:
    """For each property with invariants, when one of them does not hold; and when the model is in error in one."""
    terms = fields.terms
    broken: dict[str, list[Term]] = {}
    errors: list[Term] = []
    for predicate in fields.system.predicates:
        for arguments in itertools.product(*(values for _, _, values in predicate.parameters)):
            locals_ = {
                name: fields.integers.constant(value) for (name, _, _), value in zip(predicate.parameters, arguments, strict=True)
            }
            expressions = Expressions(fields, Stepper())
            flow = Flow(terms.true, fields.variables, locals_)
            fails = terms.negation(expressions.truth(predicate.body, flow))
            wild = expressions.outcome(WILD_POINTER)
            broken.setdefault(predicate.property, []).append(terms.disjunction(wild, terms.conjunction(flow.guard, fails)))
            errors.append(expressions.outcome(MODEL_ERROR))
    return {name: terms.disjunction(*conditions) for name, conditions in broken.items()}, terms.disjunction(*errors)
