# SPDX-License-Identifier: GPL-2.0-only
"""The few lines that `check` prints for each cause: what happens, the steps that make it happen, who else shows it.

The statements that matter are notes in the form of a compiler, so that an editor that knows compilers goes from one to the
next. Other steps stand between them, in the same columns.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from checker.language.tree import Position
from checker.report.contexts import contexts, named
from checker.report.finding import came_from, headline, in_protocol, short, shown_arguments
from checker.report.source import source_line
from checker.report.text.screen import Screen
from checker.report.text.style import BOLD, CYAN, RED, YELLOW, Style, plain
from checker.report.told import told_trace
from checker.result.review import Cause, Note
from checker.result.verdict import Configuration
from checker.trace.data import Step, Trace

MOST_CHANGES = 2
"""A step changes more cells than this only in an atomic block; those that matter most are told."""

NARROW = 60
"""Below this width a step has no columns."""


MOST, FEWEST = 8, 4
"""Decisive steps that are shown of a cause, if it has so many."""

OTHERS = 3
"""Lines of a block that show no step: what happens, who else shows it, and the empty one behind it."""


def steps_shown(causes: Sequence[Cause], lines: int) -> list[int]:
    """How many decisive steps of each cause are shown, so that all blocks have no more lines than these, if that is possible with
    FEWEST in each. What is left over goes to those that have most."""
    counts = [len(chosen_steps(cause, len(cause.trace.steps))) for cause in causes]
    room = lines - OTHERS * len(causes)
    fits = (most for most in range(MOST, FEWEST, -1) if sum(min(count, most) for count in counts) <= room)
    most = next(fits, FEWEST)
    shown = [min(count, most) for count in counts]
    for number in sorted(range(len(counts)), key=lambda number: (-counts[number], number)):
        if min(counts[number], MOST) > shown[number] and sum(shown) < room:
            shown[number] += 1
    return shown


def cause_text(cause: Cause, screen: Screen, most: int, again: str, configurations: int) -> str:
    """The block of one cause. most: steps to show. again: the command that shows the whole run. configurations: how many were
    searched."""
    style = Style(screen.colour)
    trace = cause.trace
    lines = error_lines(headline(trace, cause.position, cause.why), screen, style)
    lines += _steps(cause, chosen_steps(cause, most), screen)
    return "\n".join([*lines, *_whole(_also(cause, configurations), trace, again, screen)]) + "\n"


def error_lines(text: str, screen: Screen, style: Style) -> list[str]:
    """The headline of a block, in lines."""
    place, error, message = plain(text).partition(" error:")
    first, *others = screen.wrap(f"{place}{error}{message}")
    if first.startswith(place + error):
        first = style(BOLD, place) + style(RED, error) + style(BOLD, first[len(place + error) :])
    return [first, *(style(BOLD, line) for line in others)]


def chosen_steps(cause: Cause, most: int) -> list[int]:
    """The numbers of the steps to show: those that say most. If nobody says which: the last one, then the protocol's and events,
    then the kernel's, late ones before early ones."""
    if cause.telling:
        return sorted(cause.telling[:most])
    notes = {note.step: note for note in cause.notes}
    steps = sorted({*cause.decisive, *notes})

    def rank(number: int) -> tuple[bool, bool, int]:
        step, note = cause.trace.steps[number - 1], notes.get(number)
        own = step.processor is None or in_protocol(step.at if note is None else note.position)
        return number != steps[-1], not own, -number

    return sorted(sorted(steps, key=rank)[:most])


def _also(cause: Cause, configurations: int) -> str:
    others = cause.properties[1:]
    found = list(dict.fromkeys(symptom.configuration for symptom in cause.symptoms))
    parts = [f"also {', '.join(others)}"] if others else []
    if configurations > 1:
        which = f" ({' | '.join(_short_names(found))})" if len(found) > 1 else ""
        parts.append(f"in {len(found)} of {configurations} configurations{which}")
    return "; ".join(parts)


def _short_names(configurations: Sequence[Configuration]) -> list[str]:
    """Each configuration by its events, if these tell them apart."""
    events = [",".join(one.events) for one in configurations]
    return events if len({*filter(None, events)}) == len(events) else list(map(str, configurations))


def _whole(also: str, trace: Trace, again: str, screen: Screen) -> list[str]:
    """Who else shows it and how to see all of it: in one line, or with the command on its own line where that is too long."""
    count = len(trace.steps)
    whole = "the whole run, " + (f"{count} steps" if count > 1 else "1 step" if count else "no step")
    text = plain(f"  {also + '; ' if also else ''}{whole}:")
    if screen.width is None or len(text) + 1 + len(again) <= screen.width:
        return [f"{text} {plain(again)}"]
    return [*screen.wrap(text), f"    {plain(again)}"]


@dataclass(frozen=True)
class Row:
    """A step that a block shows. noted: whether its place is a note, for an editor to jump to."""

    number: int
    position: Position
    noted: bool
    statement: str
    what: str


def rows_of(cause: Cause, chosen: Sequence[int], brief: bool = False) -> list[Row]:
    """The steps with these numbers. Places of the kernel are notes only where the protocol has none. brief: in fewer words."""
    trace, sources = told_trace(cause.trace), cause.subject.sources
    notes = {note.step: note for note in reversed(cause.notes)}
    rows = []
    for number in chosen:
        step, note = trace.steps[number - 1], notes.get(number)
        position = step.at if note is None else note.position
        what = _what(trace, step, note, brief)
        statement = _statement(trace, step, position, sources)
        if step.name in what and (step.processor is None or statement == f"{step.name}()"):
            statement = ""
        rows.append(Row(number, position, note is not None, statement, what))
    own = [row.noted and in_protocol(row.position) for row in rows]
    return [replace(row, noted=row.noted if not any(own) else of_protocol) for row, of_protocol in zip(rows, own, strict=True)]


def _steps(cause: Cause, chosen: Sequence[int], screen: Screen) -> list[str]:
    style = Style(screen.colour)
    where = contexts(cause.trace.steps)
    several = len({context.processor for context in where}) > 1
    shown = []
    for row in rows_of(cause, chosen):
        position = row.position
        place = f"{position.file}:{position.line}: note:" if row.noted else f"  {short(position)}"
        shown.append((row, place, named(where[row.number - 1], several)))
    places = max((len(place) for _, place, _ in shown), default=0)
    if screen.width is not None:
        places = min(places, screen.width // 3)  # a long path of one row takes no room from the others
    names = max((len(name) for *_, name in shown), default=0)
    lines = []
    for row, place, name in shown:
        if screen.width is not None and screen.width < NARROW:
            what = "; ".join(filter(None, (row.statement, row.what)))
            lines += screen.wrap(plain(f"{place} {row.number} {name.strip()}: {what}"))
            continue
        head = plain(f"{place:<{places}} {row.number:>3}  {name:<{names}}  ")
        lines += _row(head, plain(row.statement), plain(row.what), screen, style)
    return lines


def _row(head: str, statement: str, what: str, screen: Screen, style: Style) -> list[str]:
    """The statement, and behind it or below it what it changed."""
    gap = "  " if statement and what else ""
    if screen.width is None or len(head) + len(statement) + len(gap) + len(what) <= screen.width:
        return [_coloured(head, style) + statement + gap + style(YELLOW, what)]
    indent = " " * min(len(head), max(8, screen.width // 3))
    first, rest = _beginning(statement or what, screen.width - len(head))
    lines = [(_coloured(head, style) + (first if statement else style(YELLOW, first))).rstrip()]
    others = textwrap.wrap(rest, screen.width - len(indent), break_on_hyphens=False)
    lines += [indent + (line if statement else style(YELLOW, line)) for line in others]
    if statement:
        told = textwrap.wrap(what, screen.width - len(indent), break_on_hyphens=False)
        lines += [indent + style(YELLOW, line) for line in told]
    return lines


def _beginning(text: str, room: int) -> tuple[str, str]:
    """As many whole words as there is room for, and the rest."""
    words = text.split(" ")
    count = next((n for n in range(len(words), 0, -1) if len(" ".join(words[:n])) <= room), 0)
    return " ".join(words[:count]), " ".join(words[count:])


def _coloured(head: str, style: Style) -> str:
    place, note, rest = head.partition(": note:")
    return f"{place}:{style(CYAN, ' note:')}{rest}" if note else head


def _statement(trace: Trace, step: Step, position: Position, sources: Mapping[str, str]) -> str:
    """The event with its arguments, the line of the protocol, or the function of the kernel."""
    if step.processor is None:
        return f"event {step.name}" + "".join(f" {name}={value}" for name, value in shown_arguments(step))
    if not in_protocol(position):
        return f"{step.name}()"
    return source_line(sources, position) + came_from(trace, position)


def _what(trace: Trace, step: Step, note: Note | None, brief: bool) -> str:
    """What the note says, or the cells that it changed, those that the violation reads first; of a step that changed nothing,
    what it read. brief: in few words."""
    if note is not None and note.text:
        return (brief and note.brief) or note.text
    read = {cell for cell, _ in trace.violation.reads}
    changes = sorted(step.changes, key=lambda change: change.cell not in read)
    told = [f"{change.cell}: {change.before} -> {change.after}" for change in changes[:MOST_CHANGES]]
    if len(changes) > MOST_CHANGES:
        told.append(f"{len(changes) - MOST_CHANGES} more")
    return "; ".join(told)
