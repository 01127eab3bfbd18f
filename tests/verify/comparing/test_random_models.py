# SPDX-License-Identifier: GPL-2.0-only
"""Random small systems, searched and compared: with themselves, with others, and the other way round."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from checker.language.errors import UsageError
from checker.result.comparison import Change
from checker.result.verdict import Status
from tests.support.random.random_systems import random_system
from tests.support.systems.small_programs import HEADER
from tests.verify.comparing.versions import compared_texts, told

STATES = 400
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def system(seed: int) -> str:
    return HEADER + random_system(random.Random(seed))


@FEW
@given(st.integers(0, 10**6))
def test_a_system_and_itself_differ_in_nothing(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = compared_texts(Path(folder), system(seed), system(seed), STATES)
        except UsageError:  # what is drawn may be refused
            assume(False)
    assert {line.change for line in found.lines} <= {Change.STILL}
    assert found.status is Status.AS_DEMANDED
    assert all(one.old == one.new for line in found.lines for one in line.differences)


@FEW
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_other_way_round_new_is_what_is_gone(first: int, second: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            there = compared_texts(Path(folder), system(first), system(second), STATES)
            back = compared_texts(Path(folder), system(second), system(first), STATES)
        except UsageError:
            assume(False)
    appeared = {one for one in told(there) if one[0] == "NEW"}
    vanished = {one for one in told(back) if one[0] in ("FIXED", "UNKNOWN")}
    for _, name, _, steps in appeared:
        assert any(gone[1] == name and gone[2] in (steps, None) for gone in vanished), (appeared, vanished)
    for change, name, steps, _ in vanished:
        if change == "FIXED":
            assert any(one[1] == name and one[3] == steps for one in appeared)
    assert sorted((b, a, name) for _, name, a, b in told(there) if a and b) == sorted(
        (a, b, name) for _, name, a, b in told(back) if a and b
    )
