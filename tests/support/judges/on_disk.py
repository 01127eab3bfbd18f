# SPDX-License-Identifier: GPL-2.0-only
"""A search on disk, with so little room in memory that it writes many runs, held against the portable engine."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from checker.explicit.compiled.c.generate import Generated, generate
from checker.explicit.compiled.compiler import Build
from checker.explicit.compiled.driver import CompiledSearch
from checker.explicit.compiled.on_disk import Disk
from checker.explicit.search.results import Limits, Result
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.tree import Program
from tests.support.judges.compiled import outcome, path_of
from tests.support.judges.confirming import all_replay

ROWS = 48
"""Of the table: a search of some hundreds of states writes several runs."""


def small(generated: Generated, change: tuple[str, str] = ("", "")) -> Generated:
    """The same source with chunks that leave few rows unused. change: another change of the text."""
    source = generated.source.replace("#define CHUNK 64", "#define CHUNK 2")
    assert source != generated.source
    changed = source.replace(*change)
    assert (changed != source) == (change != ("", ""))
    return dataclasses.replace(generated, source=changed)


def search_on_disk(
    program: Program,
    folder: Path,
    reductions: frozenset[str],
    threads: int,
    rows: int = ROWS,
    change: tuple[str, str] = ("", ""),
    limits: Limits | None = None,
) -> tuple[Result, int]:
    """What it found within the limits, confirmed, and how many runs it wrote."""
    telling = Search(lower(program), None, reductions)
    generated = small(generate(telling.transitions, telling.canonical, disk=True), change)
    build = Build(generated.source)
    try:
        library = build.library()
    finally:
        build.close()
    search = CompiledSearch(telling, generated, library, frozenset(program.properties), threads, 0, disk=Disk(folder, rows))
    result = search.run(limits)
    all_replay(program, telling, result)
    assert not list(folder.iterdir()), "the file has no name"
    return result, search.runs


def agree_on_disk(program: Program, folder: Path, reductions: frozenset[str] = frozenset(), rows: int = ROWS) -> int:
    """Assert that searches on disk, by one thread and two, find what the portable engine finds; runs that one thread wrote."""
    portable = Search(lower(program), None, reductions)
    expected = portable.run()
    written = 0
    for threads in (2, 1):
        result, written = search_on_disk(program, folder, portable.reductions, threads, rows)
        assert (result.error is None) == (expected.error is None)
        if expected.error is not None:
            assert len(result.error.path) == len(expected.error.path)
            continue
        assert outcome(result) == outcome(expected)
        if threads == 1:
            assert {name: path_of(finding) for name, finding in result.findings.items()} == {
                name: path_of(finding) for name, finding in expected.findings.items()
            }
    return written
