# SPDX-License-Identifier: GPL-2.0-only
"""The options that say which configuration of a model is meant, for every command that takes one."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from checker.cli.options import completion
from checker.cli.options.values import NamedSetting
from checker.language.errors import UsageError
from checker.language.front.inputs import STANDARD_INPUT, Inputs
from checker.language.tree import Setting
from checker.result.verdict import NO_EVENTS
from checker.verify.request import Request

Command = TypeVar("Command", bound=Callable[..., int])

OPTIONS = (
    click.option("--cpus", type=int, metavar="N", help="Number of CPUs (same as --set CPUS=N)."),
    click.option("--tasks", type=int, metavar="N", help="Number of tasks, not counting idle tasks (same as --set TASKS=N)."),
    click.option("--stack-pages", type=int, metavar="N", help="Pages of a full stack (same as --set STACK_PAGES=N)."),
    click.option(
        "--set",
        "settings",
        type=NamedSetting(),
        multiple=True,
        metavar="NAME=VALUE",
        shell_complete=completion.parameters,
        help="Set a model parameter; may be repeated.",
    ),
    click.option(
        "--events",
        metavar="A,B,...",
        shell_complete=completion.events,
        help="Enable exactly these events; none: no event. Default: all of them.",
    ),
)
PROPERTY = click.option(
    "--property",
    "properties",
    multiple=True,
    metavar="ID",
    shell_complete=completion.properties,
    help="Check only this property; may be repeated.",
)
OF_C = (
    click.option(
        "--base",
        type=click.Path(path_type=Path),
        metavar="DIR|FILE",
        help="For a patch: the kernel tree, or file, that it applies to.",
    ),
    click.option(
        "--manifest",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="For C text: what its names stand for in the modelled kernel (TOML).",
    ),
    click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="For C text: the kernel's .config."),
)


def configuration_options(command: Command) -> Callable[..., int]:
    """Gives a command the options that say which configuration of its argument `model` is meant, and in place of all of them
    `request`: what they ask for."""
    return _with_options(command, (*OPTIONS, PROPERTY, *OF_C))


def sizes_and_events(command: Command) -> Callable[..., int]:
    """As configuration_options, for a command that looks at no properties."""
    return _with_options(command, (*OPTIONS, *OF_C))


def _with_options(command: Command, options: Sequence[Callable[[Command], Command]]) -> Callable[..., int]:

    @functools.wraps(command)
    def with_request(
        model: Path,
        cpus: int | None,
        tasks: int | None,
        stack_pages: int | None,
        settings: tuple[tuple[str, Setting], ...],
        events: str | None,
        base: Path | None,
        manifest: Path | None,
        config: Path | None,
        properties: tuple[str, ...] = (),
        **others: object,
    ) -> int:
        inputs = inputs_of(model, base, manifest, config)
        chosen = settings_of(cpus, tasks, stack_pages, settings)
        named = None if events is None else events_of(events)
        return command(request=Request(model, chosen, named, tuple(properties) or None, inputs=inputs), **others)

    found: Callable[..., int] = with_request
    for option in reversed(options):
        found = option(found)
    return found


def sizes_options(command: Command) -> Callable[..., int]:
    """Gives a command the options that name sizes, settings and events."""
    found: Callable[..., int] = command
    for option in reversed(OPTIONS):
        found = option(found)
    return found


def of_c_options(command: Command) -> Callable[..., int]:
    """Gives a command the options that say how C text is read: base, manifest, config."""
    found: Callable[..., int] = command
    for option in reversed(OF_C):
        found = option(found)
    return found


def inputs_of(model: Path | None, base: Path | None, manifest: Path | None, config: Path | None) -> Inputs:
    """What reading a model takes, with what comes on standard input if the model is that."""
    data = sys.stdin.buffer.read() if model == STANDARD_INPUT else None
    return Inputs(base=base, manifest=manifest, config=config, standard_input=data)


def settings_of(
    cpus: int | None, tasks: int | None, stack_pages: int | None, settings: tuple[tuple[str, Setting], ...]
) -> dict[str, Setting]:
    """The values of parameters that are asked for. Raises UsageError if one is set to two values."""
    sizes = {"CPUS": cpus, "TASKS": tasks, "STACK_PAGES": stack_pages}
    chosen: dict[str, Setting] = {}
    given: list[tuple[str, Setting]] = [(name, value) for name, value in sizes.items() if value is not None]
    for name, value in (*given, *settings):
        if chosen.setdefault(name, value) != value:
            raise UsageError(f"{name} is set to {chosen[name]} and to {value}; set it once")
    return chosen


def events_of(text: str) -> tuple[str, ...]:
    """The names in a list of events. UsageError where it is none: an empty one is more likely a variable that is not set than
    the wish for none."""
    names = tuple(name.strip() for name in text.split(","))
    if names == (NO_EVENTS,):
        return ()
    if "" in names or NO_EVENTS in names:
        raise UsageError(f"--events {text!r} is not a list of events; write --events A,B, or --events {NO_EVENTS} for none")
    for name in names:
        if len(name.split()) > 1:
            raise UsageError(f"{name!r} is not an event; write a comma between two: --events {','.join(name.split())}")
    return names
