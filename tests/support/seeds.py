# SPDX-License-Identifier: GPL-2.0-only
"""Tests of random examples: some are drawn always, more with --slow, many with --all, by one and the same test."""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from tests.support.sampling import MOST, SAMPLE

SEEDS = st.integers(0, 2**32 - 1)
HEALTH = (HealthCheck.filter_too_much, HealthCheck.too_slow)


def seeds(few: int, many: int | None = None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A test that takes a `seed`, beside fixtures, is run for so many of them: the same ones in each run.

    few: always. many: with --all, one in SAMPLE of them with --slow, up to MOST, if that is more than the few; the few are among
    them. None: there are no others.
    """
    counts: list[Any] = [few]
    if many is not None:
        some = min(many // SAMPLE, MOST)
        if some > few:
            counts.append(pytest.param(some, marks=pytest.mark.slow))
        counts.append(pytest.param(many, marks=pytest.mark.exhaustive))

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        def test(examples: int, **fixtures: Any) -> None:
            def one(seed: int) -> None:
                check(seed=seed, **fixtures)

            # Left to itself, Hypothesis draws by the source of `one`, which is the same for all tests.
            own = zlib.crc32(f"{check.__module__}.{check.__qualname__}".encode())
            run = settings(max_examples=examples, deadline=None, database=None, suppress_health_check=HEALTH)(given(SEEDS)(one))
            seeded(own)(run)()

        # What pytest reads: the name, and which fixtures are wanted.
        test.__name__, test.__qualname__, test.__doc__, test.__module__ = (
            check.__name__,
            check.__qualname__,
            check.__doc__,
            check.__module__,
        )
        wanted = [name for name in inspect.signature(check).parameters if name != "seed"]
        kind = inspect.Parameter.KEYWORD_ONLY
        names = ["examples", *wanted]
        test.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in names])  # type: ignore[attr-defined]
        return pytest.mark.parametrize("examples", counts)(test)

    return decorate
