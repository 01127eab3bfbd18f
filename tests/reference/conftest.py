# SPDX-License-Identifier: GPL-2.0-only
"""What the tests of page faults share: none of them may hang, and where userfaultfd is not permitted they say why."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from spec.reference.real.userfaultfd import Unavailable, Userfault, open_userfault

SECONDS = 150


@pytest.fixture
def time_limit() -> Iterator[None]:
    """Ends the test with an error after SECONDS, wherever its main thread waits."""

    def expired(*_: object) -> None:
        raise TimeoutError(f"not done within {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, expired)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def userfault(time_limit: None) -> Iterator[Userfault]:
    """An open userfaultfd; the test is skipped where there is none."""
    try:
        found = open_userfault()
    except Unavailable as reason:
        pytest.skip(str(reason))
    yield found
    found.close()
