# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof gate --base REV`: every model against what it was in a revision."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from checker.language.errors import UsageError
from checker.language.front.load import load_program
from checker.language.python.source.modules import display_path
from checker.report.text.comparison_text import comparison_text
from checker.result.verdict import PRECEDENCE, Status
from checker.verify.comparing.revision import NotThere, Repository, repository
from checker.verify.comparing.searching import Searching, compared
from checker.verify.comparing.sides import ModelSide, at_revision
from checker.verify.known.key import texts_of
from checker.verify.request import Request


def against(revision: str, models: Sequence[Path], searching: Searching) -> Status:
    """Compare each model with what it was, in all configurations that both record, and print what is found."""
    found = {Status.AS_DEMANDED}
    for path in models:
        found.add(_one(revision, path, searching))
    if searching.outcomes is not None:
        print(f"{searching.cached} of {searching.searches} searches from the cache")
    return next(status for status in PRECEDENCE if status in found)


def _one(revision: str, path: Path, searching: Searching) -> Status:
    of = repository(path.resolve().parent)
    within = _within(of, path)
    request = Request(path, {}, None)
    shown = display_path(path)
    new = ModelSide(shown, request, load_program(path))
    try:
        with at_revision(of, revision, within, f"{revision}:{within}", request) as old:
            if texts_of(old.program) == texts_of(new.program):
                print(f"{shown}: unchanged since {revision}: nothing to search", flush=True)
                return Status.AS_DEMANDED
            comparison = compared(old, new, searching)
    except NotThere:
        print(f"{shown}: not in {revision}: nothing to compare it with; `stackproof gate {shown}` searches it", flush=True)
        return Status.AS_DEMANDED
    print(comparison_text(comparison), flush=True)
    if comparison.interrupted:
        raise KeyboardInterrupt
    return comparison.status


def _within(of: Repository, path: Path) -> str:
    try:
        return path.resolve().relative_to(of.top.resolve()).as_posix()
    except ValueError:
        raise UsageError("it is not in the repository that its folder is in", path) from None
