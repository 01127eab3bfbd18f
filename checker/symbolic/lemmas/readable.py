# SPDX-License-Identifier: GPL-2.0-only
"""States of the step relation in the model's own terms."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from checker.symbolic.lemmas.names import Names
from checker.symbolic.relation.fields import Fields


def readable_state(fields: Fields, names: Names, numbers: Sequence[int]) -> dict[str, tuple[str, int]]:
    """What each cell, frame and live local is in the state whose fields have these numbers: name -> value, and the field."""
    found: dict[str, tuple[str, int]] = {}
    for name, cells in fields.cells.items():
        variable = fields.system.variables[name]
        for number, indices in enumerate(itertools.product(*map(range, variable.dimensions))):
            field = cells[number]
            if field is not None:
                value = numbers[field] + variable.low
                found[names.cell(variable, indices)] = names.value(variable.type, value), field
    for record, instances in fields.frames.items():
        for index, frames in enumerate(instances):
            for depth, frame in enumerate(frames):
                name = f"{names.instance(record, index)}'s frame {depth}"
                number = numbers[frame.location]
                found[name] = names.location(number), frame.location
                if not number:
                    continue
                location = fields.system.location(number)
                procedure = fields.system.procedures[location.procedure]
                for local in location.live:
                    place = fields.locals[location.procedure, local]
                    slot = frame.slots[place.slot]
                    if slot is not None:
                        text = names.value(procedure.types.get(local), numbers[slot] + place.low)
                        found[f"{names.local(location.procedure, local)} in {name}"] = text, slot
    return found


def readable_places(fields: Fields, names: Names) -> list[tuple[str, Callable[[int], str]]]:
    """Of each field, what it is called and how its numbers print. What a slot of a frame means depends on where the frame stands,
    so a slot is only numbered."""
    found: dict[int, tuple[str, Callable[[int], str]]] = {}
    for name, cells in fields.cells.items():
        variable = fields.system.variables[name]
        for number, indices in enumerate(itertools.product(*map(range, variable.dimensions))):
            field = cells[number]
            if field is not None:
                found[field] = names.cell(variable, indices), lambda n, v=variable: names.value(v.type, n + v.low)  # type: ignore[misc]
    for record, instances in fields.frames.items():
        for index, frames in enumerate(instances):
            for depth, frame in enumerate(frames):
                name = f"{names.instance(record, index)}'s frame {depth}"
                found[frame.location] = name, names.location
                for slot, field in enumerate(frame.slots):
                    if field is not None:
                        found[field] = f"slot {slot} of {name}", str
    return [found[number] for number in range(len(fields.fields))]


def counterexample_lines(
    fields: Fields, names: Names, target: str, before: Sequence[int], after: Sequence[int] | None, matters: frozenset[int]
) -> list[str]:
    """A counterexample to induction, for a reader who would strengthen the invariant. before: the fields' numbers in a state that
    satisfies the invariant; after: those after the step; None: the state itself is wrong. matters: the fields that
    bring it about."""
    here = readable_state(fields, names, before)
    lines = [f"What breaks: {target}", "In a state that satisfies all lemmas, these bring it about:"]
    lines += [f"  {name} = {value}" for name, (value, field) in here.items() if field in matters]
    if after is not None:
        there = readable_state(fields, names, after)
        lines.append("The step changes:")
        for name in dict.fromkeys((*here, *there)):
            old, new = (state[name][0] if name in state else "not live" for state in (here, there))
            if old != new:
                lines.append(f"  {name}: {old} -> {new}")
    return lines
