# SPDX-License-Identifier: GPL-2.0-only
"""A document of a command that found nothing: its input is wrong, or it was interrupted before."""

from __future__ import annotations

from checker.language.errors import UsageError
from checker.report.formats.document import MODEL_ERROR, NOT_KNOWN, Case, Document, Finding, Group, Level, Outcome
from checker.result.verdict import Status


def document_of_error(command: str, error: UsageError) -> Document:
    """A document of an input that could not be read."""
    name = error.position.file if error.position is not None else "" if error.at is None else str(error.at)
    finding = Finding(
        Level.ERROR, MODEL_ERROR, error.position, error.message if error.position or not name else f"{name}: {error.message}"
    )
    group = Group(name or command, (Case(MODEL_ERROR, Outcome.ERROR, error.message),))
    return Document(command, Status.USAGE, (group,), (finding,), "the input is wrong")


def document_of_interruption(command: str) -> Document:
    """A document of a command that was interrupted before anything was found."""
    why = "interrupted before anything was found"
    finding = Finding(Level.WARNING, NOT_KNOWN, None, why)
    return Document(command, Status.INCONCLUSIVE, (Group(command, (Case(NOT_KNOWN, Outcome.UNKNOWN, why),)),), (finding,), why)
