# SPDX-License-Identifier: GPL-2.0-only
"""Certificates as folders: files of symbolic/certificate/certificate.py with a manifest, and what another solver says of them.

certificate.json     what is claimed of which model, and the SHA-256 of every file
invariant.txt        the invariant in the model's own terms
*.smt2               the questions
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker import writing
from checker.language.errors import UsageError
from checker.symbolic.certificate.certificate import INITIATION, SAFETY
from checker.symbolic.certificate.independent_check import Answer, Malformed, Reply, independent_check, well_formed
from checker.symbolic.parametric.all_sizes_certificate import file_name

MANIFEST = "certificate.json"
INVARIANT = "invariant.txt"
FORMAT = "stackproof certificate 1"
ALL_SIZES = "stackproof certificate for all sizes 1"
CONSECUTION = re.compile(r"consecution-(\d+)\.smt2")


@dataclass(eq=False)
class Refused(Exception):
    """A certificate shows nothing. reason: one line."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(eq=False)
class NotUnsat(Refused):
    """The second solver does not say `unsat` of one of its files."""

    file: Path
    reply: Reply


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def check_place(folder: Path) -> None:
    """UsageError if no certificate can be written there: the folder has files of others that look like a certificate's."""
    _own_files(folder)
    try:
        if folder.exists():
            writing.check_writable(folder / MANIFEST)
    except OSError as error:
        raise UsageError(f"{error.filename}: the certificate cannot be written: {error.strerror}") from None


def _own_files(folder: Path) -> dict[str, str]:
    """The files that the certificate in the folder lists, with their digests; none where there is no certificate. UsageError
    where there are files of others."""
    own: dict[str, str] = {}
    if (folder / MANIFEST).is_symlink() or (folder / MANIFEST).exists():
        own = read_manifest(folder)["files"]
    try:
        present = sorted(folder.iterdir()) if folder.is_dir() else []
        for file in present:
            if file.name == INVARIANT or file.suffix == ".smt2":
                if file.name not in own or file.is_symlink() or writing.digest(file.read_bytes()) != own[file.name]:
                    raise UsageError(f"{file} is not of the certificate in that folder; remove it, or name another folder")
    except OSError as error:
        raise UsageError(f"{error.filename or folder}: the certificate cannot be written: {error.strerror}") from None
    return own


def write_certificate(folder: Path, claim: Mapping[str, Any], invariant: str, questions: Mapping[str, str]) -> None:
    """Write a certificate, in place of the one that is there. claim: what the manifest says besides. UsageError where that cannot
    be; then the one that was there is still whole."""
    own = _own_files(folder)
    contents = {**questions, INVARIANT: invariant}
    manifest = {"format": FORMAT, **claim, "files": {name: digest(text) for name, text in contents.items()}}
    contents[MANIFEST] = json.dumps(manifest, indent=2) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writing.write_all(folder, contents, own, MANIFEST)
    except OSError as error:
        raise UsageError(f"{error.filename or folder}: the certificate cannot be written: {error.strerror}") from None


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder. UsageError if there is none."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{folder / MANIFEST}: no certificate there: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{folder / MANIFEST}: not JSON: {error}") from None
    if not isinstance(found, dict) or found.get("format") not in (FORMAT, ALL_SIZES) or not isinstance(found.get("files"), dict):
        raise UsageError(f"{folder / MANIFEST}: not a certificate of this program (format `{FORMAT}`)")
    for name, content in found["files"].items():
        if not writing.SAFE_NAME.fullmatch(name) or not name.endswith((".smt2", ".txt")) or not isinstance(content, str):
            raise UsageError(f"{folder / MANIFEST}: it lists {name!r}, which is not a file of a certificate")
    return found


def check_certificate(folder: Path, seconds: float | None = None) -> dict[str, Any]:
    """The manifest, if the certificate is whole and the second solver says `unsat` of each file. Raises Refused if not. seconds:
    for each file."""
    manifest = check_files(folder)
    ask_second_solver(folder, manifest, seconds)
    return manifest


def check_files(folder: Path) -> dict[str, Any]:
    """The manifest, if the certificate is whole: its questions are those that it should have, and the files are those that the
    manifest names. Raises Refused if not."""
    manifest = read_manifest(folder)
    questions = _questions(manifest)
    if manifest["format"] == ALL_SIZES:
        if questions != sorted(file_name(n) for n in range(len(questions))) or not questions:
            raise Refused(f"{folder / MANIFEST}: it does not list kind-0.smt2, ... without gaps")
    else:
        numbers = sorted(int(match[1]) for name in questions if (match := CONSECUTION.fullmatch(name)))
        wanted = {INITIATION, SAFETY, *(f"consecution-{number}.smt2" for number in numbers)}
        if set(questions) != wanted or not numbers or numbers != list(range(len(numbers))):
            raise Refused(
                f"{folder / MANIFEST}: it does not list {INITIATION}, {SAFETY} and consecution-0.smt2, ... without gaps"
            )
    present = {file.name for file in folder.iterdir() if file.suffix == ".smt2"}
    for name in sorted(present - set(questions)):
        raise Refused(f"{folder / name}: the manifest does not know this file")
    for name, expected in manifest["files"].items():
        file = folder / name
        if file.is_symlink() or not file.is_file():
            raise Refused(f"{file}: missing")
        text = file.read_text(encoding="utf-8", errors="replace")
        if digest(text) != expected:
            raise Refused(f"{file}: not the file that the manifest names (SHA-256 differs)")
        if name in questions:
            try:
                well_formed(text)
            except Malformed as why:
                raise Refused(f"{file}: {why}") from None
    return manifest


def ask_second_solver(folder: Path, manifest: Mapping[str, Any], seconds: float | None) -> None:
    """Raises NotUnsat unless the second solver says `unsat` of each question. seconds: for each."""
    for name in _questions(manifest):
        reply = independent_check(folder / name, seconds)
        if reply.answer is not Answer.UNSAT:
            raise NotUnsat(f"{folder / name}: the second solver does not say unsat, but: {reply}", folder / name, reply)


def _questions(manifest: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in manifest["files"] if name.endswith(".smt2"))
