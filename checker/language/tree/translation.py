# SPDX-License-Identifier: GPL-2.0-only
"""What became of a text in another language than models are written in: what the reader of a verdict has to know of it."""

from __future__ import annotations

from dataclasses import dataclass

from checker.language.tree.position import Position


@dataclass(frozen=True)
class TranslatedFunction:
    """A function of the text that is a part of the program. position: of its name. hooks: those that it implements."""

    name: str
    position: Position
    hooks: tuple[str, ...]


@dataclass(frozen=True)
class BoundStatement:
    """A statement that the text adds to a function of the kernel, and what stands for it in the program, in words. hooks: those
    that it is bound for; none if the initial state has what it does."""

    position: Position
    function: str
    meaning: str
    hooks: tuple[str, ...]


@dataclass(frozen=True)
class BoundVariable:
    """A variable of the text. place: where the program has it, as `Cpu.pool`; the kernel had that before if of_kernel."""

    name: str
    position: Position
    place: str
    of_kernel: bool


@dataclass(frozen=True)
class UnreadFile:
    """A file that is not of the language, so that nothing of it is in the program. added, removed: lines."""

    path: str
    added: int
    removed: int


@dataclass(frozen=True)
class Repaired:
    """Damage that was repaired, in words. line: of the input, from 1."""

    line: int
    what: str


@dataclass(frozen=True)
class Translation:
    """What became of one text.

    source: the input, as the user gave it. missing: functions that the text does not have, each with the hook that the kernel's
    own implements in its place. ignored: lines that the manifest declares to make no difference, each with the function that
    they are in. configured_out: lines that the patch adds and the configuration leaves out. notes: on how the text was read, each
    one sentence; directives: the same on one place each. manifests: the files that say what the text's names are to the kernel.
    sizes: constants of the text with their values. config: the symbols of the kernel's configuration that stand in the text,
    with their values.
    """

    source: str
    subjects: tuple[str, ...] = ()
    functions: tuple[TranslatedFunction, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    variables: tuple[BoundVariable, ...] = ()
    bound: tuple[BoundStatement, ...] = ()
    ignored: tuple[tuple[str, Position], ...] = ()
    unread: tuple[UnreadFile, ...] = ()
    configured_out: tuple[Position, ...] = ()
    repairs: tuple[Repaired, ...] = ()
    notes: tuple[str, ...] = ()
    directives: tuple[tuple[Position, str], ...] = ()
    manifests: tuple[str, ...] = ()
    sizes: tuple[tuple[str, int], ...] = ()
    config: tuple[tuple[str, str], ...] = ()
