# SPDX-License-Identifier: GPL-2.0-only
"""What a compiled search has found, told in the portable engine's terms, by repeating the steps of the path with its functions.

So both code generators have to agree on each step of each counterexample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from checker.explicit.compiled.c.generate import Generated
from checker.explicit.compiled.c.shared import Found
from checker.explicit.reduction.canonical import CandidateCheck
from checker.explicit.search.real_paths import RealPaths
from checker.explicit.search.results import Finding, Result, model_error
from checker.explicit.step.outcome import Cut, OutOfRange, Violated
from checker.explicit.step.paths import Route
from checker.language.raised import NO_DEADLOCK


class Stored(Protocol):
    """What a compiled search has stored. A row is any number that it gives out."""

    def finding(self, number: int) -> tuple[int, int, int]:
        """What was found of the property of that number, then the model error, then where pages are distinguished: kind, row,
        number."""

    def back_from(self, row: int) -> Iterator[int]:
        """What is stored of the states from a row's back to an initial one."""

    def hash_of(self, stored: int) -> int:
        """What is stored of a state with hash compaction."""


class Telling:
    """Tells what one search has found."""

    def __init__(self, portable: RealPaths, generated: Generated, stored: Stored) -> None:
        self.portable = portable
        self.system = portable.system
        self.generated = generated
        self.stored = stored

    def collect(self, result: Result, announce: Callable[[Finding], None] | None) -> None:
        """Put what was found since the last time into the result, and announce it."""
        for number, name in enumerate(self.system.properties):
            if name not in result.findings:
                kind, row, what = self.stored.finding(number)
                if kind in (Found.INVARIANT, Found.STEP, Found.DEADLOCK):
                    result.findings[name] = finding = self._told(name, kind, row, what)
                    if announce is not None:
                        announce(finding)
        kind, row, what = self.stored.finding(len(self.system.properties))
        if kind and result.error is None:
            result.error = self._model_error(kind, row, what)

    def mark(self, result: Result, cuts: bytearray, covered: bytearray) -> None:
        """Put into the result which paths were cut, and what was not reached. cuts, covered: of raisers and places, by number."""
        for raised, happened in zip(self.generated.raisers, cuts, strict=False):
            if happened and isinstance(raised, Cut):
                result.note(raised)
        if result.stopped is None and result.error is None:
            names = self.portable.names  # the portable engine's functions were called for what was passed through
            reached = zip(self.generated.covers, covered, strict=False)
            result.unreached = tuple(
                position for position, mark in reached if not (mark or names.covered[names.cover_numbers[position]])
            )

    def why_distinguished(self) -> str:
        """Why pages cannot be exchanged."""
        assert self.portable.canonical is not None
        state = self._path(self.stored.finding(len(self.system.properties) + 1)[1]).end
        reason = CandidateCheck(self.portable.canonical, self.portable.maker).failure(state)
        if reason is None:
            raise AssertionError("pages that one engine tells apart are alike for the other")
        return reason

    def _told(self, name: str, kind: int, row: int, what: int) -> Finding:
        path = self._path(row)
        if kind == Found.DEADLOCK:
            return Finding(NO_DEADLOCK, "deadlock", None, path)
        if kind == Found.INVARIANT:
            instance = self.portable.violated_instance(name, path)
            return Finding(name, "invariant", instance.predicate.position, path, instance.predicate, instance.arguments)
        raised = self.generated.raisers[what]
        assert isinstance(raised, Violated)
        end = self.portable.raising_end(path, raised)
        return Finding(name, raised.how.value, end.raised.position, path.then(end.step))

    def _model_error(self, kind: int, row: int, what: int) -> Finding:
        path = self._path(row)
        if kind == Found.INVARIANT:
            error = self.portable.error_of(path)
            return model_error(error, path)
        raised = self.generated.raisers[what]
        assert isinstance(raised, OutOfRange)
        end = self.portable.raising_end(path, raised)
        assert isinstance(end.raised, OutOfRange)
        return model_error(end.raised, path.then(end.step))

    def _path(self, row: int) -> Route:
        """The path to a row's state, taken again by the portable engine."""
        stored = list(reversed(list(self.stored.back_from(row))))
        if not self.generated.compact:
            return self.portable.path_along(stored)
        return self.portable.path_through([self._hashes_to(found) for found in stored])

    def _hashes_to(self, wanted: int) -> Callable[[int], bool]:
        return lambda state: self.stored.hash_of(state) == wanted
