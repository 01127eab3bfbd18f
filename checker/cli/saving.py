# SPDX-License-Identifier: GPL-2.0-only
"""Counterexamples in a folder: the trace and the picture of each, and an index of what is ours in it.

The index makes it possible to take away what an earlier run has left, and nothing that somebody else has put there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from checker import writing
from checker.cli.terminal.output import say
from checker.explicit.search.interrupts import uninterrupted
from checker.language.errors import UsageError
from checker.report.picture.picture import picture
from checker.report.picture.svg import PictureError, draw
from checker.report.text.style import plain
from checker.trace.data import Trace
from checker.trace.store import dump_trace

INDEX = "findings.index"
SCHEMA = "stackproof-saved"
VERSION = 1


class Findings:
    """A folder that counterexamples are saved in. UsageError where it has an index that is none, or cannot be written to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.earlier = _read_index(folder / INDEX)
        self.written: dict[str, str] = {}

    def save(self, trace: Trace, stem: str, sources: Mapping[str, str]) -> list[Path]:
        """Write STEM.json and STEM.svg into the folder; the files written. Without a program that draws, the DOT file is written
        and said so."""
        text, drawn = dump_trace(trace), f"{stem}.svg"
        try:
            contents = {f"{stem}.json": text, drawn: draw(trace, sources)}
        except PictureError as error:
            drawn = f"{stem}.dot"
            contents = {f"{stem}.json": text, drawn: picture(trace, sources)}
            say(plain(f"{error.message}; {self.folder / drawn} is what Graphviz can draw elsewhere"))
        with uninterrupted():
            self._put(contents)
        return [self.folder / name for name in contents]

    def finish(self) -> None:
        """At the end of a run: what earlier ones have left is taken away, as far as it is in the index and unchanged."""
        if not self.earlier:
            return
        try:
            writing.remove_own(self.folder, {name: known for name, known in self.earlier.items() if name not in self.written})
            self._write_index(self.written)
        except OSError as error:
            raise UsageError(f"cannot be written: {error.strerror}", error.filename) from None

    def _put(self, contents: Mapping[str, str]) -> None:
        for name in contents:
            if not writing.SAFE_NAME.fullmatch(name):
                raise UsageError(f"nothing can be saved as {name!r}; rename the property")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for name, content in contents.items():
                writing.write(self.folder / name, content, follow=False)
                self.written[name] = writing.digest(content.encode())
            self._write_index({**self.earlier, **self.written})
        except OSError as error:
            raise UsageError(f"cannot be written: {error.strerror}", error.filename) from None

    def _write_index(self, names: Mapping[str, str]) -> None:
        index = {"schema": SCHEMA, "version": VERSION, "files": dict(sorted(names.items()))}
        writing.write(self.folder / INDEX, json.dumps(index, indent=1) + "\n", follow=False)


def _read_index(path: Path) -> dict[str, str]:
    """Names with their digests; none where there is no index."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", path) from None
    except (ValueError, RecursionError):
        found = None
    listed = found.get("files") if isinstance(found, dict) and found.get("schema") == SCHEMA else None
    if not isinstance(listed, dict) or found.get("version") != VERSION:
        raise UsageError("not an index of saved findings; remove it, or name another folder", path)
    for name, known in listed.items():
        if not writing.SAFE_NAME.fullmatch(name) or not isinstance(known, str):
            raise UsageError("it lists what is not a name of a file in its folder; remove it, or name another folder", path)
    return listed
