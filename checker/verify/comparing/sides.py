# SPDX-License-Identifier: GPL-2.0-only
"""What the two sides of a comparison can be: a model that is searched, or a report of a search that was."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from checker.language import tree
from checker.language.errors import UsageError
from checker.language.front.load import load_program
from checker.result.checked import Checked
from checker.result.verdict import Configuration, Run
from checker.verify.comparing.revision import Repository, extracted, repository
from checker.verify.comparing.stored import load_report
from checker.verify.ladder import ladder
from checker.verify.request import Request


@dataclass(frozen=True)
class ModelSide:
    """A model. name: as the user gave it. program: with its default settings and all events. copy: the folder of a revision's
    files, of which no message may speak."""

    name: str
    request: Request
    program: tree.Program
    copy: Path | None = None

    @property
    def parameters(self) -> dict[str, tree.Setting]:
        """Its parameters with their defaults."""
        return {parameter.name: parameter.default for parameter in self.program.parameters}

    @property
    def events(self) -> tuple[str, ...]:
        return tuple(event.name for event in self.program.events)

    def configurations(self, every: bool) -> Iterator[Configuration]:
        """Those that are asked for, or its ladder. every: all that it records."""
        asked = self.request
        if asked.settings or asked.events is not None:
            yield self._configuration(dict(asked.settings), asked.events)
            return
        entries = [entry for entry in self.program.expectations if entry.ladder or every]
        for entry in entries:
            yield self._configuration(dict(entry.settings), entry.events)
        if not entries:
            for request in ladder(asked):
                yield self._configuration(dict(request.settings), request.events)

    def _configuration(self, settings: dict[str, tree.Setting], events: tuple[str, ...] | None) -> Configuration:
        named = self.events if events is None else events
        known = tuple(name for name in self.events if name in named)
        more = tuple(name for name in named if name not in known)
        whole = self.parameters | settings
        return Configuration(tuple(whole.items()), (*known, *more) if self.events else (), bool(self.events))

    def request_of(self, configuration: Configuration) -> Request:
        """What to search for a configuration of either side, which this one has."""
        own = self.parameters
        settings = {name: value for name, value in configuration.settings if name in own}
        return dataclasses.replace(self.request, settings=settings, events=configuration.events if self.events else None)

    def lacks(self, configuration: Configuration) -> str:
        """What of a configuration this model does not have; empty if it has all."""
        own = self.parameters
        events = [name for name in configuration.events if name not in self.events]
        return _lacking([name for name, _ in configuration.settings if name not in own], events)


@dataclass(frozen=True)
class StoredSide:
    """A report of `check --format json`: what it says is taken as said."""

    name: str
    checked: Checked

    def configurations(self, every: bool) -> Iterator[Configuration]:
        """Those that were searched."""
        return (run.subject.configuration for run in self.checked.runs)

    def run_of(self, key: Key, common: frozenset[str]) -> Run | None:
        """What it says of a configuration."""
        return next((run for run in self.checked.runs if key_of(run.subject.configuration, common) == key), None)


AnySide = ModelSide | StoredSide
Key = tuple[frozenset[tuple[str, tree.Setting]], frozenset[str]]


def key_of(configuration: Configuration, common: frozenset[str]) -> Key:
    """By what a configuration of one side is known on the other. common: parameters that both have."""
    return frozenset(item for item in configuration.settings if item[0] in common), frozenset(configuration.events)


def _lacking(parameters: list[str], events: list[str]) -> str:
    words = [f"the parameter {name}" for name in parameters] + [f"the event {name}" for name in events]
    return f"it does not have {', '.join(words)}" if words else ""


@contextmanager
def side_of(name: str, request: Request) -> Iterator[AnySide]:
    """What a user names: a file of that name if there is one, else REV:path."""
    if is_report(request.model):
        yield StoredSide(name, load_report(request.model))
        return
    revision, colon, path = name.partition(":")
    if not colon or request.model.exists():
        yield ModelSide(name, request, load_program(request.model, inputs=request.inputs))
        return
    with at_revision(repository(), revision, path, name, request) as side:
        yield side


@contextmanager
def at_revision(of: Repository, revision: str, path: str, name: str, request: Request) -> Iterator[ModelSide]:
    """A file of a revision. name: how it is told. As extracted."""
    with extracted(of, revision, path) as copy:
        inside = dataclasses.replace(request, model=copy.path, inputs=dataclasses.replace(request.inputs, roots=copy.roots))
        with speaking_of(name, copy.root):
            program = load_program(copy.path, inputs=inside.inputs)
        yield ModelSide(name, inside, program, copy.root)


def is_report(path: Path) -> bool:
    """Whether a name is that of a stored report."""
    return path.suffix == ".json" and not (":" in str(path) and not path.exists())


@contextmanager
def speaking_of(name: str, copy: Path | None) -> Iterator[None]:
    """While the context lasts, an error in a copy of a revision's file is one in the revision: its folder is never told. copy:
    that folder; None for a file that is read where it is."""
    try:
        yield
    except UsageError as error:
        if copy is None:
            raise
        prefix = f"{copy}/"
        revision = name.partition(":")[0]
        if error.at is not None and error.position is None and str(error.at).startswith(prefix):
            error.at = f"{revision}:{str(error.at)[len(prefix) :]}"
        elif error.position is not None and error.at == error.position:
            error.at = f"{revision}:{error.position}"
        error.message = error.message.replace(prefix, f"{revision}:")
        raise
