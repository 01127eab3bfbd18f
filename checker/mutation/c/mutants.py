# SPDX-License-Identifier: GPL-2.0-only
"""The mutants of a protocol in C: each change of each function that is translated, and each bound statement left out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from checker.language import tree
from checker.language.c.assemble.changed import Changed
from checker.language.c.assemble.protocol import CProtocol
from checker.language.front.inputs import Inputs
from checker.mutation.c.changes import changes
from checker.mutation.c.wording import statement as shown
from checker.mutation.changes import DROP


@dataclass(frozen=True)
class CMutant:
    """name, kind, position: as of mutants.Mutant. changed: what makes it of the text."""

    name: str
    kind: str
    position: tree.Position
    changed: Changed

    def inputs(self, given: Inputs) -> Inputs:
        """What reading the mutant takes, from what reading the model takes."""
        return replace(given, changed=self.changed)


def c_mutants_of(text: CProtocol, programs: Sequence[tree.Program]) -> tuple[CMutant, ...]:
    """All mutants of a text, in the order of its functions. programs: the model in each configuration of interest; only what one
    of them uses is changed."""
    return (*_of_functions(text, programs), *_of_statements(text, programs))


def _of_functions(text: CProtocol, programs: Sequence[tree.Program]) -> Iterator[CMutant]:
    for name in _used(programs):
        function = text.definitions.function(name)
        if function is None:
            continue
        names: set[str] = set()
        for change in changes(function):
            full = " ".join(f"{name}: {change.kind}: {change.what}".split())
            others = (f"{full} ({number})" for number in itertools.count(2))
            numbered = next(n for n in itertools.chain([full], others) if n not in names)
            names.add(numbered)
            yield CMutant(numbered, change.kind, _plain(change.position), Changed(function=change.function))


def _used(programs: Sequence[tree.Program]) -> list[str]:
    """The functions of the text that are a part of one of the programs, in the order of the text."""
    found: dict[tree.Position, str] = {}
    for program in programs:
        if program.translation is None:
            continue
        awake = {routine.position for routine in program.routines.values()}
        dormant = {routine.position for routine in program.dormant.values()} - awake
        found |= {
            function.position: function.name for function in program.translation.functions if function.position not in dormant
        }
    return [found[position] for position in sorted(found)]


def _of_statements(text: CProtocol, programs: Sequence[tree.Program]) -> Iterator[CMutant]:
    """Statements that are added to the kernel's functions, each left out. What stands in the initial state is not changed."""
    bound = {position for program in programs for position in _bound(program)}
    for piece in text.definitions.pieces:
        for each in piece.statements:
            if _plain(each.statement.position) in bound:
                name = " ".join(f"{piece.function}: {DROP}: {shown(each.statement)}".split())
                yield CMutant(name, DROP, _plain(each.position), Changed(left_out=each.statement.position))


def _bound(program: tree.Program) -> Iterator[tree.Position]:
    """The statements that are bound for hooks which the program calls."""
    called = {routine.hook for routine in program.routines.values() if routine.protocol} | {hook for hook, _ in program.demanded}
    for each in program.translation.bound if program.translation is not None else ():
        if called.intersection(each.hooks):
            yield each.position


def _plain(position: tree.Position) -> tree.Position:
    return tree.Position(position.file, position.line, position.column)
