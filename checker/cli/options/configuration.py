# SPDX-License-Identifier: GPL-2.0-only
"""The options that say which configuration of a model is meant, for every command that takes one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from checker.cli.options.values import NamedSetting
from checker.language.errors import UsageError
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
        help="Set a model parameter; may be repeated.",
    ),
    click.option("--events", metavar="A,B,...", help="Enable exactly these events; none: no event. Default: all of them."),
    click.option("--property", "properties", multiple=True, metavar="ID", help="Check only this property; may be repeated."),
)


def configuration_options(command: Command) -> Command:
    """Gives a command the options --cpus, --tasks, --stack-pages, --set, --events and --property."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def request_of(
    model: Path,
    cpus: int | None,
    tasks: int | None,
    stack_pages: int | None,
    settings: tuple[tuple[str, Setting], ...],
    events: str | None,
    properties: tuple[str, ...],
) -> Request:
    """What these options ask for. Raises UsageError if a parameter is set to two values."""
    sizes = {"CPUS": cpus, "TASKS": tasks, "STACK_PAGES": stack_pages}
    chosen: dict[str, Setting] = {}
    given: list[tuple[str, Setting]] = [(name, value) for name, value in sizes.items() if value is not None]
    for name, value in (*given, *settings):
        if chosen.setdefault(name, value) != value:
            raise UsageError(f"{name} is set to {chosen[name]} and to {value}; set it once")
    return Request(model, chosen, None if events is None else events_of(events), tuple(properties) or None)


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
