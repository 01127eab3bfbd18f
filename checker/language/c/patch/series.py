# SPDX-License-Identifier: GPL-2.0-only
"""Patches in the order they apply: which mails hold one, and which place in the series each has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from checker.counting import counted
from checker.language.c.patch.diff_reading import Diffs, read_diffs
from checker.language.c.patch.hunks import SAVE_RAW
from checker.language.c.patch.mail import Message
from checker.language.c.patch.text import PatchError, Text

_TAG = re.compile(r"\[([^\[\]]*)\]")
_PLACE = re.compile(r"(?:^|\s)([0-9]{1,4})/([0-9]{1,4})(?:\s|$)")
_VERSION = re.compile(r"(?:^|\s)[vV]([0-9]{1,4})(?:\s|$)")
_REPLY = re.compile(r"(?:re|aw|fwd?)\s*:", re.IGNORECASE)
_PAGE = re.compile(r"\[[^\[\]]*\b[0-9]+/[0-9]+\]")
_COMMIT = re.compile(r"commit [0-9a-f]{40,64}(?: |$)")


@dataclass(frozen=True)
class Place:
    """What the tag of a subject says, as `[RFC PATCH v2 03/14]`: the third of 14 of version 2."""

    number: int
    of: int
    version: int


@dataclass(frozen=True)
class Patch:
    """One patch: its subject, what it changes, and the line of the input where it begins."""

    subject: str
    diffs: Diffs
    line: int


@dataclass(frozen=True)
class Series:
    """Patches in the order they apply, and what to say of those that are not there."""

    patches: tuple[Patch, ...]
    notes: tuple[str, ...]


def place_of(subject: str) -> Place | None:
    """The place in a series that a subject gives, if it gives one."""
    for tag in _TAG.findall(subject):
        place = _PLACE.search(tag)
        if place is not None:
            version = _VERSION.search(tag)
            return Place(int(place[1]), int(place[2]), int(version[1]) if version else 1)
    return None


def pages(text: Text) -> list[Message]:
    """What a text without a mail's header holds: the saved pages of an archive, each with a subject above a `From:` line, or one
    patch. PatchError for several commits of `git log`, which gives the newest first."""
    lines = text.lines
    starts = [
        index
        for index, line in enumerate(lines)
        if line.startswith("[")
        and _PAGE.match(line)
        and any(next_.startswith("From: ") for next_ in lines[index + 1 : index + 4])
    ]
    commits = [index for index, line in enumerate(lines) if _COMMIT.match(line)]
    if len(commits) > 1:
        raise text.error(
            commits[1], "several commits in the order of `git log`; give them as `git format-patch --stdout` writes them"
        )
    starts = [0, *starts[1:]] if starts else [0]
    ends = [*starts[1:], len(lines)]
    return [_page(text.part(start, end)) for start, end in zip(starts, ends, strict=True)]


def _page(text: Text) -> Message:
    """One saved page: its first line with a tag, or its `Subject:` line, is the subject."""
    subject = ""
    for line in text.lines[:50]:
        if line.startswith(("diff ", "--- ")):
            break
        if line.startswith("Subject: ") or (line.startswith("[") and _TAG.match(line)):
            subject = line.removeprefix("Subject: ")
            break
    return Message(" ".join(subject.split()), (text,), text.numbers[0])


def read_series(messages: Sequence[Message], name: str) -> Series:
    """The patches in messages, by their number. PatchError where one is missing, there twice, or of another series."""
    notes: list[str] = []
    replies = [message for message in messages if _REPLY.match(message.subject)]
    if replies and len(messages) > 1:
        notes.append(f"{counted(len(replies), 'reply in the mbox was', 'replies in the mbox were')} not read")
        messages = [message for message in messages if not _REPLY.match(message.subject)]
    placed = [(place_of(message.subject), message) for message in messages]
    cover = any(place is not None and place.number == 0 for place, _ in placed)
    patches: list[tuple[Place | None, Patch]] = []
    for place, message in placed:
        if place is not None and place.number == 0:
            continue
        patch = _patch(message)
        if patch.diffs.files:
            patches.append((place, patch))
        elif place is not None:
            why = f", as {message.obstacle}" if message.obstacle else ""
            raise PatchError(name, message.line, f"patch {place.number}/{place.of} holds no diff{why}; {SAVE_RAW}")
    if not patches:
        raise _no_patch(messages, cover, name)
    if _unnumbered(patches, name) and len(patches) > 1:
        notes.append("the patches have no numbers, and were applied in the order given")
    ordered = [patch for _, patch in patches] if _unnumbered(patches, name) else _ordered(patches, name, cover, notes)
    return Series(tuple(ordered), tuple(notes))


def _patch(message: Message) -> Patch:
    diffs = Diffs([], [])
    for text in message.texts:
        part = read_diffs(text)
        diffs.files += part.files
        diffs.repairs += part.repairs
    return Patch(message.subject, diffs, message.line)


def _no_patch(messages: Sequence[Message], cover: bool, name: str) -> PatchError:
    """The error for an input that holds no diff."""
    if cover:
        return PatchError(name, messages[0].line, "this is a cover letter only; give the series in one mbox, as `b4 am` saves it")
    for message in messages:
        if message.obstacle is not None:
            return PatchError(name, message.line, f"no diff can be read in this mail, as {message.obstacle}; {SAVE_RAW}")
    line = messages[0].line if messages else 1
    return PatchError(name, line, f"this mail holds no diff; {SAVE_RAW} of the patch")


def _unnumbered(patches: Sequence[tuple[Place | None, Patch]], name: str) -> bool:
    """Whether no patch says its place; PatchError where only some do."""
    without = [patch for place, patch in patches if place is None]
    if without and len(without) < len(patches):
        raise PatchError(
            name, without[0].line, "the subject of this patch has no number, and those of others have; give one series"
        )
    return bool(without)


def _ordered(patches: Sequence[tuple[Place | None, Patch]], name: str, covered: bool, notes: list[str]) -> list[Patch]:
    """Numbered patches in the order of their numbers."""
    by_number: dict[int, Patch] = {}
    first = patches[0][0]
    assert first is not None
    for place, patch in patches:
        assert place is not None
        if (place.of, place.version) != (first.of, first.version):
            raise PatchError(name, patch.line, f"this patch is {_said(place)}, and the first one {_said(first)}; give one series")
        if place.number > place.of:
            raise PatchError(name, patch.line, f"there is no patch {place.number} of {place.of}; give the series as it was sent")
        if place.number in by_number:
            there = by_number[place.number].line
            raise PatchError(name, patch.line, f"patch {place.number}/{place.of} is here already, at line {there}; leave one out")
        by_number[place.number] = patch
    if len(by_number) == 1 and not covered and first.of > 1:
        notes.append(f"patch {first.number} of {first.of} alone: what the others change was not read")
        return list(by_number.values())
    missing = [number for number in range(1, first.of + 1) if number not in by_number]
    if missing:
        shown = ", ".join(map(str, missing[:5])) + (", ..." if len(missing) > 5 else "")
        before = next((patch.line for number, patch in sorted(by_number.items()) if number > missing[0]), patches[-1][1].line)
        raise PatchError(
            name, before, f"patch {shown} of {first.of} is missing; give the whole series in one mbox, as `b4 am` saves it"
        )
    return [by_number[number] for number in sorted(by_number)]


def _said(place: Place) -> str:
    return f"{place.number}/{place.of} of version {place.version}"
