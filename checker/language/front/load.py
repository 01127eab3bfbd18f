# SPDX-License-Identifier: GPL-2.0-only
"""A model, in Python or in C -> the syntax tree of the whole program."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path

from checker.language import tree
from checker.language.c.assemble.protocol import CProtocol
from checker.language.c.manifest import read_manifest
from checker.language.c.patch.kind import ContentKind, content_kind
from checker.language.c.patch.reading import read_c_source
from checker.language.errors import ModelError
from checker.language.python import load as python
from checker.language.python.source.modules import Texts
from checker.language.python.wording import Wording
from checker.project import PROJECT

MANIFEST = PROJECT / "spec" / "c" / "dynamic_stacks.toml"


def load_program(
    path: Path | str,
    settings: Mapping[str, tree.Setting] | None = None,
    events: Iterable[str] | None = None,
    texts: Texts | None = None,
) -> tree.Program:
    """Read a model with everything it imports, for one setting of its parameters (others keep their defaults) and one set
    of events (None: all). path: of a model in Python, a patch, a mail, an mbox, or a C file. texts: to read in place of files.
    ModelError or UsageError if it is not a program of the language."""
    text = _c_protocol(Path(path))
    if text is None:
        return python.load_program(path, settings, events, texts)
    with _with_origins(text):
        return python.load_foreign(Path(path), text, settings, events)


def load_wording(path: Path | str) -> Wording:
    """What a model's properties and assumptions say, with all events. As load_program."""
    text = _c_protocol(Path(path))
    if text is None:
        return python.load_wording(path)
    with _with_origins(text):
        return python.load_foreign_wording(Path(path), text)
