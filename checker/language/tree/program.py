# SPDX-License-Identifier: GPL-2.0-only
"""A whole model, and what is recorded about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from checker.language.tree.code import Action, Function, Routine
from checker.language.tree.conditions import Assumption, Constraint, Eventuality, Invariant
from checker.language.tree.declarations import Event, Local, Parameter, Property, Record, Setting, Variable
from checker.language.tree.position import Position
from checker.language.tree.statements import Statement
from checker.language.tree.translation import Translation


@dataclass(frozen=True)
class Expectation:
    """The recorded outcome of one configuration; see `Expected` in names.py. None: not recorded yet."""

    settings: tuple[tuple[str, Setting], ...]
    events: tuple[str, ...]
    violated: tuple[tuple[str, int], ...] | None
    states: int | None
    transitions: int | None
    depth: int | None
    ladder: bool
    position: Position


@dataclass(frozen=True)
class Recorded:
    """The properties and assumptions that outcomes were recorded with, each with what stands for its text."""

    properties: tuple[tuple[str, str], ...]
    assumptions: tuple[tuple[str, str], ...]
    position: Position


@dataclass(frozen=True)
class Program:
    """A model with everything it imports, for one setting of its parameters and one set of events.

    processor: the record that executes, with `executes`: a function of one parameter (an instance of it) that gives the
    owner of the frames it steps when it has none of its own; None for a model that consists of actions only. sources: the
    text of each file by the name that positions have it under. unused: routines of the model itself that nothing calls.
    stated: what the model says that it assumes. demanded: hooks that are functions and decide what the kernel does, with
    the model's implementations. dormant: routines that nothing calls or enters with the events that are on. left_out: the
    statements of routines and actions that the parameters and events switch off, those of dormant routines too. dropped: hooks
    that a model which this one takes hooks from implements, and this one does not, each with the file of that model.
    origins: by file, where a line of it came from, if from elsewhere, as one of a patch does: line -> `rfc10.mbox:363`.
    translation: what became of the protocol's text, where that is not Python.
    """

    model: str
    doc: str
    parameters: tuple[Parameter, ...]
    events: tuple[Event, ...]
    records: dict[str, Record]
    variables: dict[str, Variable]
    functions: dict[str, Function]
    routines: dict[str, Routine]
    actions: dict[str, Action]
    properties: dict[str, Property]
    invariants: tuple[Invariant, ...]
    initial: tuple[Statement, ...]
    initial_locals: tuple[Local, ...]
    processor: str | None
    executes: Function | None
    expectations: tuple[Expectation, ...]
    sources: dict[str, str] = field(default_factory=dict)
    unused: tuple[tuple[str, Position], ...] = ()
    eventualities: tuple[Eventuality, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    stated: tuple[str, ...] = ()
    demanded: tuple[tuple[str, str], ...] = ()
    dormant: dict[str, Routine] = field(default_factory=dict)
    left_out: tuple[Position, ...] = ()
    recorded: Recorded | None = None
    dropped: tuple[tuple[str, str], ...] = ()
    constraints: tuple[Constraint, ...] = ()
    origins: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    translation: Translation | None = None

    @property
    def lemmas(self) -> frozenset[str]:
        """Those of `properties` that are lemmas."""
        return frozenset(name for name, property_ in self.properties.items() if property_.is_lemma)
