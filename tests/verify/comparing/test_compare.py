# SPDX-License-Identifier: GPL-2.0-only
"""What holds of every comparison, whatever the two sides come to."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from checker.result.comparison import Change, Comparison, Difference
from checker.result.verdict import Status, VerdictKind
from checker.verify.comparing.compare import compare
from tests.verify.comparing.reviews import HELD, Searched, pairs, searched, side_of

Pairs = list[tuple[Searched, Searched]]


def compared(found: Pairs, old_runs: bool = False, new_runs: bool = False, complete: bool = True) -> Comparison:
    olds, news = ([pair[number] for pair in found] for number in (0, 1))
    return compare(side_of("old", olds, old_runs, complete), side_of("new", news, new_runs, complete))


def differences(comparison: Comparison) -> list[Difference]:
    return [difference for line in comparison.lines for difference in line.differences]


def number_of(difference: Difference) -> int:
    number = dict(difference.configuration.settings)["N"]
    assert isinstance(number, int)
    return number


@given(st.lists(searched(), min_size=1, max_size=3), st.booleans(), st.booleans())
def test_a_version_and_itself_differ_in_nothing(configurations: list[Searched], runs: bool, complete: bool) -> None:
    found = compared([(one, one) for one in configurations], runs, runs, complete)
    assert {difference.change for difference in differences(found)} <= {Change.STILL}
    assert not any(line.worse for line in found.lines)
    assert found.status is Status.AS_DEMANDED
    assert found.held == sum(said.kind in HELD for one in configurations for said in one.said.values())
    assert all(difference.old == difference.new for difference in differences(found))


@given(pairs, st.booleans(), st.booleans(), st.booleans())
def test_the_other_way_round_new_is_fixed_or_not_known(found: Pairs, old_runs: bool, new_runs: bool, complete: bool) -> None:
    there = differences(compared(found, old_runs, new_runs, complete))
    back = differences(compared([(new, old) for old, new in found], new_runs, old_runs, complete))

    def shown(ones: list[Difference], old: bool, *changes: Change) -> Counter[tuple[int, str, str]]:
        """Causes that are there on one side only."""
        lengths = ((one, one.old if old else one.new, one.new if old else one.old) for one in ones)
        only = (one for one, length, other in lengths if length is not None and other is None)
        return Counter((number_of(one), one.property, one.cause) for one in only if one.change in changes)

    def verdict(key: tuple[int, str, str]) -> VerdictKind | None:
        before = found[key[0]][0].said.get(key[1])
        return None if before is None else before.kind

    new = shown(there, False, Change.NEW)
    gone = shown(back, True, Change.FIXED, Change.UNKNOWN)
    told = {key for key in new if verdict(key) not in (None, VerdictKind.UNKNOWN)}
    assert told == set(gone)
    for key in new - gone:  # what was not known before cannot be fixed the other way round
        assert verdict(key) in (None, VerdictKind.UNKNOWN)
    both = [(number_of(one), one.property, one.old, one.new) for one in there if one.old is not None and one.new is not None]
    turned = [(number_of(one), one.property, one.new, one.old) for one in back if one.old is not None and one.new is not None]
    assert sorted(both) == sorted(turned)


@given(pairs, st.booleans(), st.booleans())
def test_longer_is_what_takes_more_steps(found: Pairs, runs: bool, complete: bool) -> None:
    for one in differences(compared(found, runs, runs, complete)):
        if one.old is not None and one.new is not None:
            assert (one.change is Change.LONGER) == (one.new > one.old)
            assert not one.worse


@given(pairs, st.booleans(), st.booleans(), st.booleans())
def test_what_was_not_searched_to_its_end_is_never_fixed(found: Pairs, old_runs: bool, new_runs: bool, complete: bool) -> None:
    for one in differences(compared(found, old_runs, new_runs, complete)):
        old, new = found[number_of(one)]
        if one.change is Change.FIXED:
            assert not (new.stopped or new.error or new.cut or new.omission)
            assert old.outside or not new.outside
            after = new.said[one.property]
            assert after.kind in HELD or (after.cause != one.cause and complete)
            assert not one.worse


@given(pairs, st.booleans(), st.booleans(), st.booleans())
def test_nothing_is_left_out(found: Pairs, old_runs: bool, new_runs: bool, complete: bool) -> None:
    result = compared(found, old_runs, new_runs, complete)
    told = differences(result)
    held = 0
    for number, (old, new) in enumerate(found):
        for name in {*old.said, *new.said}:
            of_it = [one for one in told if number_of(one) == number and one.property == name]
            before, after = old.said.get(name), new.said.get(name)
            if after is not None and after.kind is VerdictKind.VIOLATED:
                assert after.length in [one.new for one in of_it]
            if before is not None and before.kind is VerdictKind.VIOLATED:
                whole = after is not None and after.kind is not VerdictKind.UNKNOWN
                assert before.length in [one.old for one in of_it] or (not whole and of_it[0].change is Change.UNKNOWN)
            both = before is not None and after is not None and before.kind in HELD and after.kind in HELD
            held += both
            if not of_it:
                assert both or (before is None or before.kind is VerdictKind.UNKNOWN)
    assert result.held == held


@given(pairs, st.booleans(), st.booleans(), st.booleans())
def test_zero_says_that_nothing_got_worse(found: Pairs, old_runs: bool, new_runs: bool, complete: bool) -> None:
    result = compared(found, old_runs, new_runs, complete)
    lost = violated = False
    for old, new in found:
        lost |= new.error and not old.error
        for name in {*old.said, *new.said}:
            before, after = old.said.get(name), new.said.get(name)
            known = before is not None and before.kind is not VerdictKind.UNKNOWN
            lost |= known and (after is None or after.kind is VerdictKind.UNKNOWN)
            if after is not None and after.kind is VerdictKind.VIOLATED:
                violated |= before is None or before.kind in HELD
    assert result.status is not Status.AS_DEMANDED or not (lost or violated)
    if violated:
        assert result.status is Status.VIOLATED


@given(pairs, st.booleans())
def test_a_run_of_both_sides_is_no_news(found: Pairs, complete: bool) -> None:
    """Where both sides violate a property, and each run of one is a run of the other."""
    for one in differences(compared(found, True, True, complete)):
        old, new = found[number_of(one)]
        kinds = {side.said[one.property].kind for side in (old, new) if one.property in side.said}
        if kinds == {VerdictKind.VIOLATED} and one.property in old.said and one.property in new.said:
            assert one.change in (Change.STILL, Change.LONGER)
