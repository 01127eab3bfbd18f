# SPDX-License-Identifier: GPL-2.0-only
"""Which variables and fields are constants: nothing but `initial` writes them."""

from __future__ import annotations

import dataclasses

from checker.language import tree
from checker.language.walking import rebuilt, walk


def mark_constants(program: tree.Program) -> tree.Program:
    """Mark the variables and fields that nothing but `initial` writes: to read them is not a step."""
    written: set[tuple[str | None, str]] = set()
    for body in [r.body for r in program.routines.values()] + [a.body for a in program.actions.values()]:
        for statement in walk(body):
            if isinstance(statement, tree.Assign) and isinstance(statement.target, tree.Place):
                written.add((statement.target.record, statement.target.variable.name))
    constant: set[tuple[str | None, str]] = {(None, name) for name in program.variables}
    constant |= {(record.name, field.name) for record in program.records.values() for field in record.fields}
    constant -= written
    return _Marker(constant).program(program)


CODE_FIELDS = (
    "functions",
    "routines",
    "actions",
    "invariants",
    "initial",
    "executes",
    "eventualities",
    "assumptions",
    "constraints",
)


class _Marker:
    """Copies a program with its constants marked, in declarations and in all places."""

    def __init__(self, constant: set[tuple[str | None, str]]) -> None:
        self.constant = constant

    def program(self, program: tree.Program) -> tree.Program:
        records = {
            name: dataclasses.replace(record, fields=tuple(self.variable(name, field) for field in record.fields))
            for name, record in program.records.items()
        }
        copied = {
            field.name: self.copy(getattr(program, field.name))
            for field in dataclasses.fields(program)
            if field.name in CODE_FIELDS
        }
        variables = {name: self.variable(None, variable) for name, variable in program.variables.items()}
        return dataclasses.replace(program, records=records, variables=variables, **copied)  # type: ignore[arg-type]

    def variable(self, record: str | None, variable: tree.Variable) -> tree.Variable:
        constant = (record, variable.name) in self.constant
        return variable if variable.constant == constant else dataclasses.replace(variable, constant=constant)

    def copy(self, value: object) -> object:
        copied = rebuilt(value, self.copy)
        if isinstance(copied, tree.Place):
            variable = self.variable(copied.record, copied.variable)
            return copied if variable is copied.variable else dataclasses.replace(copied, variable=variable)
        return copied
