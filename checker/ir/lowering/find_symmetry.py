# SPDX-License-Identifier: GPL-2.0-only
"""Finds the symmetry of a system: which records an engine can reduce by, and how."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from checker.ir import system as ir
from checker.ir.lowering.expression_code import ExpressionCode
from checker.ir.naming import result_types
from checker.ir.symmetry import MOST, MOST_REFERENCES, permutations
from checker.ir.system import Candidates, Symmetry
from checker.language import tree
from checker.language.walking import nodes


def find_symmetry(program: tree.Program, system: ir.System, code: ExpressionCode) -> Symmetry | None:
    """The symmetry of a program's system, None if it declares none. code: lowers the conditions of `first`."""
    declared = [record for record in program.records.values() if record.symmetric]
    if not declared:
        return None
    unreduced: dict[str, str] = {}
    for record in declared:
        values = (record.count + 1) * record.alignment
        if values > MOST_REFERENCES:
            unreduced[record.name] = f"pointers to it have {values:,} values, and at most {MOST_REFERENCES:,} are supported"
    declared = [record for record in declared if record.name not in unreduced]
    unordered = [record.name for record in declared if _is_data(system, record)]
    while (name := next((name for name in unordered if _meets_another(system, name, unordered)), None)) is not None:
        unordered.remove(name)
    candidates = list(_taken(program, code))
    allocated = _allocated(system)
    tabled: list[str] = []
    for record in declared:
        position = next((c.position for c in candidates if c.record == record.name), allocated.get(record.name))
        if record.name not in unordered and position is not None:
            what = "which is supported for plain data only: no frames, no constants about it, no pointers to other such records"
            unreduced[record.name] = f"{position} allocates one of its instances or takes the first of several, {what}"
        elif record.name not in unordered:
            tabled.append(record.name)
    while permutations(system, tuple(tabled)) is None:
        largest = max(tabled, key=lambda name: system.arenas[name].instances)
        tabled.remove(largest)
        unreduced[largest] = f"its instances can be reordered in more than {MOST:,} ways"
    reduced = {*tabled, *unordered}
    changing = [variable for variable in system.variables.values() if not variable.constant]
    keys = {v.name: tuple(key if key in reduced else None for key in v.keys) for v in changing}
    references = {v.name: v.type.record for v in changing if isinstance(v.type, tree.ReferenceType) and v.type.record in reduced}
    return Symmetry(
        tuple(tabled),
        tuple(unordered),
        keys,
        references,
        dict(_locals(system, reduced)),
        {name: value for record in allocated if record in unordered for name, value in _resets(program, record).items()},
        tuple(c for c in candidates if c.record in unordered),
        unreduced,
    )


# -- kinds of records --


def _is_data(system: ir.System, record: tree.Record) -> bool:
    """Whether instances hold data only, and no constant tells one from another."""
    if record.frames or (system.processors is not None and system.processors.record == record.name):
        return False
    for variable in system.variables.values():
        if not variable.constant:
            continue
        if isinstance(variable.type, tree.ReferenceType) and variable.type.record == record.name:
            if any(value >= record.alignment for value in variable.initial):
                return False
        for dimension, key in enumerate(variable.keys):
            if key == record.name and not _uniform(variable, dimension):
                return False
    return True


def _uniform(variable: ir.Variable, dimension: int) -> bool:
    """Whether a constant has the same values along a dimension."""
    for indices in itertools.product(*map(range, variable.dimensions)):
        first = (*indices[:dimension], 0, *indices[dimension + 1 :])
        if variable.initial[variable.cell(indices)] != variable.initial[variable.cell(first)]:
            return False
    return True


def _meets_another(system: ir.System, record: str, unordered: list[str]) -> bool:
    """Whether a variable that is indexed by the record refers to, or is also indexed by, one that would be numbered with it."""
    for variable in system.variables.values():
        if variable.constant or record not in variable.keys:
            continue
        if isinstance(variable.type, tree.ReferenceType) and variable.type.record in unordered:
            return True
        if sum(key in unordered for key in variable.keys) > 1:
            return True
    return False


# -- steps that take one of several instances --


def _bodies(system: ir.System) -> Iterator[ir.Block]:
    """The code of every transition."""
    yield from (action.body for action in system.actions)
    yield from (location.body for location in system.locations)


def _allocated(system: ir.System) -> dict[str, tree.Position]:
    """The records that some transition allocates, and where."""
    found: dict[str, tree.Position] = {}
    for body in _bodies(system):
        for i in ir.instructions(body):
            if isinstance(i, ir.Allocate):
                found.setdefault(i.record, i.position)
    return found


def _resets(program: tree.Program, record: str) -> dict[str, int]:
    """What `allocate` sets: the values of the fields of a new instance."""
    fields = program.records[record].fields
    return {f"{record}.{field.name}": field.initial for field in fields if not field.constant}


def _taken(program: tree.Program, code: ExpressionCode) -> Iterator[Candidates]:
    """What each `first` over a symmetric record takes one of."""
    for action in program.actions.values():
        for node in nodes(action.body):
            if isinstance(node, tree.Quantifier) and node.kind == "first":
                binding = node.bindings[0]
                assert isinstance(binding.domain, tree.ArenaDomain)
                record = binding.domain.record
                if program.records[record].symmetric:
                    local = code.local(f"first {record}", binding.local.type)
                    condition: ir.Expression = ir.Constant(1)
                    if node.condition is not None:
                        condition = code.pure(node.condition, {binding.local.name: local})
                    yield Candidates(record, local.name, condition, node.position)


# -- frames --


def _locals(system: ir.System, reduced: set[str]) -> Iterator[tuple[tuple[int, str], str]]:
    """The live locals that hold references."""
    results = result_types(system)
    for location in system.locations:
        for local in location.live:
            type_ = results[location.number] if local == ir.RESULT else system.procedures[location.procedure].types[local]
            if isinstance(type_, tree.ReferenceType) and type_.record in reduced:
                yield (location.number, local), type_.record
