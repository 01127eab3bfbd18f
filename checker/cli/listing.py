# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof list`: models, properties and events."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import click

from checker.language.errors import UsageError
from checker.language.python.load import load_program
from checker.language.tree import Program
from checker.project import PROJECT
from checker.report.text.error_text import error_text
from checker.result.verdict import Status
from checker.verify.configuration import model_paths


@click.command("list")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
def list_(paths: tuple[Path, ...]) -> int:
    """List the models in PATHS (default: the models that come with stackproof), their parameters, properties and events."""
    programs: list[Program] = []
    errors: list[str] = []
    for path in model_paths(paths or (PROJECT / "models",)):
        try:
            programs.append(load_program(path))
        except UsageError as error:
            errors.append(error_text(error))
    print("models")
    for program in programs:
        print(f"  {program.model}")
        _paragraph(program.doc.split("\n\n")[0], 6)
    for title, same in _kinds(programs).items():
        print(f"\n{title}")
        program = same[0]
        print("  parameters (--set NAME=VALUE)")
        for parameter in program.parameters:
            print(f"    {parameter.name} = {parameter.default} ({parameter.low} to {parameter.high})")
            _paragraph(parameter.meaning, 8)
        if program.events:
            print("  events (--events A,B,...)")
        for event in program.events:
            print(f"    {event.name}")
            _paragraph(event.meaning, 8)
        print("  properties (--property ID)")
        for property_ in program.properties.values():
            kind = " (a lemma)" if property_.is_lemma else ""
            print(f"    {property_.identifier}{kind}  {property_.position.file}:{property_.position.line}")
            _paragraph(property_.why, 8)
        if program.assumptions:
            print("  assumed of the runs that properties judge")
        for assumption in program.assumptions:
            print(f"    {assumption.name}  {assumption.position.file}:{assumption.position.line}")
            _paragraph(assumption.prose, 8)
        if program.constraints:
            print("  constraints: no transition is taken from states outside them")
        for constraint in program.constraints:
            print(f"    {constraint.name}  {constraint.position.file}:{constraint.position.line}")
            _paragraph(constraint.prose, 8)
    for text in errors:
        print(text, file=sys.stderr)
    return Status.USAGE.value if errors else Status.AS_DEMANDED.value


def _kinds(programs: list[Program]) -> dict[str, list[Program]]:
    """Programs by what they share: those of the kernel have the same parameters, events and properties."""
    kinds: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Program]] = {}
    for program in programs:
        key = (tuple(p.name for p in program.parameters), tuple(program.properties))
        kinds.setdefault(key, []).append(program)
    return {f"of {', '.join(program.model for program in same)}": same for same in kinds.values()}


def _paragraph(text: str, indent: int) -> None:
    for line in textwrap.wrap(" ".join(text.split()), 100 - indent):
        print(" " * indent + line)
