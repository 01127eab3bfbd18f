# SPDX-License-Identifier: GPL-2.0-only
"""The step relation of a whole system, as terms. Everything that uses solvers is built on this:

    relation = step_relation(system)
    relation.fields.variables      the state s: one variable for each field
    relation.inputs                the inputs i: which transition is taken, and what it chooses
    relation.initials              the numbers in the fields of each initial state
    relation.steps                 over s, i: a transition leads from s to a new state
    relation.next                  over s, i: the fields of that state, where `steps` holds
    relation.violates[property]    over s, i: the transition violates the property (and leads to no state)
    relation.violated[property]    over s: an invariant of the property does not hold
    relation.deadlock              over s: nothing but interrupts leads away from s; false in a model without no-deadlock
    relation.error                 over s, i: the model itself is in error in the transition
    relation.invariant_errors[property]  over s: the model is in error in an invariant of the property
    relation.cuts[reason]          over s, i: the path ends for want of room
    relation.unheld[record]        over s: what is counted is not held (counting.py)
    relation.fields.valid(s)       over s: what every reachable state satisfies for the ranges of fields

Where none of steps, violates, error, cuts and `halts` holds, the inputs name no transition that is possible in s.
`relation.at(state, inputs)` gives all of it over other terms. With any_free, an allocation takes any free instance in place of
the lowest one, which is one of them: every transition of the system is among these. The others are the same up to an exchange of
free instances, where nothing refers to a free instance; where something does (a dangling reference), they are more than that.
Of records that are counted, cuts[arena] says where too many places refer to instances, in place of where none is free.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from checker.ir import system as ir
from checker.language.raised import NO_DEADLOCK, NO_OUT_OF_RANGE, NO_WILD_POINTER
from checker.symbolic.relation.counting import Counted, conditions
from checker.symbolic.relation.effect import CUT_ARENA, CUT_CONSTRAINT, CUT_FRAMES, HALTED, VIOLATES, Effect, Frame, Inputs
from checker.symbolic.relation.expressions import MODEL_ERROR, WILD_POINTER, Expressions, Flow, Stepper
from checker.symbolic.relation.fields import Fields
from checker.symbolic.relation.processors import processor_steps, registers, selected, written_back
from checker.symbolic.relation.selector import Selector, Transition, processor_transitions
from checker.symbolic.relation.step import Body
from checker.symbolic.terms.terms import Term, Terms, Unsupported, postorder, variables_of

MOST_PARTS = 250_000
"""Parts of the condition that a transition leads away."""


@dataclass(frozen=True)
class Part:
    """What the transitions of one action do, or the steps of processors; which of them it is, the selector says. here: when it
    is one of them. steps: when it leads to a new state. state: the fields that it may change. outcomes: how else it may end,
    and when."""

    here: Term
    steps: Term
    state: Mapping[int, Term]
    outcomes: Mapping[str, Term]


@dataclass(frozen=True)
class Relation:
    """See the top of this file."""

    fields: Fields
    transitions: tuple[Transition, ...]
    selector: Term
    inputs: tuple[Term, ...]
    initials: tuple[tuple[int, ...], ...]
    steps: Term
    next: tuple[Term, ...]
    violates: Mapping[str, Term]
    violated: Mapping[str, Term]
    deadlock: Term
    error: Term
    invariant_errors: Mapping[str, Term]
    halts: Term
    cuts: Mapping[str, Term]
    unheld: Mapping[str, Term]

    @property
    def may_run_dry(self) -> bool:
        """Whether it is not plain that no allocation finds an arena without free instances."""
        return self.cuts[CUT_ARENA] is not self.fields.terms.false

    def at(self, state: Sequence[Term], inputs: Sequence[Term]) -> Relation:
        """The same over another state and other inputs."""
        values = dict(zip([*self.fields.variables, *self.inputs], [*state, *inputs], strict=True))
        groups = (self.violates, self.violated, self.invariant_errors, self.cuts, self.unheld)
        whole = [self.steps, *self.next, self.deadlock, self.error, self.halts]
        moved = iter(self.fields.terms.substituted([*whole, *(term for group in groups for term in group.values())], values))
        steps, next_ = next(moved), tuple(itertools.islice(moved, len(self.next)))
        deadlock, error, halts = itertools.islice(moved, 3)
        violates, violated, invariant_errors, cuts, unheld = (dict(zip(group, moved, strict=False)) for group in groups)
        return replace(
            self,
            steps=steps,
            next=next_,
            deadlock=deadlock,
            error=error,
            invariant_errors=invariant_errors,
            halts=halts,
            violates=violates,
            violated=violated,
            cuts=cuts,
            unheld=unheld,
        )


def step_relation(
    system: ir.System, any_free: bool = False, counted: Sequence[Counted] = (), fields: Fields | None = None
) -> Relation:
    """The step relation of a system. counted: records that shall not run dry, and how their instances are counted. fields: of the
    system, as in another relation, so that terms for that one are terms for this one. Unsupported where it cannot be said in
    bit-vectors."""
    try:
        return _step_relation(system, any_free, counted, fields or Fields(system, Terms()))
    except RecursionError:
        raise Unsupported("the model has code that is nested too deeply") from None


def _step_relation(system: ir.System, any_free: bool, counted: Sequence[Counted], fields: Fields) -> Relation:
    terms = fields.terms
    unheld: dict[str, Term] = {}
    for entry in counted:
        fields.crowded[entry.record], unheld[entry.record] = conditions(fields, entry)
    choices = Inputs(fields)
    alone = sorted(_possible_actions(fields, any_free), key=lambda pair: pair[0].arguments[:1])  # those of one agent together
    transitions = [transition for transition, _ in alone] + processor_transitions(fields)
    selector = Selector(fields, transitions)
    parts = _actions(fields, choices, selector, any_free)
    possible = [term for transition, term in alone if not transition.interrupt]
    if system.processors is not None:
        part, may_step = _processors(fields, choices, selector, any_free)
        parts.append(part)
        possible += may_step

    def when(outcome: str) -> Term:
        return terms.disjunction(
            *(terms.conjunction(part.here, part.outcomes[outcome]) for part in parts if outcome in part.outcomes)
        )

    raised = {NO_WILD_POINTER: WILD_POINTER, NO_OUT_OF_RANGE: MODEL_ERROR}
    constraints = [CUT_CONSTRAINT + name for name in system.constraints]
    violated, invariant_errors = _invariants(fields)
    deadlock = terms.negation(terms.disjunction(*possible))
    if NO_DEADLOCK not in system.properties:
        deadlock = terms.false
    return Relation(
        fields=fields,
        transitions=tuple(transitions),
        selector=selector.variable,
        inputs=(selector.variable, *choices.made.values()),
        initials=tuple(fields.initials()),
        # As implications, since then a solver sees at once that what is not possible is not chosen.
        steps=terms.conjunction(
            selector.valid,
            *(terms.disjunction(terms.negation(part.here), part.steps) for part in parts),
        ),
        next=tuple(
            selected(fields, [(part.here, part.state[n]) for part in parts if n in part.state], field.variable)
            for n, field in enumerate(fields.fields)
        ),
        violates={
            name: terms.disjunction(when(VIOLATES + name), when(raised[name]) if name in raised else terms.false)
            for name in system.properties
        },
        violated=violated,
        deadlock=deadlock,
        error=terms.disjunction(*(when(outcome) for name, outcome in raised.items() if name not in system.properties)),
        invariant_errors=invariant_errors,
        halts=when(HALTED),
        cuts={reason: when(reason) for reason in (CUT_ARENA, CUT_FRAMES, *constraints)},
        unheld=unheld,
    )


def _possible_actions(fields: Fields, any_free: bool) -> list[tuple[Transition, Term]]:
    """Each action with arguments that can end in any way at all; and when it leads away for some inputs."""
    found: list[tuple[Transition, Term]] = []
    for action in fields.system.actions:
        for arguments in itertools.product(*(values for _, _, values in action.parameters)):
            locals_ = {
                name: fields.integers.constant(value) for (name, _, _), value in zip(action.parameters, arguments, strict=True)
            }
            effect = Body(fields, Inputs(fields), Stepper(), None, any_free).effect(action.body, locals_)
            if ends(fields, effect) is not fields.terms.false:
                found.append((Transition(action, arguments, None), leads_away(fields, effect)))
    return found


def _actions(fields: Fields, inputs: Inputs, selector: Selector, any_free: bool) -> list[Part]:
    """What each action does, for each combination of arguments by itself: for solvers that is the better way."""
    found: list[Part] = []
    for number, transition in enumerate(selector.transitions):
        action = transition.action
        if action is not None:
            values = selector.arguments([number])
            locals_ = {name: value for (name, _, _), value in zip(action.parameters, values, strict=True)}
            effect = Body(fields, inputs, Stepper(), None, any_free).effect(action.body, locals_)
            found.append(Part(selector.among([number]), effect.ended, effect.state, effect.outcomes))
    return found


def _processors(fields: Fields, inputs: Inputs, selector: Selector, any_free: bool) -> tuple[Part, list[Term]]:
    """What a step of a processor does, whichever the selector says; and when each one leads away for some inputs."""
    terms = fields.terms
    numbers = [number for number, transition in enumerate(selector.transitions) if transition.action is None]
    (processor,) = selector.arguments(numbers)
    steps, places = processor_steps(fields, inputs, processor, any_free)
    frame = registers(fields, places)
    names = {name: None for _, effect in steps for name in effect.outcomes}
    outcomes = {
        name: terms.disjunction(
            *(terms.conjunction(here, effect.outcomes[name]) for here, effect in steps if name in effect.outcomes)
        )
        for name in names
    }
    ended = terms.disjunction(*(terms.conjunction(here, effect.ended) for here, effect in steps))
    possible: list[Term] = []
    for number in numbers if NO_DEADLOCK in fields.system.properties else ():
        chosen = {selector.variable: terms.constant(number, selector.variable.width)}
        whole = [terms.conjunction(here, leads_away(fields, effect, frame)) for here, effect in steps]
        possible += terms.substituted(whole, chosen)
    return Part(selector.among(numbers), ended, written_back(fields, steps, places), outcomes), possible


def ends(fields: Fields, effect: Effect) -> Term:
    """Whether a body ends in any way."""
    return fields.terms.disjunction(effect.ended, *effect.outcomes.values())


def leads_away(fields: Fields, effect: Effect, frame: Frame | None = None) -> Term:
    """Whether a body leads to another state, or ends in any other way, for some values of its inputs. frame: the one that it
    steps. False where nobody asks: in a model that does not demand progress."""
    terms = fields.terms
    if NO_DEADLOCK not in fields.system.properties:
        return terms.false
    changes = _changes(fields, effect, frame)
    if not effect.may_fail and any(change is terms.true for change in changes):
        return terms.true
    ways = [terms.conjunction(effect.ended, change) for change in changes]
    return terms.disjunction(*(_whatever_inputs(terms, effect, way) for way in (*ways, *effect.outcomes.values())))


def _whatever_inputs(terms: Terms, effect: Effect, found: Term) -> Term:
    """Whether a condition holds for some values of the body's inputs."""
    for variable in reversed(effect.inputs):
        if variable not in variables_of([found]):
            continue
        values = [terms.constant(n, variable.width) for n in range(1 << variable.width)]
        found = terms.disjunction(*(terms.substituted([found], {variable: value})[0] for value in values))
        if len(postorder([found])) > MOST_PARTS:
            raise Unsupported("the model chooses too often in one transition for no-deadlock to be decided")
    return found


def _changes(fields: Fields, effect: Effect, frame: Frame | None) -> list[Term]:
    """For each field that a body sets, whether it leaves another value than it found."""
    terms = fields.terms
    pairs = [(term, fields.fields[number].variable) for number, term in effect.state.items()]
    if frame is not None:
        # A frame that calls or returns stands elsewhere afterwards.
        pairs += zip((effect.own.location, *effect.own.slots), (frame.location, *frame.slots), strict=True)
        pairs.append((effect.above.location, fields.location_constant(0)))
    return [terms.negation(terms.equal(new, old)) for new, old in pairs]


def _invariants(fields: Fields) -> tuple[dict[str, Term], dict[str, Term]]:
    """For each property with invariants, when one of them does not hold, and when the model is in error in one."""
    terms = fields.terms
    violated: dict[str, list[Term]] = {}
    errors: dict[str, list[Term]] = {}
    for predicate in fields.system.predicates:
        for arguments in itertools.product(*(values for _, _, values in predicate.parameters)):
            locals_ = {
                name: fields.integers.constant(value) for (name, _, _), value in zip(predicate.parameters, arguments, strict=True)
            }
            expressions = Expressions(fields, Stepper())
            flow = Flow(terms.true, fields.variables, locals_)
            fails = terms.negation(expressions.truth(predicate.body, flow))
            wild = expressions.outcome(WILD_POINTER)
            violated.setdefault(predicate.property, []).append(terms.disjunction(wild, terms.conjunction(flow.guard, fails)))
            errors.setdefault(predicate.property, []).append(expressions.outcome(MODEL_ERROR))
    whole = ({name: terms.disjunction(*found) for name, found in conditions.items()} for conditions in (violated, errors))
    return next(whole), next(whole)
