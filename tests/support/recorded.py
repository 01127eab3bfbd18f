# SPDX-License-Identifier: GPL-2.0-only
"""What the bundled models record, read once: tests are made of it."""

from __future__ import annotations

import functools

from checker.language.front.load import load_program
from checker.language.tree import Expectation
from checker.project import PROJECT


@functools.cache
def expectations(model: str) -> tuple[Expectation, ...]:
    """The recorded configurations of a bundled model, by its name."""
    return load_program(PROJECT / f"models/{model}.py").expectations
