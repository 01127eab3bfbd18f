# SPDX-License-Identifier: GPL-2.0-only
"""The syntax tree of a program -> its transition system."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from checker.ir import system as ir
from checker.ir.evaluate import initial_states
from checker.ir.liveness import live_locals
from checker.ir.lowering.atomic_code import AtomicCode, Exits
from checker.ir.lowering.expression_code import allocator
from checker.ir.lowering.find_symmetry import find_symmetry
from checker.ir.lowering.routine_code import RoutineCode
from checker.ir.naming import with_names
from checker.language import tree
from checker.language.errors import ModelError, quoting
from checker.language.types import value_range
from checker.language.walking import nodes, walk


def lower(program: tree.Program, liveness: bool = False, any_number: bool = False) -> ir.System:
    """The transition system of a program. liveness: with its conditions on runs and what they ask of steps, which changes no
    state and no transition. any_number: quantifiers over arenas
    stay quantifiers. ModelError where the program breaks a rule on steps."""
    with quoting(program.sources):
        return _lowered(program, liveness, any_number)


def _lowered(program: tree.Program, liveness: bool, any_number: bool) -> ir.System:
    variables = {variable.name: variable for variable in _variables(program)}
    variables, initials = _initials(program, variables)
    atomic = AtomicCode(program, variables)
    atomic.any_number = any_number
    if liveness:
        asked = (program.eventualities, program.assumptions, program.functions)
        atomic.asked = frozenset(node.routine for node in nodes(asked) if isinstance(node, tree.Calls))
    routines = RoutineCode(program, atomic)
    entered = _entered(program)
    for name, routine in program.routines.items():
        if routine.noinline or name in entered:
            routines.procedure(name)
    within = tuple(_within(atomic, constraint) for constraint in program.constraints)
    actions = tuple(_action(program, atomic, action, within) for action in program.actions.values())
    predicates = tuple(_predicate(program, atomic, invariant) for invariant in program.invariants)
    eventualities = tuple(_eventuality(atomic, e) for e in program.eventualities)
    assumptions = tuple(_assumption(atomic, a) for a in program.assumptions)
    locations = _with_live_locals(routines.reader.locations)
    locations = tuple(dataclasses.replace(location, body=within + location.body) for location in locations)
    procedures = {}
    for name, entry in routines.entries.items():
        ranges = _frame_locals(program, locations, name, atomic)
        types = {local: atomic.types[local] for local in ranges if local != ir.RESULT}
        result = program.routines[name].result
        procedures[name] = ir.Procedure(name, routines.parameters[name], entry, ranges, types, result)
    system = ir.System(
        variables=variables,
        owners={r.name: ir.Owner(r.name, r.count, r.frames) for r in program.records.values() if r.frames},
        procedures=procedures,
        locations=locations,
        actions=actions,
        predicates=predicates,
        processors=_processors(program, atomic),
        properties=tuple(program.properties),
        initials=initials,
        arenas=atomic.arenas,
        inside=_inside(program, locations),
        coverable=frozenset(atomic.coverable),
        ranges=dict(atomic.ranges),
        eventualities=eventualities if liveness else (),
        assumptions=assumptions if liveness else (),
        constraints=tuple(constraint.name for constraint in program.constraints),
    )
    if any_number:
        return system
    system = with_names(program, system, atomic.types)
    return dataclasses.replace(system, symmetry=find_symmetry(program, system, atomic))


def _variables(program: tree.Program) -> Iterator[ir.Variable]:
    for record in program.records.values():
        for field in record.fields:
            yield _variable(program, f"{record.name}.{field.name}", record, field)
        if record.allocated:
            zeros = (0,) * record.count
            name = allocator(record.name)
            yield ir.Variable(name, tree.BoolType(), (record.count,), 0, 1, False, False, zeros, (record.name,), record.name)
    for name, variable in program.variables.items():
        yield _variable(program, name, None, variable)


def _variable(program: tree.Program, name: str, record: tree.Record | None, declared: tree.Variable) -> ir.Variable:
    dimensions: tuple[int, ...] = ()
    keys: tuple[str | None, ...] = ()
    if record is not None:
        dimensions, keys = (record.count,), (record.name,)
    for part in declared.shape:
        dimensions += (program.records[part].count if isinstance(part, str) else part,)
        keys += (part if isinstance(part, str) else None,)
    cells = 1
    for size in dimensions:
        cells *= size
    low, high = value_range(declared.type, program.records)
    initial = (declared.initial,) * cells
    owner = None if record is None else record.name
    return ir.Variable(name, declared.type, dimensions, low, high, declared.constant, declared.ghost, initial, keys, owner)


def _initials(program: tree.Program, variables: dict[str, ir.Variable]) -> tuple[dict[str, ir.Variable], tuple[ir.Initial, ...]]:
    """Run `initial`: the variables with their initial values, and the initial states. What only `initial` writes is a constant of
    the system where all of them agree on it."""
    changing = {name: dataclasses.replace(variable, constant=False) for name, variable in variables.items()}
    atomic = AtomicCode(program, changing)
    names = atomic.names_of("initial", program.initial_locals)

    def nowhere(*_: object) -> ir.Block:
        raise AssertionError("the front end lets no jump leave @initial code")

    body = atomic.block(program.initial, names, Exits(nowhere, nowhere, nowhere))
    if program.initial:
        _needs_no_processor(ir.expressions(body), program.initial[0].position)
    made = initial_states(changing, atomic.arenas, {r.name: r.frames for r in program.records.values()}, body)
    first = made[0].cells
    found = {}
    for name, variable in variables.items():
        constant = variable.constant and all(other.cells[name] == first[name] for other in made)
        found[name] = dataclasses.replace(variable, initial=first[name], constant=constant)
    changing_names = [name for name, variable in found.items() if not variable.constant]
    initials = (ir.Initial({name: m.cells[name] for name in changing_names}, m.frames, m.choices) for m in made)
    return found, tuple(initials)


def _entered(program: tree.Program) -> set[str]:
    """The routines that Enter pushes a frame of."""
    bodies = [program.initial, *(action.body for action in program.actions.values())]
    bodies += [routine.body for routine in program.routines.values()]
    return {s.routine for body in bodies for s in walk(body) if isinstance(s, tree.Enter)}


def _parameters(
    atomic: AtomicCode, bindings: Sequence[tree.Binding], prefix: str
) -> tuple[dict[str, ir.Expression], tuple[ir.Parameter, ...]]:
    names: dict[str, ir.Expression] = {}
    parameters = []
    for binding in bindings:
        local = atomic.local(f"{prefix}.{binding.local.name}", binding.local.type)
        values = [value for _, value in atomic.domain_values(binding, {})]
        names[binding.local.name] = local
        constants = tuple(v.value for v in values if isinstance(v, ir.Constant))
        parameters.append(ir.Parameter(local.name, binding.local.type, constants))
    return names, tuple(parameters)


def _within(atomic: AtomicCode, constraint: tree.Constraint) -> ir.Instruction:
    """Ends the path in a state outside the constraint."""
    body = atomic.pure(constraint.body, {})
    _needs_no_processor((body,), constraint.position)
    if ir.may_raise(body):
        raise ModelError(
            constraint.position,
            f"the constraint `{constraint.name}` could meet a wild pointer or index; "
            "name instances by all(... for x in every(...))",
        )
    return ir.If(body, (), (ir.Outside(constraint.name, constraint.position),))


def _action(program: tree.Program, atomic: AtomicCode, action: tree.Action, within: ir.Block) -> ir.Action:
    """within: what it begins with once all that it requires first holds, so that what is not possible there is not possible
    outside the constraints either."""
    names, parameters = _parameters(atomic, action.parameters, action.name)
    names |= atomic.names_of(action.name, action.locals)

    def nowhere() -> ir.Block:
        raise AssertionError("no loop here")

    exits = Exits(nowhere, nowhere, lambda _: (ir.Leave("action"),))
    first = tree.leading_requirements(action) if within else ()
    body = atomic.block(first, names, exits) + within + atomic.block(action.body[len(first) :], names, exits)
    _needs_no_processor(ir.expressions(body), action.position)
    return ir.Action(action.name, parameters, (ir.Region("action", body),), action.interrupt, action.position)


def _predicate(program: tree.Program, atomic: AtomicCode, invariant: tree.Invariant) -> ir.Predicate:
    names, parameters = _parameters(atomic, invariant.parameters, invariant.name)
    body = atomic.pure(invariant.body, names)
    _needs_no_processor((body,), invariant.position)
    return ir.Predicate(invariant.property, invariant.name, parameters, body, invariant.position)


def _eventuality(atomic: AtomicCode, e: tree.Eventuality) -> ir.Eventuality:
    names, parameters = _parameters(atomic, e.parameters, e.name)
    body = atomic.pure(e.body, names)
    given = ir.Constant(0) if e.given is None else atomic.pure(e.given, names)
    _needs_no_processor((given, body), e.position)
    return ir.Eventuality(e.property, e.name, parameters, body, e.demanded, given, e.position)


def _assumption(atomic: AtomicCode, a: tree.Assumption) -> ir.Assumption:
    names, parameters = _parameters(atomic, a.parameters, a.name)
    given = ir.Constant(1) if a.given is None else atomic.pure(a.given, names)
    body = atomic.pure(a.body, names)
    _needs_no_processor((given, body), a.position)
    return ir.Assumption(a.name, a.prose, parameters, given, body, a.position)


def _needs_no_processor(expressions: Iterable[ir.Expression], position: tree.Position) -> None:
    if any(ir.contains(e, ir.Processor) for e in expressions):
        raise ModelError(position, "`processor` has no meaning here, where no processor steps; take it as a parameter")


def _processors(program: tree.Program, atomic: AtomicCode) -> ir.Processors | None:
    if program.executes is None or program.processor is None:
        return None
    function = program.executes
    owner = function.body.type
    if not isinstance(owner, tree.ReferenceType) or not program.records[owner.record].frames:
        raise ModelError(function.position, "@executes gives an owner of frames: a record with @record(frames=...)")
    local = atomic.local("processor", function.parameters[0].type)
    body = atomic.pure(function.body, {function.parameters[0].name: local})
    _needs_no_processor((body,), function.position)
    return ir.Processors(program.processor, owner.record, local.name, body)


def _with_live_locals(locations: Sequence[ir.Location]) -> tuple[ir.Location, ...]:
    live = live_locals(locations)
    return tuple(dataclasses.replace(location, live=tuple(sorted(live[location.number]))) for location in locations)


def _frame_locals(
    program: tree.Program, locations: Sequence[ir.Location], procedure: str, atomic: AtomicCode
) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for location in locations:
        if location.procedure == procedure:
            for local in location.live:
                found[local] = result_range(program) if local == ir.RESULT else atomic.ranges[local]
    return found


def result_range(program: tree.Program) -> tuple[int, int]:
    """The range of all that calls with frames of their own return."""
    ranges = [value_range(r.result, program.records) for r in program.routines.values() if r.noinline and r.result is not None]
    return min((low for low, _ in ranges), default=0), max((high for _, high in ranges), default=0)


def _inside(program: tree.Program, locations: Sequence[ir.Location]) -> dict[str, frozenset[int]]:
    return {
        name: frozenset(location.number for location in locations if any(call.routine == name for call in location.calls))
        for name in [*program.routines, *program.dormant]
    }
