# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof list`: models, properties and events."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path, PurePath

import click

from checker.cli.options.model_path import ModelPath
from checker.language.errors import UsageError
from checker.language.python.load import load_program
from checker.language.tree import Program
from checker.project import MODELS, PROJECT, bundled_models
from checker.report.text.error_text import error_text
from checker.result.verdict import Status
from checker.verify.request import model_paths

BUNDLED = (
    "Bundled with stackproof. Use the name as it stands, in any folder: `stackproof check rfc_v1`. "
    "What ends in .py or has a slash is the path of a model of your own. The bundled files are in"
)


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
        print(f"  {MODELS}")
    for program in programs:
        print(f"  {_typed(program)}")
        _paragraph(program.doc.split("\n\n")[0], 6)
    for title, same in _kinds(programs).items():
        print(f"\n{title}")
        program = same[0]
        print("  parameters (--set NAME=VALUE)")
        for parameter in program.parameters:
            values = ", ".join(parameter.names) or f"{parameter.low} to {parameter.high}"
            print(f"    {parameter.name} = {parameter.default} ({values})")
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


def _typed(program: Program) -> str:
    """What stands for a model on the command line: the name of a bundled one, else its path."""
    name = PurePath(program.model).stem
    return name if bundled_models().get(name) == PROJECT / program.model else program.model


def _kinds(programs: list[Program]) -> dict[str, list[Program]]:
    """Programs by what they share: those of the kernel have the same parameters, events and properties."""
    kinds: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Program]] = {}
    for program in programs:
        key = (tuple(p.name for p in program.parameters), tuple(program.properties))
        kinds.setdefault(key, []).append(program)
    return {f"of {', '.join(_typed(program) for program in same)}": same for same in kinds.values()}


def _paragraph(text: str, indent: int) -> None:
    for line in textwrap.wrap(" ".join(text.split()), 100 - indent):
        print(" " * indent + line)
