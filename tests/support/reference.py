# SPDX-License-Identifier: GPL-2.0-only
"""What the reference implementation has of the kernel: it refuses other parameters and events."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from checker.project import PROJECT
from checker.result.verdict import USUAL
from spec.reference.kernel.kernel import EVENTS, Sizes

SIZES = {field.name.upper() for field in fields(Sizes)}


def is_known(settings: Iterable[str], events: Iterable[str]) -> bool:
    """Whether the reference implementation has these parameters and events; it refuses others."""
    return set(settings) <= SIZES and set(events) <= set(EVENTS)


def kept() -> tuple[list[Path], list[Path]]:
    """The stored counterexamples that the reference implementation can run, and those that it cannot."""
    known, unknown = [], []
    for file in sorted((PROJECT / "counterexamples/rfc_v1").glob("*.json")):
        stored = json.loads(file.read_text(encoding="utf-8"))
        differing = [name for name, value in stored["settings"].items() if USUAL.get(name) != value]
        (known if is_known(differing, stored["events"]) else unknown).append(file)
    return known, unknown
