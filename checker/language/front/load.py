# SPDX-License-Identifier: GPL-2.0-only
"""A model, in Python or in C -> the syntax tree of the whole program."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from checker.language import tree
from checker.language.c.assemble.protocol import CProtocol
from checker.language.c.manifest import read_manifest
from checker.language.c.patch.kind import ContentKind, content_kind, is_page, refusal
from checker.language.c.patch.reading import read_c_source
from checker.language.errors import ModelError, UsageError, quoting
from checker.language.python import load as python
from checker.language.python.source.modules import Texts, display_path
from checker.language.python.wording import Wording
from checker.project import PROJECT

MANIFEST = PROJECT / "spec" / "c" / "dynamic_stacks.toml"

BESIDE = "manifest.toml"
"""A file of that name in the folder of a text overrides MANIFEST key by key; the verdict says so."""


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


def _c_protocol(path: Path) -> CProtocol | None:
    """The protocol that a file has in C; None for a model in Python, and for what is no model at all, which reading it then
    says."""
    if path.suffix == ".py":
        return None
    try:
        data = path.read_bytes() if path.is_file() else None
    except (OSError, ValueError):
        return None
    if data is None or content_kind(data) is ContentKind.PYTHON:
        return None
    if content_kind(data) is ContentKind.OTHER and refusal(data) is None and not is_page(data):
        return None
    beside = path.with_name(BESIDE)
    return _read(path, data, beside if beside.is_file() else None)


@functools.lru_cache(maxsize=4)
def _read(path: Path, data: bytes, beside: Path | None) -> CProtocol:
    """C text, read once for all settings. UsageError if there is no manifest for it."""
    manifest = read_manifest(MANIFEST)
    if beside is not None:
        manifest = read_manifest(beside, manifest)
        said = f"what the names of the text are to the kernel is also said by {display_path(beside)}"
        manifest = dataclasses.replace(manifest, assumptions=(said, *manifest.assumptions))
    protocol = CProtocol(read_c_source(data, path.name), manifest)
    if not protocol.definitions.defines(manifest.taken_for):
        raise UsageError(
            f"this does not define {manifest.taken_for}, so that nothing says what it is to the kernel; "
            "a patch of dynamic kernel stacks does, and a model in Python has a name that ends in .py",
            path,
        )
    return protocol


@contextmanager
def _with_origins(text: CProtocol) -> Iterator[None]:
    """While the context lasts, an error in a text says where in the mail the line stands."""
    try:
        with quoting(text.sources):
            yield
    except ModelError as error:
        origin = text.origins.get(error.position.file, {}).get(error.position.line)
        if origin is None:
            raise
        raise ModelError(error.position, f"{error.message} ({origin})", error.line) from None
