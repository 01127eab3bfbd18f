# SPDX-License-Identifier: GPL-2.0-only
"""Decides by the text of a file which lines of a damaged hunk are context, where the hunk's counts leave a choice.

The known old lines are gone through along with those of the hunk. A line with `+` is either added, or it is the next old line; a
line with `-` is the next old line with or without its mark. Of all ways there must be one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from checker.language.c.patch.diff import Change, Hunk, HunkLine
from checker.language.c.patch.known import KnownLine

MOST_STEPS = 2_000_000
"""How many steps are tried: lines of the hunk, times ways to read those before."""

_State = tuple[int, int]
"""How many lines with + and with - have been read as context."""


def decided(hunk: Hunk, known: Sequence[KnownLine | None]) -> Hunk:
    """The hunk without choice. known: its old lines, None where one is not known. PatchError (that of the choice) where they are
    not all known, or fit no way or two."""
    choice = hunk.choice
    assert choice is not None
    old = [None if line is None else line.text.split() for line in known]
    if None in old:
        raise choice.error
    steps: list[dict[_State, tuple[_State, bool, bool]]] = []  # per line: state before, read as context, one way only
    states: dict[_State, bool] = {(0, 0): True}
    certain = tried = 0  # how many old lines are gone through whatever is chosen
    for line in hunk.lines:
        step: dict[_State, tuple[_State, bool, bool]] = {}
        tried += len(states)
        for state, single in states.items():
            position = certain + state[0]
            there = old[position] if position < len(old) else None
            for after, context in _ways(line, state, there):
                if after[0] <= choice.plus and after[1] <= choice.minus:
                    step[after] = (state, context, single and after not in step)
        if not step or tried > MOST_STEPS:
            raise choice.error
        steps.append(step)
        states = {state: single for state, (_, _, single) in step.items()}
        certain += line.change is not Change.ADDED
    state = (choice.plus, choice.minus)
    if not states.get(state, False):
        raise choice.error
    lines: list[HunkLine] = []
    for line, step in zip(reversed(hunk.lines), reversed(steps), strict=True):
        state, context, _ = step[state]
        lines.append(line._replace(change=Change.CONTEXT, text=whole_text(line)) if context else line)
    return replace(hunk, lines=tuple(reversed(lines)), choice=None)


def whole_text(line: HunkLine) -> str:
    """The text of a line that is context: its mark is part of it."""
    return line.text if line.change is Change.CONTEXT else line.change.value + line.text


def _ways(line: HunkLine, state: _State, there: list[str] | None) -> list[tuple[_State, bool]]:
    """How a line can be read if `there` is the next old line (its words): the state behind it, and whether it is context."""
    plus, minus = state
    found: list[tuple[_State, bool]] = []
    if line.change is Change.ADDED:
        found.append((state, False))
        if whole_text(line).split() == there:
            found.append(((plus + 1, minus), True))
        return found
    if line.text.split() == there:
        found.append((state, line.change is Change.CONTEXT))
    if line.change is Change.REMOVED and whole_text(line).split() == there:
        found.append(((plus, minus + 1), True))
    return found
