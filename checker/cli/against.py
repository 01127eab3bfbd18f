# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof gate --base REV`: every model against what it was in a revision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from checker.counting import counted
from checker.language.errors import UsageError
from checker.language.front.load import load_program
from checker.language.python.source.modules import display_path
from checker.report.formats.document import Case, Document, Group, Outcome
from checker.report.formats.from_comparison import document_of
from checker.report.text.comparison_text import comparison_text
from checker.result.verdict import PRECEDENCE, Status
from checker.verify.comparing.revision import NotThere, Repository, repository
from checker.verify.comparing.searching import Searching, compared
from checker.verify.comparing.sides import ModelSide, at_revision
from checker.verify.known.key import texts_of
from checker.verify.request import Request


def against(revision: str, models: Sequence[Path], searching: Searching, tell: Callable[[str], None]) -> Document:
    """Compare each model with what it was, in all configurations that both record, and tell what is found."""
    found = [_one(revision, path, searching, tell) for path in models]
    if searching.outcomes is not None:
        tell(f"{searching.cached} of {counted(searching.searches, 'search', 'searches')} from the cache")
    statuses = {Status.AS_DEMANDED, *(document.status for document in found)}
    return Document(
        "gate",
        next(status for status in PRECEDENCE if status in statuses),
        tuple(group for document in found for group in document.groups),
        tuple(finding for document in found for finding in document.findings),
    )


def _one(revision: str, path: Path, searching: Searching, tell: Callable[[str], None]) -> Document:
    of = repository(path.resolve().parent)
    within = _within(of, path)
    request = Request(path, {}, None)
    shown = display_path(path)
    new = ModelSide(shown, request, load_program(path))
    try:
        with at_revision(of, revision, within, f"{revision}:{within}", request) as old:
            if _texts(old) == _texts(new):
                tell(f"{shown}: unchanged since {revision}: nothing to search")
                return _nothing(shown, f"unchanged since {revision}", Outcome.PASSED)
            comparison = compared(old, new, searching)
    except NotThere:
        tell(f"{shown}: not in {revision}: nothing to compare it with; `stackproof gate {shown}` searches it")
        return _nothing(shown, f"not in {revision}", Outcome.UNKNOWN)
    tell(comparison_text(comparison))
    if comparison.interrupted:
        raise KeyboardInterrupt
    return document_of(comparison)


def _nothing(shown: str, why: str, outcome: Outcome) -> Document:
    """A model of which nothing is compared."""
    return Document("gate", Status.AS_DEMANDED, (Group(shown, (Case(why, outcome, why),)),), ())


def _texts(side: ModelSide) -> list[tuple[str, str]]:
    """What its files say, by their names: where they lie is another matter in a copy."""
    return sorted((PurePosixPath(file).name, digest) for file, digest in texts_of(side.program))


def _within(of: Repository, path: Path) -> str:
    try:
        return path.resolve().relative_to(of.top.resolve()).as_posix()
    except ValueError:
        raise UsageError("it is not in the repository that its folder is in", path) from None
