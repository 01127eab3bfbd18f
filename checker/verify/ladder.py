# SPDX-License-Identifier: GPL-2.0-only
"""The configurations that `check` runs when it is not told which: small ones first."""

from __future__ import annotations

from pathlib import Path

from checker.language.front.load import load_program
from checker.verify.request import Request

KERNEL_LADDER = (
    {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
    {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
)
"""For a model of the kernel that records no ladder of its own."""


def ladder(model: Path, properties: tuple[str, ...] | None) -> list[Request]:
    """The model's own ladder (the entries of EXPECTED that say so), else a general one."""
    program = load_program(model)
    own = [
        Request(model, dict(entry.settings), entry.events if program.events else None, properties)
        for entry in program.expectations
        if entry.ladder
    ]
    if own:
        return own
    names = {parameter.name for parameter in program.parameters}
    if names.issuperset(KERNEL_LADDER[0]):
        return [Request(model, sizes, None, properties) for sizes in KERNEL_LADDER]
    return [Request(model, {}, None, properties)]
