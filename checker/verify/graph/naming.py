# SPDX-License-Identifier: GPL-2.0-only
"""Packed states and transitions in the model's own words."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from checker.explicit.states.exploration import Label
from checker.explicit.step.decode import Cell, cells_of, state_frames
from checker.ir import system as ir
from checker.ir.layout import make_layout
from checker.language import tree
from checker.language.errors import UsageError, similar
from checker.language.schedule import Allocated, Call, Choice
from checker.language.values import format_value, instance_name

ENVIRONMENT = "environment"
"""Who takes a transition that belongs to no processor."""


@dataclass(frozen=True)
class Taken:
    """A transition for a reader. who: the processor, or ENVIRONMENT; nothing in a model without processors. what: the routine, or
    the action with its arguments, and what was chosen. file, line: where it begins."""

    who: str
    what: str
    file: str
    line: int

    @property
    def text(self) -> str:
        """On one line, as `cpu0: schedule core.py:74`."""
        who = f"{self.who}: " if self.who else ""
        return f"{who}{self.what} {self.file.rpartition('/')[2]}:{self.line}"


class Naming:
    """Of one system. cells: every cell by its printed name."""

    def __init__(self, program: tree.Program, system: ir.System) -> None:
        self.program = program
        self.system = system
        self.layout = make_layout(system)
        self.cells: dict[str, Cell] = cells_of(program, system, self.layout)
        self.text = functools.cache(lambda name, value: self.cells[name].text(program, value))

    def cell(self, name: str, state: int) -> str:
        """What a cell has in a state, printed."""
        return str(self.text(name, self.cells[name].value(state)))

    def matching(self, asked: str) -> list[str]:
        """The cells that a name asks for: that cell, all elements of that array, all fields of that instance, or all that a
        pattern with * and ? fits. UsageError if there is none."""
        pattern = asked.replace("[", "[[]")  # an index is no set of characters
        patterns = (pattern, f"{pattern}.*", f"{pattern}[[]*")
        found = [name for name in self.cells if any(fnmatchcase(name, pattern) for pattern in patterns)]
        if not found:
            raise UsageError(
                f"{self.program.model} has no {asked!r} in its state{similar(asked, self.cells)}; "
                f"write a cell, as {self._examples()}, or properties, places or components"
            )
        return found

    def _examples(self) -> str:
        changing = [name for name, cell in self.cells.items() if cell.constant is None]
        return " or ".join([*(changing or self.cells)][:2]) or "there are none"

    def places(self, state: int) -> dict[str, str]:
        """Where the top frame of each owner stands: `routine file:line`. Owners without frames are left out."""
        frames = state_frames(self.program, self.system, self.layout, state)
        return {owner: _place(calls[-1][-1]) for owner, calls in frames.items()}

    def changing(self, states: Iterable[int]) -> list[str]:
        """The cells that do not have one value in all of these states."""
        open_cells = {name: cell for name, cell in self.cells.items() if cell.constant is None}
        first: dict[str, int] = {}
        found: set[str] = set()
        for state in states:
            for name in [
                name for name, cell in open_cells.items() if first.setdefault(name, cell.value(state)) != cell.value(state)
            ]:
                found.add(name)
                del open_cells[name]
        return [name for name in self.cells if name in found]

    def taken(self, label: Label) -> Taken:
        """Who takes a transition, and what it is."""
        transition, program = label.transition, self.program
        chosen = "".join(f", {self._choice(label, choice)}" for choice in label.choices)
        if transition.action is not None:
            who, arguments = ENVIRONMENT if program.processor else "", []
            parameters = [binding.local for binding in program.actions[transition.action.name].parameters]
            for local, value in zip(parameters, transition.arguments, strict=True):
                type_, printed = local.type, format_value(program, local.type, value)
                arguments.append(f"{local.name}={printed}")
                if who == ENVIRONMENT and program.processor and type_ == tree.ReferenceType(program.processor) and value:
                    who = printed
            at = transition.action.position
            return Taken(who, f"{transition.action.name}({', '.join(arguments)}){chosen}", at.file, at.line)
        assert transition.location is not None
        assert transition.processor is not None
        assert program.processor is not None
        call = transition.location.calls[-1]
        who = instance_name(program.records[program.processor], transition.processor)
        return Taken(who, f"{call.routine}{chosen}", call.position.file, call.position.line)

    def _choice(self, label: Label, choice: Choice) -> str:
        if isinstance(choice, Allocated):
            return f"allocate {format_value(self.program, tree.ReferenceType(choice.record), choice.reference)}"
        action, location = label.transition.action, label.transition.location
        body = action.body if action is not None else location.body if location is not None else ()
        types = {i.type for i in ir.instructions(body) if isinstance(i, ir.Choose)}
        return format_value(self.program, types.pop(), choice) if len(types) == 1 else f"choice {choice}"


def _place(call: Call) -> str:
    return f"{call.routine} {call.position.file.rpartition('/')[2]}:{call.position.line}"
