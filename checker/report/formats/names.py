# SPDX-License-Identifier: GPL-2.0-only
"""The formats by the names that `--format` has for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from checker.report.formats.annotations import github_annotations
from checker.report.formats.b4 import b4
from checker.report.formats.checkpatch import checkpatch
from checker.report.formats.document import Document
from checker.report.formats.itf import itf
from checker.report.formats.junit import junit
from checker.report.formats.ktap import ktap
from checker.report.formats.mermaid import mermaid
from checker.report.formats.plain_json import document_json
from checker.report.formats.sarif import sarif
from checker.trace.data import Trace

TEXT = "text"
JSON = "json"

DOCUMENTS: Mapping[str, Callable[[Document], str]] = {
    JSON: document_json,
    "ktap": ktap,
    "junit": junit,
    "sarif": sarif,
    "github": github_annotations,
    "checkpatch": checkpatch,
    "b4": b4,
}
"""Those of what a command found."""

LINES = ("github", "checkpatch")
"""Those that a person reads beside a program: an error that they tell is not told on standard error again."""

TRACES: Mapping[str, Callable[[Trace], str]] = {"itf": itf, "mermaid": mermaid}
"""Those of one run."""
