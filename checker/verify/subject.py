# SPDX-License-Identifier: GPL-2.0-only
"""What is checked: a model, read and lowered as a request asks for it, and what it assumes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checker.ir import system as ir
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.errors import ModelError, UsageError, quoting, similar
from checker.language.front.load import load_program
from checker.language.raised import NO_DEADLOCK
from checker.language.symmetry import undecided_allocations
from checker.result.verdict import Configuration, Subject, hooks_lines
from checker.verify.request import Request


@dataclass(frozen=True)
class Loaded:
    """A model made for a request. wanted: the properties that are asked for; live: those of them that demand something of whole
    runs."""

    program: tree.Program
    system: ir.System
    wanted: frozenset[str]
    live: frozenset[str]
    subject: Subject


def load_subject(request: Request, all_states: bool = False) -> Loaded:
    """Read what a request names. all_states: only a model without constraints will do. UsageError if there is nothing to check,
    ModelError for a mistake in the model."""
    program = load_program(request.model, request.settings, request.events, request.inputs)
    if all_states:
        needs_all_states(program)
    wanted = wanted_properties(program, request)
    return Loaded(program, lower(program), wanted, live_properties(program, wanted), subject_of(program, request.inputs.options))


def subject_of(program: tree.Program, options: tuple[str, ...] = ()) -> Subject:
    """options: what a command line says of how the model is read."""
    configuration, notes = configuration_of(program), notes_of(program)
    return Subject(program.model, configuration, program.sources, notes, program.translation, options, hooks_of(program))


def live_properties(program: tree.Program, wanted: frozenset[str]) -> frozenset[str]:
    """Those of the properties that demand something of whole runs."""
    return frozenset(e.property for e in program.eventualities if e.property in wanted)


def configuration_of(program: tree.Program) -> Configuration:
    """The settings and events that a program was made for."""
    settings = tuple((parameter.name, parameter.value) for parameter in program.parameters)
    events = tuple(event.name for event in program.events if event.enabled)
    return Configuration(settings, events, bool(program.events))


def assumptions_of(program: tree.Program) -> tuple[str, ...]:
    """What the model assumes, and what it leaves to the kernel: the same wherever its files lie."""
    return (*_assumed(program), *hooks_lines(hooks_of(program)))


def _assumed(program: tree.Program) -> tuple[str, ...]:
    assumed = [f"Assumed: {text}" for text in program.stated]
    if program.demanded:
        demands = ", ".join(f"{hook} ({name})" for hook, name in program.demanded)
        assumed.append(f"Assumed: the kernel asks and obeys these routines of the model: {demands}")
    for constraint in program.constraints:
        at = f"{constraint.position.file}:{constraint.position.line}"
        assumed.append(f"Nothing was searched beyond states outside the constraint {constraint.name}, {at}: {constraint.prose}")
    return tuple(assumed)


def hooks_of(program: tree.Program) -> tuple[str, ...]:
    """The hooks of the kernel that the model does not implement."""
    return tuple(r.name for r in program.routines.values() if r.hook == r.name and not r.protocol)


def notes_of(program: tree.Program) -> tuple[str, ...]:
    """What it assumes, and what the model has for nothing."""
    found = [*_assumed(program)]
    if NO_DEADLOCK not in program.properties:
        found.append("Deadlocks are not checked. To check them, write `from spec.properties.no_deadlock import no_deadlock`")
    for model in dict.fromkeys(model for _, model in program.dropped):
        hooks = ", ".join(hook for hook, other in program.dropped if other == model)
        found.append(f"Hooks that {model} implements and this model, which takes others from it, does not: {hooks}")
    for record, position in undecided_allocations(program):
        found.append(
            f"Not covered: runs in which `allocate` returns another free {record} than those that it tries. They may differ, as "
            f"{position.file}:{position.line} does more with a {record} than compare and follow pointers to it"
        )
    for name, position in program.unused:
        found.append(
            f"{position.file}:{position.line}: nothing calls `{name}`; call it, or say with @implements which hook it is for"
        )
    return tuple(found)


def unreached_lines(program: tree.Program, places: Iterable[tree.Position]) -> tuple[str, ...]:
    """The lines of the model that nothing came to: the places given, and those that these parameters and events switch off."""
    whole = sorted({*places, *program.left_out})
    return tuple(dict.fromkeys(f"{place.file}:{place.line}" for place in whole if place.file == program.model))


def wanted_properties(program: tree.Program, request: Request) -> frozenset[str]:
    """The properties that are asked for. Raises UsageError if the model lacks one, or if there is nothing to check in it."""
    if not program.properties:
        raise UsageError("this model has no property, so that nothing can be violated; add an @invariant", request.model)
    require_actions(program, request)
    for name in request.properties or ():
        if name not in program.properties:
            known = ", ".join(program.properties)
            raise UsageError(f"{request.model} has no property {name}; it has {known}{similar(name, program.properties)}")
    return frozenset(program.properties if request.properties is None else request.properties)


def require_actions(program: tree.Program, request: Request) -> None:
    """UsageError for a model in which nothing ever happens, whatever the events."""
    if program.actions or program.routines:
        return
    everything = load_program(request.model, request.settings, None, request.inputs) if program.events else program
    if not everything.actions and not everything.routines:
        raise UsageError("nothing happens in this model; add an @action", request.model)


def needs_all_states(program: tree.Program) -> None:
    """Raises ModelError for a model with a constraint: what is proved holds in every state that can be reached."""
    for constraint in program.constraints:
        with quoting(program.sources):
            raise ModelError(
                constraint.position,
                f"a proof is of all states, and the constraint `{constraint.name}` leaves some out; "
                "take it away to prove the model, or use `stackproof check`",
            )
