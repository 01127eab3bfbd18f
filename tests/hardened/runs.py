# SPDX-License-Identifier: GPL-2.0-only
"""What tests of hardened share: complete runs of a model, and the tables of docs/results/hardened.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.project import PROJECT
from checker.result.verdict import Configuration, Run
from checker.verify.configuration import check_configuration
from checker.verify.request import Request

DOCUMENT = PROJECT / "docs" / "results" / "hardened.md"
HARDENED = PROJECT / "models" / "hardened.py"
ONE_THREAD = Method("auto", 1, frozenset({"pages", "symmetry"}))
BEGIN, END = "<!-- table: {} -->\n", "<!-- end -->\n"


def run_of(model: Path, sizes: Mapping[str, int], events: tuple[str, ...], *properties: str) -> Run:
    """A complete run, its counterexamples confirmed by the replayer."""
    run = check_configuration(Request(model, sizes, events, properties or None), ONE_THREAD, Limits())
    assert run.stopped is None
    assert run.error is None
    return run


def name_of(configuration: Configuration) -> str:
    return str(configuration).replace(";", " |").replace(",", ", ").replace(",  ", ", ")


def table_in(document: str, name: str) -> list[str]:
    begin = BEGIN.format(name)
    assert document.count(begin) == 1
    return document.split(begin)[1].split(END)[0].splitlines()
