# SPDX-License-Identifier: GPL-2.0-only
"""Certificates as folders: the files of symbolic/certificate.py with a manifest, and what another solver says of them.

certificate.json     what is claimed of which model, and the SHA-256 of every file
invariant.txt        the invariant in the model's own terms
*.smt2               the questions
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.cli.liveness import live_properties
from checker.ir.lower import lower
from checker.language import tree
from checker.language.errors import UsageError
from checker.language.load import load_program
from checker.symbolic.all_sizes_certificate import file_name
from checker.symbolic.certificate import INITIATION, SAFETY, Claim, files, lemmas_in
from checker.symbolic.counting import Counted, Holder, known
from checker.symbolic.problem import UNHELD, stated_lemmas, targets
from checker.symbolic.question import STATE
from checker.symbolic.second_opinion import Answer, Malformed, Opinion, opinion, well_formed
from checker.symbolic.transition import step_relation
from checker.symbolic.unrolled_certificate import unrolled_files

MANIFEST = "certificate.json"
INVARIANT = "invariant.txt"
FORMAT = "stackproof certificate 1"
ALL_SIZES = "stackproof certificate for all sizes 1"
MOST_K = 1000
"""States in a row that a certificate may be about."""

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
    opinion: Opinion


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def write_certificate(folder: Path, claim: Mapping[str, Any], invariant: str, files: Mapping[str, str]) -> None:
    """Write a certificate. claim: what the manifest says besides. UsageError where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            if old.name in (MANIFEST, INVARIANT) or old.suffix == ".smt2":
                old.unlink()
        for name, text in (*files.items(), (INVARIANT, invariant)):
            (folder / name).write_text(text, encoding="utf-8")
        manifest = {"format": FORMAT, **claim, "files": {name: digest(text) for name, text in files.items()}}
        manifest["files"][INVARIANT] = digest(invariant)
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"error: {error.filename or folder}: the certificate cannot be written: {error.strerror}") from None


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder. UsageError if there is none."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"error: {folder / MANIFEST}: no certificate there: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"error: {folder / MANIFEST}: not JSON: {error}") from None
    if not isinstance(found, dict) or found.get("format") not in (FORMAT, ALL_SIZES) or not isinstance(found.get("files"), dict):
        raise UsageError(f"error: {folder / MANIFEST}: not a certificate of this program (format `{FORMAT}`)")
    return found


def check_certificate(folder: Path, seconds: float | None = None) -> dict[str, Any]:
    """The manifest, if the certificate is whole and the second solver says `unsat` of each file. Raises Refused if not. seconds:
    for each file."""
    manifest = read_manifest(folder)
    if manifest["format"] == ALL_SIZES:
        return check_all_sizes_files(folder, seconds)
    named: dict[str, str] = manifest["files"]
    present = {file.name for file in folder.iterdir() if file.suffix == ".smt2"}
    questions = sorted(name for name in named if name.endswith(".smt2"))
    for name in sorted(present - named.keys()):
        raise Refused(f"{folder / name}: the manifest does not know this file")
    numbers = sorted(int(match[1]) for name in questions if (match := CONSECUTION.fullmatch(name)))
    wanted = {INITIATION, SAFETY, *(f"consecution-{number}.smt2" for number in numbers)}
    if set(questions) != wanted or not numbers or numbers != list(range(len(numbers))):
        raise Refused(f"{folder / MANIFEST}: it does not list {INITIATION}, {SAFETY} and consecution-0.smt2, ... without gaps")
    _check_files(folder, named, questions, seconds)
    return manifest


def check_all_sizes_files(folder: Path, seconds: float | None = None) -> dict[str, Any]:
    """As check_certificate, of a certificate for all sizes."""
    manifest = read_manifest(folder)
    named: dict[str, str] = manifest["files"]
    questions = sorted(name for name in named if name.endswith(".smt2"))
    if questions != sorted(file_name(n) for n in range(len(questions))) or not questions:
        raise Refused(f"{folder / MANIFEST}: it does not list kind-0.smt2, ... without gaps")
    present = {file.name for file in folder.iterdir() if file.suffix == ".smt2"}
    for name in sorted(present - named.keys()):
        raise Refused(f"{folder / name}: the manifest does not know this file")
    _check_files(folder, named, questions, seconds)
    return manifest


def _check_files(folder: Path, named: Mapping[str, str], questions: Sequence[str], seconds: float | None) -> None:
    """Raises Refused unless the files are those that the manifest names, and the answer to each question is `unsat`."""
    for name, expected in named.items():
        file = folder / name
        if "/" in name or not file.is_file():
            raise Refused(f"{file}: missing")
        text = file.read_text(encoding="utf-8", errors="replace")
        if digest(text) != expected:
            raise Refused(f"{file}: not the file that the manifest names (SHA-256 differs)")
    for name in questions:
        file = folder / name
        try:
            well_formed(file.read_text(encoding="utf-8"))
        except Malformed as why:
            raise Refused(f"{file}: {why}") from None
        said = opinion(file, seconds)
        if said.answer is not Answer.UNSAT:
            raise NotUnsat(f"{file}: the second solver does not say unsat, but: {said}", file, said)


def _counted(folder: Path, manifest: Mapping[str, Any]) -> tuple[Counted, ...]:
    """How a certificate counts."""
    try:
        return tuple(
            Counted(
                str(entry["record"]),
                tuple(
                    Holder(
                        str(h["kind"]), str(h["name"]), str(h["owner"]), str(h["procedure"]), tuple(int(tag) for tag in h["tags"])
                    )
                    for h in entry["holders"]
                ),
            )
            for entry in manifest.get("counted", ())
        )
    except (KeyError, TypeError, ValueError):
        raise Refused(f"{folder / MANIFEST}: it does not say by which holders it counts") from None


def check_properties(folder: Path, model: Path, program: tree.Program, properties: frozenset[str]) -> None:
    """Refused unless these, which a manifest names, are some properties of the model, and on states or steps."""
    unknown = properties - (set(program.properties) - live_properties(program, properties))
    if unknown or not properties:
        which = ", ".join(sorted(unknown)) or "at all among those named"
        raise Refused(f"{folder / MANIFEST}: {model} has no property of states or steps {which}")


def check_against_model(folder: Path, model: Path) -> None:
    """Raises Refused unless the certificate, which check_certificate has accepted, is what this model makes of its
    lemmas: then it shows what its manifest says. UsageError if the model cannot be read at those sizes."""
    manifest = read_manifest(folder)
    try:
        settings = {str(name): int(value) for name, value in manifest["settings"].items()}
        events, properties = tuple(map(str, manifest["events"])), frozenset(map(str, manifest["properties"]))
        kept = tuple(map(str, manifest["kept"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused(f"{folder / MANIFEST}: it does not say settings, events, properties and what is kept") from None
    program = load_program(model, settings, events)
    check_properties(folder, model, program, properties)
    system = lower(program)
    counted = _counted(folder, manifest)
    if not all(known(system, entry) for entry in counted):
        raise Refused(f"{folder / MANIFEST}: it counts by what {model} does not have")
    relation = step_relation(system, any_free=True, counted=counted)
    excluded = tuple(target.name for target, _ in targets(relation, properties))
    states = {target.name for target, _ in targets(relation, properties) if target.kind == STATE}
    states |= stated_lemmas(relation, program.lemmas).keys()
    if not set(kept) <= states:
        raise Refused(f"{folder / MANIFEST}: it keeps what is no property of states")
    if not {UNHELD + entry.record for entry in counted} <= set(kept):
        raise Refused(f"{folder / MANIFEST}: it counts by what it does not keep")
    k = manifest.get("k", 1)
    if not isinstance(k, int) or not 1 <= k <= MOST_K:
        raise Refused(f"{folder / MANIFEST}: its k is none from 1 to {MOST_K}")
    lemmas = [] if k > 1 else lemmas_in((folder / INITIATION).read_text(encoding="utf-8"))
    variables = {(variable.name, variable.width) for variable in relation.fields.variables}
    if any(set(entry.variables) - variables for entry in lemmas):
        raise Refused(f"{folder / INITIATION}: a lemma speaks of what is no part of the state of {model}")
    claim = Claim(kept, excluded, manifest.get("valid", True) is True)
    expected = files(relation, claim, lemmas) if k == 1 else unrolled_files(relation, claim, k)
    if expected.keys() != {name for name in manifest["files"] if name.endswith(".smt2")}:
        raise Refused(f"{folder / MANIFEST}: the certificate of {model} has other files")
    for name, text in expected.items():
        if (folder / name).read_text(encoding="utf-8") != text:
            raise Refused(f"{folder / name}: not the question that {model} asks of these lemmas")
