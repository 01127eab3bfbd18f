# SPDX-License-Identifier: GPL-2.0-only
"""The list of findings: a TOML file beside the model, for people to read and for `make findings` to hold against the model."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from .signature import Signature, pattern

FIELDS = ("bug", "name", "what", "why", "code", "property", "settings", "events", "steps", "shows")
MAY_BE_LEFT_OUT = {"never": [], "message": ""}


class Wrong(Exception):
    """The list makes no sense, or the model does not show what it says. The text is one line."""


@dataclass(frozen=True)
class Finding:
    """bug: its number in docs/results/findings.md with a letter where it has several sides, or N1, N2, ... where it is not there. name: what it is
    called. stem: the name of its files in counterexamples/, without what comes after the dot. what: happens, in one sentence. why: how it happens, and why it matters. code: where, each as a routine and a text in it. shows: what its signature is and why that is this bug. message: a
    regular expression for the message of the violation."""

    bug: str
    name: str
    stem: str
    what: str
    why: str
    code: tuple[tuple[str, str], ...]
    property: str
    settings: tuple[tuple[str, int], ...]
    events: tuple[str, ...]
    signature: Signature
    shows: str
    message: str


def load_findings(path: Path) -> list[Finding]:
    """The findings in a file. Wrong if it is not such a list."""
    found: list[Finding] = []
    for number, entry in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["finding"], 1):
        try:
            found.append(_finding({**MAY_BE_LEFT_OUT, **entry}))
        except (TypeError, ValueError) as error:
            raise Wrong(f"{path}: error: finding {entry.get('bug', number)}: {error}") from None
    stems = [finding.stem for finding in found]
    for stem in stems:
        if stems.count(stem) > 1:
            raise Wrong(f"{path}: error: there are two findings {stem}; give one another letter")
    return found


def _finding(entry: dict[str, object]) -> Finding:
    wanted = {*FIELDS, *MAY_BE_LEFT_OUT}
    if wanted != entry.keys():
        raise ValueError(f"lacks {sorted(wanted - entry.keys())}, has unknown {sorted(entry.keys() - wanted)}")
    settings = entry["settings"]
    assert isinstance(settings, dict)
    return Finding(
        bug=_bug(entry["bug"]),
        name=str(entry["name"]),
        stem=_stem(_bug(entry["bug"]), str(entry["name"])),
        what=_prose(entry["what"]),
        why=_prose(entry["why"]),
        code=tuple(map(_line, _strings(entry["code"]))),
        property=str(entry["property"]),
        settings=tuple(settings.items()),
        events=tuple(_strings(entry["events"])),
        signature=Signature(tuple(map(pattern, _strings(entry["steps"]))), tuple(map(pattern, _strings(entry["never"])))),
        shows=_prose(entry["shows"]),
        message=str(entry["message"]),
    )


def _bug(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"N?\d+[a-z]?", value):
        raise ValueError(f"`{value}` is not a number of a bug; write 7, 2b or N1, in quotes")
    return value


def _stem(bug: str, name: str) -> str:
    """The name of its files, so that a list of them is in the order of the bugs."""
    digits = "".join(filter(str.isdigit, bug))
    number = bug.lower() if bug.startswith("N") else bug.replace(digits, digits.zfill(2))
    return f"bug-{number}-{name}"


def _line(text: str) -> tuple[str, str]:
    routine, colon, line = text.partition(": ")
    if not colon:
        raise ValueError(f"`{text}` is not a line of code; write ROUTINE: TEXT")
    return routine, line


def _prose(value: object) -> str:
    return " ".join(str(value).split())


def _strings(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"`{value}` is not a list of texts")
    return value
