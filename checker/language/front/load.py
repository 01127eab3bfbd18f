# SPDX-License-Identifier: GPL-2.0-only
"""A model, in Python or in C -> the syntax tree of the whole program."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from checker.language import tree
from checker.language.c.assemble.protocol import CProtocol
from checker.language.c.binding.manifest import read_manifest
from checker.language.c.parse import read_configuration
from checker.language.c.patch.base import Base
from checker.language.c.patch.kind import ContentKind, content_kind, is_page, refusal
from checker.language.c.patch.reading import read_c_source
from checker.language.errors import ModelError, UsageError, quoting
from checker.language.front.inputs import NOTHING, STANDARD_INPUT, Inputs
from checker.language.python import load as python
from checker.language.python.source.modules import display_path, read_source
from checker.language.python.wording import Wording
from checker.project import PROJECT

MANIFEST = PROJECT / "spec" / "c" / "dynamic_stacks.toml"

BESIDE = "manifest.toml"
"""A file of that name in the folder of a text overrides MANIFEST key by key; the verdict says so."""


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
        return python.load_program(path, settings, events, inputs.texts)
    with _with_origins(text):
        return python.load_foreign(Path(path), text, settings, events)


def load_wording(path: Path | str) -> Wording:
    """What a model's properties and assumptions say, with all events. As load_program."""
    text = c_protocol(Path(path), NOTHING)
    if text is None:
        return python.load_wording(path)
    with _with_origins(text):
        return python.load_foreign_wording(Path(path), text)


def c_protocol(path: Path, inputs: Inputs) -> CProtocol | None:
    """The protocol that a file has in C; None for a model in Python, and for what cannot be read, which reading it then says.
    UsageError where options for C are given with a model in Python."""
    data = _content(path, inputs)
    if (data is None and path.suffix == ".py") or (data is not None and content_kind(data) is ContentKind.PYTHON):
        for option in ("base", "manifest", "config"):
            if getattr(inputs, option) is not None:
                raise UsageError(f"--{option} is for patches and C files, and this is a model in Python; leave it out", path)
        return None
    if data is None:
        return None
    if path != STANDARD_INPUT and content_kind(data) is ContentKind.OTHER and refusal(data) is None and not is_page(data):
        return None
    text = _read(path, data, inputs.base, inputs.manifest or _beside(path), inputs.config)
    return text if inputs.changed is None else text.changed(inputs.changed)


def _content(path: Path, inputs: Inputs) -> bytes | None:
    if path == STANDARD_INPUT and inputs.standard_input is not None:
        return inputs.standard_input
    if path.suffix == ".py":
        return None
    try:
        return path.read_bytes() if path.is_file() else None
    except (OSError, ValueError):
        return None


def _beside(path: Path) -> Path | None:
    """The manifest that lies in the folder of a patch, if one does."""
    beside = path.with_name(BESIDE) if path != STANDARD_INPUT else None
    return beside if beside is not None and beside.is_file() else None


@functools.lru_cache(maxsize=4)
def _read(path: Path, data: bytes, base: Path | None, over: Path | None, config: Path | None) -> CProtocol:
    """C text, read once for all settings. over: a manifest, if not only the built-in one counts. UsageError if there is no
    manifest for the text."""
    manifest = read_manifest(MANIFEST, display_path(MANIFEST))
    if over is not None:
        manifest = read_manifest(over, display_path(over), manifest)
        said = f"what the names of the text are to the kernel is also said by {display_path(over)}"
        manifest = replace(manifest, assumptions=(said, *manifest.assumptions))
    if config is not None:
        values = read_configuration(read_source(config), display_path(config))
        manifest = replace(manifest, config={**values, **manifest.config})
    name = "standard input" if path == STANDARD_INPUT else path.name
    protocol = CProtocol(read_c_source(data, name, None if base is None else Base(base)), manifest)
    if not protocol.definitions.defines(manifest.taken_for):
        raise UsageError(
            f"this does not define {manifest.taken_for}, so that nothing says what it is to the kernel; "
            "a patch of dynamic kernel stacks does, and --manifest names another manifest; a model in Python has a name that "
            "ends in .py",
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
