# SPDX-License-Identifier: GPL-2.0-only
"""How the state is drawn at each step: which cells stand together, and in what shape.

Instances of one kind (`cpu0`, `cpu1`) make a table, a row for each. An array is a row of slots in it. A record with the arrays
`pte` and `pages`, as the kernel's vm_area, is drawn as a stack: a row for each level. Which cells these are is decided here, once
for a finding; the script fills them with the values of a step.
"""

from __future__ import annotations

import re

from checker.report.cells import Row, rows
from checker.report.html.embed import Json
from checker.trace.data import Trace

STACK_ARRAYS = ("pte", "pages")
"""Arrays of a vm_area, indexed by level: what is mapped there, and what is listed."""

ALWAYS = frozenset({"pool", "current", "stack", "nr_pages", *STACK_ARRAYS})
"""Fields that are drawn whether they change or not."""

FIRST = ("cpu", "vm_area", "task", "page")
"""Kinds of the kernel, in the order in which they are drawn; others come after them."""

_NUMBER = re.compile(r"\d+\]?$")


def layout(trace: Trace, number: dict[str, int]) -> Json:
    """The blocks of the state, the first one first. number: of each cell, by its name."""
    notable = {change.cell for step in trace.steps for change in step.changes}
    notable |= {cell for cell, _ in trace.violation.reads}
    kinds: dict[str, list[Row]] = {}
    for row in rows(trace):
        kinds.setdefault(_kind(row.owner), []).append(row)
    order = sorted(kinds, key=lambda kind: FIRST.index(kind) if kind in FIRST else len(FIRST))
    return [block for kind in order for block in _blocks(kind, kinds[kind], notable, number)]


def owners(trace: Trace, number: dict[str, int]) -> Json:
    """Which task's stack a vm_area is: the cells that say so, each with its task."""
    suffix = ".stack_vm_area"
    return [[cell.removesuffix(suffix), number[cell]] for cell, _ in trace.initial if cell.endswith(suffix)]


def _blocks(kind: str, members: list[Row], notable: set[str], number: dict[str, int]) -> list[Json]:
    fields: dict[str, dict[str, Row]] = {}
    for row in members:
        fields.setdefault(_field(row), {})[row.owner] = row
    instances = list(dict.fromkeys(row.owner for row in members))
    stacks = all(name in fields and not any(row.scalar for row in fields[name].values()) for name in STACK_ARRAYS)
    blocks: list[Json] = []
    if stacks:
        blocks.append(_stacks(kind, instances, fields, number))
    columns: list[Json] = [
        {
            "name": name,
            "always": name in ALWAYS or _stands_out(by_instance, notable),
            "cells": [_cells(by_instance[instance], number) if instance in by_instance else [] for instance in instances],
        }
        for name, by_instance in fields.items()
        if not (stacks and (name in STACK_ARRAYS or name == "nr_pages"))
    ]
    if not columns:
        return blocks
    return [*blocks, {"shape": "table", "kind": kind, "instances": instances, "columns": columns}]


def _stacks(kind: str, instances: list[str], fields: dict[str, dict[str, Row]], number: dict[str, int]) -> Json:
    def of(name: str, instance: str) -> list[Json]:
        row = fields.get(name, {}).get(instance)
        return [] if row is None else [number[cell] for _, cell in row.cells]

    return {
        "shape": "stacks",
        "kind": kind,
        "stacks": [
            {"name": name, "mapped": of("pte", name), "listed": of("pages", name), "count": of("nr_pages", name)}
            for name in instances
        ],
    }


def _cells(row: Row, number: dict[str, int]) -> list[Json]:
    return [[index, number[cell]] for index, cell in row.cells]


def _stands_out(by_instance: dict[str, Row], notable: set[str]) -> bool:
    return any(cell in notable for row in by_instance.values() for _, cell in row.cells)


def _kind(owner: str) -> str:
    return _NUMBER.sub("", owner)


def _field(row: Row) -> str:
    return row.name.partition(".")[2] or row.name
