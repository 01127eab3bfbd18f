# SPDX-License-Identifier: GPL-2.0-only
"""Two texts of a model, searched and compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits, Progress
from checker.language.front.load import load_program
from checker.result.comparison import Comparison
from checker.verify.comparing.searching import Searching, compared
from checker.verify.comparing.sides import ModelSide
from checker.verify.request import Request


@contextmanager
def _waiting(name: str) -> Iterator[Progress]:
    yield lambda *_: None


def compared_texts(folder: Path, old: str, new: str, states: int | None = None) -> Comparison:
    """states: where both searches stop."""
    sides = []
    for name, text in (("old.py", old), ("new.py", new)):
        path = folder / name
        path.write_text(text)
        sides.append(ModelSide(name, Request(path, {}, None), load_program(path)))
    return compared(*sides, Searching(Method(engine="portable"), Limits(states), _waiting))


def told(comparison: Comparison) -> list[tuple[str, str, int | None, int | None]]:
    """Each line: what became of which property, and steps on both sides."""
    firsts = [line.first for line in comparison.lines]
    return sorted((one.change.value, one.property, one.old, one.new) for one in firsts)
