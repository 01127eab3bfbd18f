# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof list`: models, properties and events."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import click

from checker.cli.options.model_path import ModelPath
from checker.language.errors import UsageError
from checker.language.front.load import load_program
from checker.language.tree import Position, Program
from checker.project import MODELS, PROJECT, bundled_models
from checker.report.shell import argument
from checker.report.text.error_text import error_text
from checker.report.text.style import plain
from checker.result.verdict import Status
from checker.verify.request import model_paths

BUNDLED = (
    "Bundled with stackproof. Use the name as it stands, in any folder: `stackproof check rfc_v1`. "
    "What ends in .py or has a slash is the path of a model of your own. The bundled files are in"
)

WIDTH = 80
"""Columns of the list, but for a path that is longer."""


DEFAULT = "{default}"
"""What stands for its default in the line of a parameter."""


@dataclass(frozen=True)
class Entry:
    """What a model has: its line, and what it means. default: of a parameter, which models of one kernel may have otherwise."""

    line: str
    meaning: str
    default: str = field(default="", compare=False)


@click.command("list", short_help="List models, their parameters, properties and events.")
@click.argument("models", nargs=-1, type=ModelPath())
def list_(models: tuple[Path, ...]) -> int:
    """List MODELS (bundled names, files, folders; default: all bundled models), their parameters, properties and events."""
    programs: list[Program] = []
    errors: list[str] = []
    for path in model_paths(models or (MODELS,)):
        try:
            programs.append(load_program(path))
        except UsageError as error:
            errors.append(error_text(error))
    print("models")
    if not models:
        _paragraph(BUNDLED, 2)
        print(plain(f"  {MODELS}"))
    for program in programs:
        print(plain(f"  {_typed(program)}"))
        _paragraph(_joined(program.doc.split("\n\n")[0]), 6)
    for group in _groups(programs):
        print()
        _paragraph(plain(f"of {', '.join(map(_typed, group))}"), 0)
        _group(group)
    for text in errors:
        print(text, file=sys.stderr)
    return Status.USAGE.value if errors else Status.AS_DEMANDED.value


def _typed(program: Program) -> str:
    """What stands for a model on the command line: the name of a bundled one, else its path."""
    name = PurePath(program.model).stem
    return name if bundled_models().get(name) == PROJECT / program.model else argument(program.model)


def _groups(programs: Sequence[Program]) -> list[list[Program]]:
    """The programs, those together that share a property: all of the kernel do."""
    groups: list[list[Program]] = []
    for program in programs:
        own = _properties(program)
        near = [group for group in groups if any(own & _properties(other) for other in group)]
        if not near:
            groups.append([program])
            continue
        near[0].extend([*(other for group in near[1:] for other in group), program])
        groups = [group for group in groups if group not in near[1:]]
    return groups


def _properties(program: Program) -> set[tuple[str, Position]]:
    return {(property_.identifier, property_.position) for property_ in program.properties.values()}


def _group(group: Sequence[Program]) -> None:
    """Print what the programs have, each thing once, with the programs that have it if not all do."""
    for title in _sections(group[0]):
        having: dict[Entry, dict[str, list[str]]] = {}
        for program in group:
            for entry in _sections(program)[title]:
                having.setdefault(entry, {}).setdefault(entry.default, []).append(_typed(program))
        if having:
            print(f"  {title}")
        for entry, defaults in having.items():
            programs = [name for names in defaults.values() for name in names]
            some = f"  (only {', '.join(programs)})" if len(programs) < len(group) else ""
            usual, *others = sorted(defaults, key=lambda default: -len(defaults[default]))
            other = "".join(f"; {default} in {', '.join(defaults[default])}" for default in others)
            line = entry.line.replace(DEFAULT, usual) if usual else entry.line
            _paragraph(plain(line + other + some), 4, 10)
            _paragraph(_joined(entry.meaning), 8)


def _sections(program: Program) -> dict[str, list[Entry]]:
    """What there is to say of a program, by the title under which it stands."""
    of_runs = {eventuality.property for eventuality in program.eventualities}
    parameters = []
    for p in program.parameters:
        values = ", ".join(p.names) or f"{p.low} to {p.high}"
        parameters.append(Entry(f"{p.name} = {DEFAULT} ({values})", p.meaning, str(p.default)))
    properties: dict[bool, list[Entry]] = {False: [], True: []}
    for name, property_ in program.properties.items():
        shown = f"{name} (a lemma)" if property_.is_lemma else name
        properties[name in of_runs].append(Entry(_placed(shown, property_.position), property_.why))
    return {
        "parameters (--set NAME=VALUE)": parameters,
        "events (--events A,B,...)": [Entry(event.name, event.meaning) for event in program.events],
        "properties of states and steps (--property ID)": properties[False],
        "properties of whole runs, under fairness (--property ID)": properties[True],
        "fairness that is assumed of runs": [Entry(_placed(a.name, a.position), a.prose) for a in program.assumptions],
        "constraints: states outside them are not searched further": [
            Entry(_placed(c.name, c.position), c.prose) for c in program.constraints
        ],
    }


def _placed(name: str, position: Position) -> str:
    return f"{name}  {position.file}:{position.line}"


def _paragraph(text: str, indent: int, further: int | None = None) -> None:
    """Print text in lines that are indented, those after the first perhaps further."""
    first, rest = " " * indent, " " * (indent if further is None else further)
    wrapper = textwrap.TextWrapper(
        WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    for line in wrapper.wrap(text):
        print(line)


def _joined(text: str) -> str:
    return " ".join(text.split())
