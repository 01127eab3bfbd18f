# SPDX-License-Identifier: GPL-2.0-only
"""Some of the random models of `python -m tools.fuzz`, always the same ones; and that what it looks for would be noticed."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from checker.explicit.compiled import resuming
from checker.explicit.compiled.c.shared import Rows
from checker.explicit.reduction import canonical
from checker.explicit.reduction.canonical import Canonical
from checker.explicit.reduction.canonical_tables import Field, Frame
from checker.explicit.reduction.visibility import Visibility
from tools.fuzz import __main__ as command
from tools.fuzz import compiling
from tools.fuzz.__main__ import Found, Task, Totals, Workers, save
from tools.fuzz.models import KINDS, model
from tools.fuzz.shrinking import kind_of, shrunk
from tools.fuzz.ways import Difference, plan, try_model


def fuzz(numbers: range, compiled: float, solvers: float) -> Totals:
    """Try models, in this process."""
    totals = Totals()
    for number in numbers:
        try:
            totals.add(number, try_model(model(number), plan(number, compiled, solvers)))
        except Difference as difference:
            difference.add_note(f"model {number}, events {model(number).events}:\n{model(number).text}")
            raise
    return totals


@pytest.mark.parametrize("number", [30, pytest.param(70, marks=pytest.mark.slow)])
def test_some_models(number: int) -> None:
    totals = fuzz(range(number), 0.3, 0.1)
    tried = Counter({kind: totals.models[kind, "tried"] for kind in KINDS})
    assert tried["degenerate"] > number / 3 and tried.total() > number / 2, tried
    for what in ("brute force", "orbits of symmetry", "portable partial-order", "z3", "bitwuzla"):
        assert totals.ways[what], totals.ways
    for what in ("compact", "checkpoints", "disk", "2 threads"):
        assert any(what in way for way in totals.ways), totals.ways


@pytest.mark.slow
def test_many_models() -> None:
    totals = fuzz(range(1_000, 3_000), 0.5, 0.1)
    assert all(totals.models[kind, "tried"] > 30 for kind in KINDS), totals.models
    refused = sum(count for (_, what), count in totals.models.items() if what == "refused")
    assert refused < 700, totals.refused


def test_a_number_is_always_the_same_model() -> None:
    assert model(17) == model(17)
    assert plan(17, 0.5, 0.5) == plan(17, 0.5, 0.5)
    assert len({model(number).text for number in range(50)}) == 50


# -- that it would notice ---------------------------------------------------------------------------------------------


def frames_without_bits(patch: pytest.MonkeyPatch) -> None:
    """Frames are exchanged where they have no bits, too, and of several at one offset one is found."""
    fields, move = Canonical._fields, Canonical._move

    def every_frame(self: Canonical) -> list[Field]:
        found = fields(self)
        for record, frames in self.layout.frames.items():
            for index in range(self.system.owners[record].count if not frames.width else 0):
                owners = ((record, index),) if record in self.tabled else ()
                found += [Field(Frame(record, index, depth), frames.offset, 0, None, owners) for depth in range(frames.frames)]
        return found

    def by_offset(self: Canonical, permutation: canonical.Permutation) -> canonical.Move:
        made = move(self, permutation)
        last = {(field.offset, field.owners): number for number, field in enumerate(self.fields) if not field.width}
        found = [last.get((field.offset, field.owners), n) == n or bool(field.width) for n, field in enumerate(self.fields)]
        return replace(made, sources=tuple(source if kept else 0 for source, kept in zip(made.sources, found, strict=True)))

    patch.setattr(canonical, "check_tables", lambda self: None)
    patch.setattr(Canonical, "_fields", every_frame)
    patch.setattr(Canonical, "_move", by_offset)


def nothing_moves(patch: pytest.MonkeyPatch) -> None:
    """Fields of exchanged instances stay where they are."""
    patch.setattr(canonical, "check_tables", lambda self: None)
    patch.setattr(Canonical, "_moved_to", lambda self, place, images: place)


def every_step_is_invisible(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Visibility, "invisible", lambda *_: True)


def hashes_of_five_bits(patch: pytest.MonkeyPatch) -> None:
    original = compiling.pieces

    def pieces(text: str) -> str:
        assert text.count("return h ? h : 1;") == 1
        return original(text).replace("return h ? h : 1;", "return COMPACT ? h % 32 + 1 : h ? h : 1;")

    patch.setattr(compiling, "pieces", pieces)


def work_is_left_out_of_checkpoints(patch: pytest.MonkeyPatch) -> None:
    """What was still to be expanded in the level."""
    patch.setattr(resuming, "Rows", (Rows.OLD_ROWS, Rows.NEW_ROWS, Rows.AGAIN, Rows.AGAIN))


FAULTS: dict[Callable[[pytest.MonkeyPatch], None], tuple[str, str, int]] = {
    frames_without_bits: ("degenerate", "portable", 10_060),
    nothing_moves: ("symmetric", "orbits of symmetry", 10_240),
    every_step_is_invisible: ("workers", "portable partial-order", 15_590),
    hashes_of_five_bits: ("workers", "compiled", 10_060),
    work_is_left_out_of_checkpoints: ("workers", "checkpoints", 10_130),
}
"""Each with a kind of models that show it, the way that is suspect then, and a number shortly before that of a model which
shows it: some are rare."""


def numbers_of(kind: str, first: int) -> Iterator[int]:
    """Of models of this kind. Of all kinds together, it is luck whether a few hundred models have one that shows a fault."""
    return (number for number in range(first, first + 10_000) if model(number).kind == kind)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_is_noticed(fault: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    kind, way, first = FAULTS[fault]
    for number in numbers_of(kind, first):
        try:
            try_model(model(number), plan(number, float(way in ("compiled", "checkpoints")), 0.0))
        except Difference as difference:
            assert difference.way.startswith(way), difference
            return
    raise AssertionError("not noticed")


@pytest.mark.slow
def test_a_difference_is_saved_with_a_smaller_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_moves(monkeypatch)
    for number in numbers_of("symmetric", 10_000):
        written, tries = model(number), plan(number, 0.0, 0.0)
        try:
            try_model(written, tries)
        except Difference as difference:
            smaller = shrunk(written, tries, difference)
            assert len(smaller.text) < len(written.text)
            path = save(Found(smaller, kind_of(difference), str(difference)), tmp_path)
            assert path.read_text().startswith(f"# {written.kind}, model {number}, events:")
            return
    raise AssertionError("not noticed")


def test_a_process_that_dies_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the models after it are tried all the same."""

    def dies(written: object, tries: object) -> None:
        if written == model(3):
            os.kill(os.getpid(), signal.SIGKILL)
        return original(written, tries)

    original = try_model
    monkeypatch.setattr(command, "try_model", dies)
    results = dict(Workers(Task(range(1, 6), 0.0, 0.0), 2).results())
    assert sorted(results) == [1, 2, 3, 4, 5]
    assert [number for number, came in results.items() if isinstance(came, Found)] == [3]
    assert isinstance(results[3], Found) and results[3].what == "the process died, -9"
