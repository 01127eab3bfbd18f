# SPDX-License-Identifier: GPL-2.0-only
"""What a shell offers while a command is typed: models, and the events, properties and parameters of the model that was named.

Models are read as always, and never run. Where something is wrong with one, nothing is offered: the command itself will tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from checker.language.errors import UsageError
from checker.language.front.inputs import STANDARD_INPUT, Inputs
from checker.language.front.load import load_program
from checker.language.tree import Program
from checker.project import bundled_models
from checker.result.verdict import NO_EVENTS

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def models(incomplete: str) -> list[CompletionItem]:
    """The bundled models that a word begins; files, where it begins none."""
    found = [CompletionItem(name) for name in bundled_models() if name.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]


def events(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """For `--events A,B,...`: the events that the list does not have yet."""
    before, comma, last = incomplete.rpartition(",")
    program = _program(context)
    if program is None:
        return []
    taken = before.split(",")
    names = [(event.name, event.meaning) for event in program.events if event.name not in taken]
    if program.events and not before:
        names.append((NO_EVENTS, "no event at all"))
    return _offered(names, last, before + comma)


def properties(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """For `--property ID`."""
    program = _program(context)
    return [] if program is None else _offered(((p.identifier, p.why) for p in program.properties.values()), incomplete)


def parameters(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """For `--set NAME=VALUE`: the names."""
    program = _program(context)
    return [] if program is None else _offered(((f"{p.name}=", p.meaning) for p in program.parameters), incomplete)


def words(choices: Sequence[str]) -> Completer:
    """For a list of words with commas between them."""

    def complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
        before, comma, last = incomplete.rpartition(",")
        return _offered(((word, "") for word in choices if word not in before.split(",")), last, before + comma)

    return complete


def _offered(names: Iterable[tuple[str, str]], begin: str, before: str = "") -> list[CompletionItem]:
    """Those of the names that begin so. before: what stands in front of the name in the same word."""
    return [CompletionItem(before + name, help=" ".join(why.split()) or None) for name, why in names if name.startswith(begin)]


def _program(context: click.Context) -> Program | None:
    """The model that the command line names, with all its events; None if it does not, or that is none."""
    model = _model(context)
    if model is None or model == STANDARD_INPUT:
        return None
    base, manifest, config = (context.params.get(name) for name in ("base", "manifest", "config"))
    inputs = Inputs(base=base, manifest=manifest, config=config)
    try:
        return load_program(model, inputs=inputs)
    except (UsageError, OSError, RecursionError, MemoryError):
        return None


def _model(context: click.Context) -> Path | None:
    """The argument MODEL of a line that may end in an option without its value: click then leaves the arguments unread."""
    found = context.params.get("model")
    argument = next((p for p in context.command.params if p.name == "model" and isinstance(p, click.Argument)), None)
    if found is None and argument is not None and context.args:
        try:
            found = argument.type.convert(context.args[0], argument, context)
        except click.ClickException:
            return None
    return found if isinstance(found, Path) else None
