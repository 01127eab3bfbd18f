# SPDX-License-Identifier: GPL-2.0-only
"""The step of a processor: which frame it steps, and what that does.

The location and slots of the frame that it steps are picked out of the state once, whosever frame it is. The code of each
location is run once, whichever processor it is that steps, and what it leaves is written back to the frame's place.
"""

from __future__ import annotations

from checker.symbolic.relation.effect import Effect, Frame, Inputs
from checker.symbolic.relation.expressions import Expressions, Flow, Stepper
from checker.symbolic.relation.fields import Fields
from checker.symbolic.relation.step import Body
from checker.symbolic.terms.integers import Integer
from checker.symbolic.terms.terms import Term, Terms

Place = tuple[str, int, int]
"""A frame: the record of its owner, the owner's index, its depth."""


def standing(fields: Fields, processor: Integer) -> dict[Place, Term]:
    """For each frame that the processor with this reference may step, when it does: its own top frame, else the top frame of
    the owner that it executes."""
    processors = fields.system.processors
    assert processors is not None
    terms = fields.terms
    found: dict[Place, Term] = {}
    some_own: list[Term] = []
    if processors.record in fields.frames:
        alignment = fields.system.arenas[processors.record].alignment
        for index in range(len(fields.frames[processors.record])):
            this = fields.integers.equal(processor, fields.integers.constant((index + 1) * alignment))
            for depth, top in enumerate(tops(fields, processors.record, index)):
                own = found[processors.record, index, depth] = terms.conjunction(this, top)
                some_own.append(own)
    flow = Flow(terms.negation(terms.disjunction(*some_own)), fields.variables, {processors.local: processor})
    executed = Expressions(fields, Stepper()).value(processors.executes, flow)
    alignment = fields.system.arenas[processors.owner].alignment
    for owner in range(len(fields.frames[processors.owner])):
        this = fields.integers.equal(executed, fields.integers.constant((owner + 1) * alignment))
        for depth, top in enumerate(tops(fields, processors.owner, owner)):
            place = (processors.owner, owner, depth)
            found[place] = terms.disjunction(found.get(place, terms.false), terms.conjunction(flow.guard, this, top))
    return {place: condition for place, condition in found.items() if condition is not terms.false}


def tops(fields: Fields, record: str, index: int) -> list[Term]:
    """For each depth, whether the frame there is the top one of the owner."""
    terms = fields.terms
    none = fields.location_constant(0)
    found: list[Term] = []
    empty_above = terms.true
    for frame in reversed(fields.frames[record][index]):
        empty = terms.equal(fields.fields[frame.location].variable, none)
        found.append(terms.conjunction(terms.negation(empty), empty_above))
        empty_above = terms.conjunction(empty, empty_above)
    found.reverse()
    return found


def registers(fields: Fields, places: dict[Place, Term]) -> Frame:
    """The frame that is stepped; location 0 where there is none."""
    terms = fields.terms
    location = fields.location_constant(0)
    slots = [terms.constant(0, fields.slot_width(n)) for n in range(len(fields.slot_most))]
    for (record, index, depth), condition in places.items():
        frame = fields.frames[record][index][depth]
        location = terms.conditional(condition, fields.fields[frame.location].variable, location)
        for n, field in enumerate(frame.slots):
            if field is not None:
                slots[n] = terms.conditional(condition, fields.fields[field].variable, slots[n])
    return Frame(location, tuple(slots))


def processor_steps(
    fields: Fields, inputs: Inputs, processor: Integer, any_free: bool
) -> tuple[list[tuple[Term, Effect]], dict[Place, Term]]:
    """The effect of each location's code on the processor with this reference, with the condition that it is what steps there;
    and the frames that may step."""
    places = standing(fields, processor)
    frame = registers(fields, places)
    stepper = Stepper(processor, places)
    found: list[tuple[Term, Effect]] = []
    for location in fields.system.locations:
        here = fields.terms.equal(frame.location, fields.location_constant(location.number))
        if here is fields.terms.false:
            continue
        locals_ = {name: fields.local(frame.slots, location.procedure, name) for name in location.live}
        body = Body(fields, inputs, stepper, location, any_free)
        found.append((here, body.effect(location.body, locals_)))
    return found, places


def written_back(fields: Fields, steps: list[tuple[Term, Effect]], places: dict[Place, Term]) -> dict[int, Term]:
    """The fields that a step of a processor may change, with the term of each after it."""
    terms = fields.terms
    state: dict[int, Term] = {}
    for number in sorted({number for _, effect in steps for number in effect.state}):
        old = fields.fields[number].variable
        state[number] = selected(fields, [(here, effect.state.get(number, old)) for here, effect in steps], old)
    none = fields.location_constant(0)
    slots = range(len(fields.slot_most))
    nothing = [terms.constant(0, fields.slot_width(n)) for n in slots]
    own = Frame(
        selected(fields, [(here, effect.own.location) for here, effect in steps], none),
        tuple(selected(fields, [(here, effect.own.slots[n]) for here, effect in steps], nothing[n]) for n in slots),
    )
    above = Frame(
        selected(fields, [(here, effect.above.location) for here, effect in steps], none),
        tuple(selected(fields, [(here, effect.above.slots[n]) for here, effect in steps], nothing[n]) for n in slots),
    )
    calls = terms.negation(terms.equal(above.location, none))
    returns = selected(fields, [(here, effect.returns) for here, effect in steps], terms.false)
    result = selected(fields, [(here, effect.result) for here, effect in steps], nothing[0])
    for record, instances in fields.frames.items():
        for index, frames in enumerate(instances):
            for depth, frame in enumerate(frames):
                is_own = places.get((record, index, depth), terms.false)
                is_above = terms.conjunction(places.get((record, index, depth - 1), terms.false), calls)
                is_below = terms.conjunction(places.get((record, index, depth + 1), terms.false), returns)
                new: list[tuple[int | None, Term, Term]]
                new = [(frame.location, own.location, above.location), *zip(frame.slots, own.slots, above.slots, strict=True)]
                for n, (place, when_own, when_above) in enumerate(new):
                    if place is None:
                        continue
                    old = fields.fields[place].variable
                    value = terms.conditional(is_above, when_above, state.get(place, old))
                    if n == 1:  # the result slot
                        value = terms.conditional(is_below, result, value)
                    value = terms.conditional(is_own, when_own, value)
                    if value is not old:
                        state[place] = value
    return state


def selected(fields: Fields, options: list[tuple[Term, Term]], otherwise: Term) -> Term:
    """The value whose condition holds; conditions exclude each other.

    Most values are something new where a test holds, and else `otherwise`: the test is which instance is meant. Those with one
    test are taken together, so that what is new is the same term for all instances.
    """
    terms = fields.terms
    tests: dict[Term, dict[Term, list[Term]]] = {}
    for condition, value in options:
        if value is not otherwise:
            test, new = _change(terms, value, otherwise)
            tests.setdefault(test, {}).setdefault(new, []).append(condition)
    found = otherwise
    for test, values in tests.items():
        conditions = [terms.disjunction(*those) for those in values.values()]
        new = next(reversed(values))
        for condition, value in zip(reversed(conditions[:-1]), reversed(list(values)[:-1]), strict=True):
            new = terms.conditional(condition, value, new)
        found = terms.conditional(terms.conjunction(test, terms.disjunction(*conditions)), new, found)
    return found


def _change(terms: Terms, value: Term, otherwise: Term) -> tuple[Term, Term]:
    """A test and a new value, such that the value is the new one where the test holds, and `otherwise` where it does not."""
    if value.op == "ite" and value.arguments[2] is otherwise:
        return value.arguments[0], value.arguments[1]
    if value.op == "ite" and value.arguments[1] is otherwise:
        return terms.negation(value.arguments[0]), value.arguments[2]
    if value.op in ("and", "or") and otherwise in value.arguments:
        rest = [argument for argument in value.arguments if argument is not otherwise]
        if value.op == "or":
            return terms.disjunction(*rest), terms.true
        return terms.negation(terms.conjunction(*rest)), terms.false
    return terms.true, value
