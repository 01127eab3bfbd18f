# SPDX-License-Identifier: GPL-2.0-only
"""Lemmas that are learned from samples agree with all of them."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from checker.symbolic.lemmas.learning import UNDECIDED, Learner, Samples
from tests.support.judges.proving import case


def test_learned_lemmas_agree_with_the_samples(counter: Path) -> None:
    what = case(counter)
    sampled = what.sampled(what.states)
    samples = Samples(sampled.seen, [0] * len(sampled.features), sampled.count)
    wrong = [[None] if n == 0 else [0] for n in range(len(sampled.features))]
    found = samples.plain_clauses(wrong, 3)
    assert found and not any(samples.against(clause) for clause in found)
    assert samples.against(((0, frozenset([0])),))


@given(st.integers(0, 2**32 - 1))
def test_lemmas_from_a_growing_part_agree_with_all_samples(seed: int) -> None:
    chance = random.Random(seed)
    count, groups = chance.randrange(1, 300), [0, 0, 0, 1, 1]
    seen, values = [], []
    for group in groups:
        rows = [[chance.randrange(3) for _ in range(count)] for _ in range(3 if group else 1)]
        seen.append([[sum(1 << n for n, v in enumerate(row) if v == value) for value in range(3)] for row in rows])
        values.append([chance.choice([0, 1, 2, UNDECIDED]) for _ in rows])
    samples = Samples(seen, groups, count)
    learner = Learner(samples, (3, 2))
    plain, family = learner.plain_clauses(values, 2), learner.family_clauses(values)
    for clause in [*plain, *family]:
        assert not samples.against(clause)
        its = [(values[number][0], allowed) for number, allowed in clause if not groups[number]]
        assert all(value != UNDECIDED and value not in allowed for value, allowed in its)
    assert bool(plain) == bool(samples.plain_clauses(values, 2))
    assert bool(family) == bool(samples.family_clauses(values))
