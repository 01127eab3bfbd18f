# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof gate --base REV`: every model against what it was in a revision."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from checker.counting import counted
from checker.explicit.search.results import Progress
from checker.language.errors import UsageError
from checker.language.front.inputs import Inputs
from checker.language.front.load import load_program
from checker.language.python.source.modules import display_path
from checker.report.formats.document import Case, Document, Group, Outcome
from checker.report.formats.from_comparison import document_of
from checker.report.shell import argument, word
from checker.report.text.comparison_text import comparison_lines
from checker.result.verdict import PRECEDENCE, Status
from checker.verify.comparing.revision import NotThere, Repository, repository
from checker.verify.comparing.searching import Searching, compared
from checker.verify.comparing.sides import ModelSide, at_revision
from checker.verify.in_order import Waiting, in_order
from checker.verify.known.key import texts_of
from checker.verify.request import Request


@dataclass(frozen=True)
class _Answer:
    """What came of one model. searches, cached: how many it took, and how many of them were known."""

    document: Document
    lines: tuple[str, ...]
    interrupted: bool = False
    searches: int = 0
    cached: int = 0


def against(
    revision: str,
    models: Sequence[Path],
    searching: Searching,
    tell: Callable[[str], None],
    jobs: int,
    waiting: Waiting[Path],
    inputs: Inputs,
) -> Document:
    """Compare each model with what it was, in all configurations that both record, and tell what is found. jobs: how many models
    are compared at once. waiting: for one of them, if there are several. inputs: what reading C text takes, on both sides."""
    documents: list[Document] = []
    searches = cached = 0
    for path, answer in zip(models, _answers(revision, models, searching, jobs, waiting, inputs), strict=True):
        if isinstance(answer, UsageError):
            raise answer
        if isinstance(answer, str):
            answer = _unsearched(display_path(path), answer)
        searches, cached = searches + answer.searches, cached + answer.cached
        for line in answer.lines:
            tell(line)
        if answer.interrupted:
            raise KeyboardInterrupt
        documents.append(answer.document)
    if searching.outcomes is not None:
        tell(f"{cached} of {counted(searches, 'search', 'searches')} from the cache")
    statuses = {Status.AS_DEMANDED, *(document.status for document in documents)}
    return Document(
        "gate",
        next(status for status in PRECEDENCE if status in statuses),
        tuple(group for document in documents for group in document.groups),
        tuple(finding for document in documents for finding in document.findings),
    )


def _answers(
    revision: str, models: Sequence[Path], searching: Searching, jobs: int, waiting: Waiting[Path], inputs: Inputs
) -> Iterator[_Answer | UsageError | str]:
    if jobs == 1:
        return (_one(revision, path, searching, inputs) for path in models)
    silent = dataclasses.replace(searching, waiting=_silence)
    return in_order(models, lambda path: _one(revision, path, silent, inputs), jobs, waiting)


@contextmanager
def _silence(name: str) -> Iterator[Progress]:
    yield lambda statistics: None


def _one(revision: str, path: Path, searching: Searching, inputs: Inputs) -> _Answer:
    of = repository(path.resolve().parent)
    within = _within(of, path)
    request = Request(path, {}, None, inputs=inputs)
    shown = display_path(path)
    new = ModelSide(shown, request, load_program(path, inputs=inputs))
    try:
        with at_revision(of, revision, within, f"{revision}:{within}", request) as old:
            if _texts(old) == _texts(new):
                line = f"{shown}: unchanged since {revision}: nothing to search"
                return _Answer(_nothing(shown, f"unchanged since {revision}", Outcome.PASSED), (line,))
            comparison = compared(old, new, searching)
    except NotThere:
        line = f"{shown}: not in {revision}: nothing to compare it with; `stackproof gate {word(argument(path))}` searches it"
        return _Answer(_nothing(shown, f"not in {revision}", Outcome.UNKNOWN), (line,))
    lines = tuple(comparison_lines(comparison))
    return _Answer(document_of(comparison), lines, comparison.interrupted, comparison.searches, comparison.cached)


def _unsearched(shown: str, why: str) -> _Answer:
    """A model whose comparison came to nothing."""
    document = Document("gate", Status.INCONCLUSIVE, (Group(shown, (Case("not compared", Outcome.UNKNOWN, why),)),), ())
    return _Answer(document, (f"{shown}: not compared: {why}",))


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
