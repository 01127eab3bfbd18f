# SPDX-License-Identifier: GPL-2.0-only
"""A model, in Python or in C -> the syntax tree of the whole program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from checker.language import tree
from checker.language.errors import ModelError, quoting
from checker.language.foreign import ForeignText
from checker.language.front.inputs import NOTHING, STANDARD_INPUT, Inputs
from checker.language.python import load as python
from checker.language.python.wording import Wording

if TYPE_CHECKING:
    from checker.language.c.assemble.protocol import CProtocol


def load_program(
    path: Path | str,
    settings: Mapping[str, tree.Setting] | None = None,
    events: Iterable[str] | None = None,
    inputs: Inputs = NOTHING,
) -> tree.Program:
    """Read a model with everything it imports, for one setting of its parameters (others keep their defaults) and one set
    of events (None: all). path: of a model in Python, a patch, a mail, an mbox, or a C file; or `-`, for inputs.standard_input.
    ModelError or UsageError if it is not a program of the language."""
    text = c_protocol(Path(path), inputs)
    if text is None:
        return python.load_program(path, settings, events, inputs.texts, inputs.roots)
    with _with_origins(text):
        return python.load_foreign(Path(path), text, settings, events, inputs.roots)


def load_wording(path: Path | str, inputs: Inputs = NOTHING) -> Wording:
    """What a model's properties and assumptions say, with all events. As load_program."""
    return load_worded(path, inputs)[1]


def load_worded(path: Path | str, inputs: Inputs = NOTHING) -> tuple[tree.Program, Wording]:
    """The program with all events, and what its properties and assumptions say, of one reading of the text. As load_program."""
    text = c_protocol(Path(path), inputs)
    if text is None:
        return python.load_worded(path, inputs.texts, inputs.roots)
    with _with_origins(text):
        return python.load_foreign_worded(Path(path), text, inputs.roots)


def c_protocol(path: Path, inputs: Inputs) -> CProtocol | None:
    """The protocol that a file has in C; None for a model in Python, and for what cannot be read, which reading it then says.
    UsageError where options for C are given with a model in Python."""
    data = _content(path, inputs)
    if data is not None:
        from checker.language.front.c_text import protocol_of  # most models are Python, and do not wait for it

        return protocol_of(path, data, inputs)
    if path.suffix == ".py":
        inputs.refuse_options_of_c(path)
    return None


def _content(path: Path, inputs: Inputs) -> bytes | None:
    if path == STANDARD_INPUT and inputs.standard_input is not None:
        return inputs.standard_input
    if path.suffix == ".py":
        return None
    try:
        return path.read_bytes() if path.is_file() else None
    except (OSError, ValueError):
        return None


@contextmanager
def _with_origins(text: ForeignText) -> Iterator[None]:
    """While the context lasts, an error in a text says where in the mail the line stands."""
    try:
        with quoting(text.sources):
            yield
    except ModelError as error:
        found = _with_origin(error, text)
        found.others = tuple(_with_origin(other, text) for other in error.others)
        raise found from None


def _with_origin(error: ModelError, text: ForeignText) -> ModelError:
    """The error, which says where in the mail the line stands if it is from one."""
    origin = text.origins.get(error.position.file, {}).get(error.position.line)
    return error if origin is None else ModelError(error.position, f"{error.message} ({origin})", error.line)
