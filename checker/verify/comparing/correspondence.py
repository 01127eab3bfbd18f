# SPDX-License-Identifier: GPL-2.0-only
"""Where the statements of a new text stand in the old one: a line diff of each routine, with what was moved and what was
changed in its place.

Routines belong together by name, or if one was renamed, by what is in them. Of the statements of two routines those that are the
same and in the same order are one (the longest common subsequence); a statement that is left over on both sides, alone and in the
same words, was moved; between two that are the same, one that is at least half alike was changed. What is left is new.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from functools import cached_property

from checker.language.tree import Position, is_python
from checker.verify.comparing.statements import Routines, Statement, routines_of, statement_at

ALIKE = 0.5
"""How much of two statements is the same if one is the other, changed."""

RENAMED = 0.6
"""How much of two routines is the same if one is the other under a new name."""

MOST_PAIRS = 10_000
"""Between two statements that are the same, so many pairs are looked at for what was changed; of more nothing is told."""

_WORD = re.compile(r"\w+|\S")


class How(Enum):
    """How a statement of the new text is in the old one."""

    SAME = "the same"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True)
class Counterpart:
    """The statement of the old text that one of the new text was."""

    statement: Statement
    how: How


@dataclass(frozen=True)
class Text:
    """What a side is written in. model: its own file. sources: all of its files, by the names that positions have them under;
    none of a stored report."""

    model: str
    sources: Mapping[str, str]


@dataclass(frozen=True)
class Correspondence:
    """Two texts beside each other."""

    old: Text
    new: Text

    @property
    def known(self) -> bool:
        """Whether there are two texts, in one language."""
        both = bool(self.old.sources) and bool(self.new.sources)
        return both and is_python(self.old.model) == is_python(self.new.model)

    @cached_property
    def reversed(self) -> Correspondence:
        """The two texts the other way round."""
        return Correspondence(self.new, self.old)

    def in_old(self, position: Position) -> Statement | None:
        """The statement of the old text that a place of it is in."""
        return _at(self.old, position)

    def counterpart(self, position: Position) -> Counterpart | None:
        """What the statement at a place of the new text was in the old one; None if it was not there."""
        statement = _at(self.new, position)
        if statement is None:
            return None
        if position.file not in self._models and self._same_in_both(position.file):
            return Counterpart(statement, How.SAME)
        return self._found.get(statement)

    @property
    def _models(self) -> tuple[str, str]:
        return self.old.model, self.new.model

    @cached_property
    def _found(self) -> dict[Statement, Counterpart]:
        olds, news = self._routines(self.old), self._routines(self.new)
        found: dict[Statement, Counterpart] = {}
        blocks: list[_Block] = []
        for key, other in self._pairs(olds, news).items():
            same, between = _aligned(olds[other], news[key])
            found |= {after: Counterpart(before, How.SAME) for before, after in same}
            blocks += between
        taken = {counterpart.statement for counterpart in found.values()}
        gone = [one for many in olds.values() for one in many if one not in taken]
        left = [one for many in news.values() for one in many if one not in found]
        found |= {after: Counterpart(before, How.MOVED) for before, after in _moved(gone, left)}
        taken |= {one.statement for one in found.values() if one.how is How.MOVED}
        for before, after in blocks:
            rest = [one for one in before if one not in taken], [one for one in after if one not in found]
            found |= {new: Counterpart(old, How.CHANGED) for old, new in _changed(*rest)}
        return found

    def _routines(self, text: Text) -> dict[tuple[str, str], tuple[Statement, ...]]:
        """What differs, and the models' own files: what stands in one may stand in the other one of them. Of two routines of one
        name the model's own is the one that runs."""
        files = [file for file in text.sources if file in self._models or not self._same_in_both(file)]
        of: dict[str, Routines] = {file: routines_of(file, text.sources[file]) for file in files}
        own = {scope for scope in of.get(text.model, {}) if scope}
        return {
            (file, scope): statements
            for file, routines in of.items()
            for scope, statements in routines.items()
            if file == text.model or scope not in own
        }

    def _same_in_both(self, file: str) -> bool:
        return self.old.sources.get(file) == self.new.sources.get(file)

    def _pairs(
        self,
        olds: Mapping[tuple[str, str], Sequence[Statement]],
        news: Mapping[tuple[str, str], Sequence[Statement]],
    ) -> dict[tuple[str, str], tuple[str, str]]:
        """For each routine of the new text that of the old one, both as file and name."""
        pairs: dict[tuple[str, str], tuple[str, str]] = {}
        for file, scope in news:
            own = (self.old.model, file) if file == self.new.model else (file, self.old.model)
            named = next(((other, scope) for other in (*own, *self.old.sources) if (other, scope) in olds), None)
            if named is not None:
                pairs[file, scope] = named
        for key in [key for key in news if key not in pairs]:
            rest = [other for other in olds if other not in pairs.values()]
            alike = {other: _likeness(_words(olds[other]), _words(news[key])) for other in rest}
            best = max(alike, key=lambda other: alike[other], default=None)
            if best is not None and alike[best] >= RENAMED:
                pairs[key] = best
        return pairs


_Pairs = list[tuple[Statement, Statement]]
_Block = tuple[Sequence[Statement], Sequence[Statement]]


def _aligned(old: Sequence[Statement], new: Sequence[Statement]) -> tuple[_Pairs, list[_Block]]:
    """The statements of one routine in two versions: those that are the same, and what is between them on both sides."""
    same: _Pairs = []
    between: list[_Block] = []
    matcher = SequenceMatcher(None, [one.text for one in old], [one.text for one in new], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            same += zip(old[i1:i2], new[j1:j2], strict=True)
        elif tag == "replace":
            between.append((old[i1:i2], new[j1:j2]))
    return same, between


def _changed(old: Sequence[Statement], new: Sequence[Statement]) -> Iterator[tuple[Statement, Statement]]:
    """The pairs in order, one or none for each statement, that are most alike altogether."""
    if len(old) * len(new) > MOST_PAIRS:
        return
    best: dict[tuple[int, int], tuple[float, tuple[tuple[int, int], ...]]] = {}
    for i in range(len(old), -1, -1):
        for j in range(len(new), -1, -1):
            if i == len(old) or j == len(new):
                best[i, j] = 0.0, ()
                continue
            choices = [best[i + 1, j], best[i, j + 1]]
            alike = _likeness(_WORD.findall(old[i].text), _WORD.findall(new[j].text))
            if alike >= ALIKE:
                value, rest = best[i + 1, j + 1]
                choices.append((value + alike, ((i, j), *rest)))
            best[i, j] = max(choices, key=lambda choice: choice[0])
    for i, j in best[0, 0][1]:
        yield old[i], new[j]


def _moved(old: Sequence[Statement], new: Sequence[Statement]) -> Iterator[tuple[Statement, Statement]]:
    """Statements that say enough to be known again, and that are left over once on each side."""
    gone, left = _by_text(old), _by_text(new)
    for text in gone.keys() & left.keys():
        if len(gone[text]) == len(left[text]) == 1 and ("=" in text or "(" in text):
            yield gone[text][0], left[text][0]


def _by_text(statements: Sequence[Statement]) -> dict[str, list[Statement]]:
    found: dict[str, list[Statement]] = {}
    for one in statements:
        found.setdefault(one.text, []).append(one)
    return found


def _words(statements: Sequence[Statement]) -> list[str]:
    return [one.text for one in statements]


def _likeness(one: Sequence[str], other: Sequence[str]) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _at(text: Text, position: Position) -> Statement | None:
    source = text.sources.get(position.file)
    return None if source is None else statement_at(position.file, source, position)
