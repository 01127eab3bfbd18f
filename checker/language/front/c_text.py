# SPDX-License-Identifier: GPL-2.0-only
"""The content of a file that a user names -> a protocol in C, if it is C text."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from pathlib import Path

from checker.language.c.assemble.protocol import CProtocol
from checker.language.c.binding.manifest import Manifest, domain_of, read_manifest
from checker.language.c.parse import read_configuration
from checker.language.c.patch.base import Base
from checker.language.c.patch.kind import ContentKind, content_kind, is_page, refusal
from checker.language.c.patch.reading import read_c_source
from checker.language.c.source import CSource
from checker.language.errors import UsageError
from checker.language.front.inputs import STANDARD_INPUT, Inputs
from checker.language.python.source.modules import OWN, Roots, display_path, read_source
from spec.c.domains import DOMAINS, api_of

BESIDE = "manifest.toml"
"""A file of that name in the folder of a text overrides the built-in one key by key; the verdict says so."""


def protocol_of(path: Path, data: bytes, inputs: Inputs) -> CProtocol | None:
    """The protocol that the content of a file is in C; None if it is a model in Python, or a file of another kind.
    UsageError where options for C are given with a model in Python."""
    kind = content_kind(data)
    if kind is ContentKind.PYTHON:
        inputs.refuse_options_of_c(path)
        return None
    if path != STANDARD_INPUT and kind is ContentKind.OTHER and refusal(data) is None and not is_page(data):
        return None
    text = _read(path, data, inputs.base, inputs.manifest or _beside(path), inputs.config, inputs.roots)
    return text if inputs.changed is None else text.changed(inputs.changed)


def _beside(path: Path) -> Path | None:
    """The manifest that lies in the folder of a patch, if one does."""
    beside = path.with_name(BESIDE) if path != STANDARD_INPUT else None
    return beside if beside is not None and beside.is_file() else None


def _built_in(over: Path | None, roots: Roots) -> Path:
    """The built-in manifest for a text. over: the user's."""
    named = None if over is None else domain_of(over)
    return built_in_manifest(next(iter(DOMAINS)) if named is None else _known(named, over), roots)


def _known(domain: str, manifest: Path | str | None) -> str:
    """A domain that a manifest names. UsageError if there is none of that name."""
    if domain not in DOMAINS:
        raise UsageError(f"there is no domain {domain!r}; the kernel has {', '.join(DOMAINS)}", manifest)
    return domain


def built_in_manifest(domain: str, roots: Roots = OWN) -> Path:
    """The file of a domain's manifest."""
    return roots[0] / "spec" / "c" / DOMAINS[domain].manifest


def _read(path: Path, data: bytes, base: Path | None, over: Path | None, config: Path | None, roots: Roots) -> CProtocol:
    """C text. over: a manifest, if not only the built-in one counts. UsageError if there is no manifest for the text."""
    built_in = _built_in(over, roots)
    manifest = read_manifest(built_in, display_path(built_in, roots))
    if over is not None:
        manifest = read_manifest(over, display_path(over, roots), manifest)
        said = f"what the names of the text are to the kernel is also said by {display_path(over, roots)}"
        manifest = replace(manifest, assumptions=(said, *manifest.assumptions))
    values = ""
    if config is not None:
        values = read_source(config)
        manifest = replace(manifest, config={**read_configuration(values, display_path(config)), **manifest.config})
    name = "standard input" if path == STANDARD_INPUT else display_path(path, roots)
    source = read_c_source(data, name, None if base is None else Base(base))
    _known(manifest.domain, manifest.path)
    protocol = _protocol(_Read(source, manifest.texts, values, manifest))
    if not protocol.definitions.defines(manifest.taken_for):
        raise UsageError(
            f"this does not define {manifest.taken_for}, so that nothing says what it is to the kernel; "
            f"{DOMAINS[manifest.domain].texts} does, and --manifest names another manifest; a model in Python has a name that "
            "ends in .py",
            path,
        )
    return protocol


@dataclass(frozen=True)
class _Read:
    """All that was read for one protocol. texts: of the manifests, config: of the .config; the manifest is made of both."""

    source: CSource
    texts: tuple[tuple[str, str], ...]
    config: str
    manifest: Manifest = field(compare=False)


@functools.lru_cache(maxsize=4)
def _protocol(read: _Read) -> CProtocol:
    """The protocol, which parses what is reached: once for all settings, as long as the files say the same."""
    return CProtocol(read.source, read.manifest, api_of(read.manifest.domain))
