# SPDX-License-Identifier: GPL-2.0-only
"""The file of a model whose record is rewritten: read and written as bytes, and only while it is what was searched."""

from __future__ import annotations

import dataclasses
import os
import stat
from pathlib import Path

from checker import writing
from checker.language import tree
from checker.language.errors import UsageError
from checker.language.front.inputs import Inputs
from checker.language.front.load import load_program
from checker.language.python.source.modules import read_source
from checker.language.python.wording import Wording
from checker.verify.record.expected import with_outcome
from checker.verify.record.outcomes import Outcome
from checker.verify.record.wording_text import with_wording

_BOM = b"\xef\xbb\xbf"


class RecordFile:
    """A model's file. path: as the user named it. program: the model as it was read. UsageError if it cannot be written."""

    def __init__(self, path: Path, program: tree.Program) -> None:
        self.path = path
        self.program = program
        try:
            if not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(path, os.W_OK):
                raise UsageError(
                    "this file is read-only, so what it records cannot be updated; copy the model, or chmod it", path
                )
            writing.check_writable(path)
        except OSError as error:
            raise UsageError(f"what it records cannot be updated: {error.strerror}", path) from None

    def record(self, place: int, outcome: Outcome) -> None:
        """Write an outcome into an entry of EXPECTED. place: which one, from 0. UsageError if the file has changed meanwhile."""
        text = with_outcome(self._text(), place, outcome)
        now = self._read(text)
        wanted = list(self.program.expectations)
        wanted[place] = dataclasses.replace(wanted[place], **vars(outcome))
        if list(map(_said, now.expectations)) != list(map(_said, wanted)):
            raise UsageError("EXPECTED is laid out in a way that cannot be rewritten; format the file", self.path)
        self._write(text, now)

    def record_wording(self, wording: Wording) -> None:
        """Write properties and assumptions into RECORDED. As record."""
        text = with_wording(self._text(), wording, self.program.model)
        now = self._read(text)
        recorded = now.recorded
        there = (dict(recorded.properties), dict(recorded.assumptions)) if recorded is not None else None
        if there != (wording.properties, wording.assumptions):
            raise UsageError("RECORDED is laid out in a way that cannot be rewritten; format the file", self.path)
        self._write(text, now)

    def _text(self) -> str:
        """What the file holds, with its own line ends, without a mark of its encoding."""
        if read_source(self.path) != self.program.sources[self.program.model]:
            raise UsageError("this file has changed since it was read, so nothing is written; run it again", self.path)
        return self.path.read_bytes().removeprefix(_BOM).decode()

    def _read(self, text: str) -> tree.Program:
        return load_program(self.path, inputs=Inputs({self.path.resolve(): text.replace("\r\n", "\n").replace("\r", "\n")}))

    def _write(self, text: str, program: tree.Program) -> None:
        mark = _BOM if self.path.read_bytes().startswith(_BOM) else b""
        try:
            writing.write(self.path, mark + text.encode())
        except OSError as error:
            raise UsageError(f"what it records cannot be updated: {error.strerror}", self.path) from None
        self.program = program


def _said(expected: tree.Expectation) -> tree.Expectation:
    """What an entry says, wherever it stands."""
    return dataclasses.replace(expected, position=tree.Position("", 1, 1))
