# SPDX-License-Identifier: GPL-2.0-only
"""The configurations that `check` runs when it is not told which: small ones first."""

from __future__ import annotations

from dataclasses import replace

from checker.language.front.load import load_program
from checker.verify.request import Request

KERNEL_LADDER = (
    {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3},
    {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3},
)
"""For a model of the kernel that records no ladder of its own."""


def ladder(asked: Request) -> list[Request]:
    """The model's own ladder (the entries of EXPECTED that say so, or those of a manifest), else a general one. asked: for any
    sizes and events."""
    program = load_program(asked.model, inputs=asked.inputs)
    own = [
        replace(asked, settings=dict(entry.settings), events=entry.events if program.events else None)
        for entry in program.expectations
        if entry.ladder
    ]
    if own:
        return own
    names = {parameter.name for parameter in program.parameters}
    if names.issuperset(KERNEL_LADDER[0]):
        return [replace(asked, settings=sizes, events=None) for sizes in KERNEL_LADDER]
    return [replace(asked, settings={}, events=None)]
