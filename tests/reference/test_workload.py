# SPDX-License-Identifier: GPL-2.0-only
"""The workload: it ends, it is repeatable, its sums are right, and where a protocol fails it says so."""

from __future__ import annotations

import dataclasses
import random

import pytest

from spec.reference import hardened
from spec.reference.kernel import allocator
from spec.reference.kernel.failures import Ended, Failure, Halted, LostPage
from spec.reference.kernel.kernel import Kernel
from spec.reference.kernel.operations import Steps
from spec.reference.workload import workload as module
from spec.reference.workload.depths import NAMED, Depths, depths_of
from spec.reference.workload.posted_figures import POSTED, SHARE_OF_MEMORY
from spec.reference.workload.workload import NoProgress, Parameters, Result, run
from spec.reference.workload.workload_report import Row, parameters_of, text

SMALL = Parameters("hardened", 2, 12, Depths((3, 1, 1, 1)), replaced=24, failing=0.05)


def what_counts(result: Result) -> Result:
    return dataclasses.replace(result, seconds=0.0)


@pytest.mark.parametrize("cpus", [1, 3])
@pytest.mark.parametrize("failing", [0.0, 0.3])
def test_it_ends_with_all_tasks_alive(cpus: int, failing: float) -> None:
    result = run(dataclasses.replace(SMALL, cpus=cpus, failing=failing, seed=cpus))
    assert result.ended is None
    assert result.stacks == 12
    assert result.lived == 12 - 1 + 24  # init has its stack, and does nothing that is counted
    assert (result.failed_allocations + result.failed_charges > 0) == (failing > 0)
    assert result.killed == result.counts.refused == 0
    assert 12 < result.pages < 48
    assert 0 < result.faulted <= result.counts.growths == result.counts.looked
    if failing == 0:
        assert result.failed_forks == 0
        assert result.pool_pages == 3 * cpus


def test_the_same_seed_gives_the_same_run_and_another_one_another() -> None:
    first, second = run(SMALL), run(SMALL)
    assert what_counts(first) == what_counts(second)
    assert what_counts(first) != what_counts(run(dataclasses.replace(SMALL, seed=1)))


def test_tasks_that_stay_on_their_first_page_never_fault() -> None:
    result = run(dataclasses.replace(SMALL, depths=Depths((1,)), failing=0.0))
    assert (result.faulted, result.counts.growths, result.share) == (0, 0, 0.25)


def test_tasks_that_go_all_the_way_save_nothing() -> None:
    result = run(dataclasses.replace(SMALL, depths=Depths((0, 0, 0, 1)), failing=0.0, replaced=0))
    assert result.faulted == result.lived == 11
    assert result.pages == 11 * 4 + 1  # init stays where it is
    assert 11 < result.counts.growths <= 33  # some go there in one access


def test_pages_that_are_mapped_were_each_a_growth_or_there_from_the_start() -> None:
    """Without exits and jumps each growth maps one page."""
    result = run(dataclasses.replace(SMALL, jumps=0.0, replaced=0))
    assert result.pages == result.stacks + result.counts.growths


def test_with_jumps_a_growth_maps_several() -> None:
    result = run(dataclasses.replace(SMALL, depths=Depths((0, 0, 0, 1)), jumps=1.0, replaced=0))
    assert result.counts.growths == 11
    assert result.pages == 11 * 4 + 1


def test_the_posted_protocol_fails_where_tasks_jump() -> None:
    found: list[Ended | None] = [
        run(dataclasses.replace(SMALL, protocol="rfc_v1", depths=Depths((0, 0, 1, 1)), jumps=0.5, seed=seed)).ended
        for seed in range(4)
    ]
    assert all(isinstance(ended, Failure | Halted) for ended in found)


def test_what_is_wrong_in_the_end_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """No step stumbles over a page that nobody has."""
    free_page = allocator.free_page

    def forgets_page_7(kernel: Kernel, pointer: int) -> Steps[None]:
        if kernel.pages.name(pointer) != "page7":
            yield from free_page(kernel, pointer)

    monkeypatch.setattr(hardened, "free_page", forgets_page_7)
    ended = [run(dataclasses.replace(SMALL, replaced=100, seed=seed)).ended for seed in range(3)]
    assert any(isinstance(end, LostPage) for end in ended)


def test_one_that_does_not_come_to_its_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEPS", (500, 0))
    result = run(dataclasses.replace(SMALL, replaced=1000))
    assert isinstance(result.ended, NoProgress)
    assert result.steps == 501


def test_depths() -> None:
    source = random.Random(0)
    depths = depths_of("70,20,8,2", 4)
    drawn = [depths.draw(source) for _ in range(20_000)]
    for level, share in enumerate((0.7, 0.2, 0.08, 0.02)):
        assert abs(drawn.count(level) / len(drawn) - share) < 0.015
    assert depths_of("shallow", 4).weights == NAMED["shallow"]
    assert depths_of("shallow", 2).weights == (95.0, 5.0)
    assert depths_of("1", 4).share_deeper() == 0
    assert str(depths_of("1,1", 4)) == "50 %, 50 % need 1, 2, ... pages"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("steep", "neither one of shallow, mixed, deep nor numbers"),
        ("1,2,", "neither one of"),
        ("1,2,3,4,5", "5 numbers, and a stack has 4 pages"),
        ("1,-1", "must not be negative"),
        ("0,0", "one must be above 0"),
        ("nan", "must not be negative"),
        ("1,inf", "must not be negative"),
        ("1e308,1e308", "nor huge"),
    ],
)
def test_depths_that_make_no_sense(given: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        depths_of(given, 4)


def test_the_posted_figures_are_about_what_the_rfc_says_of_them() -> None:
    for machine in POSTED.values():
        assert machine.fixed == machine.stacks * 16
        assert machine.dynamic == (machine.stacks + machine.grown_pages) * 4
        assert abs(machine.share - SHARE_OF_MEMORY) < 0.025
        assert 0 < machine.grown_pages / machine.stacks < 0.09
        assert machine.share < machine.share_with_pools < 0.31


def test_scaled_machines() -> None:
    scaled = parameters_of(POSTED["genoa"], 20, SMALL)
    assert (scaled.cpus, scaled.tasks, scaled.protocol) == (19, 289, "hardened")
    assert parameters_of(POSTED["haswell"], 100, SMALL).cpus == 1


def test_the_table_has_the_numbers_of_both() -> None:
    result = Result(SMALL, stacks=100, pages=130, idle_pages=4, pool_pages=6, lived=300, faulted=30)
    shown = text([Row(POSTED["haswell"], result)], "paper")
    row = next(line for line in shown.splitlines() if line.startswith("Intel Haswell"))
    assert row.split() == [
        "Intel",
        "Haswell",
        "72",
        "2,644",
        "42,304",
        "10,624",
        "25.1",
        "%",
        "2",
        "100",
        "1,600",
        "520",
        "32.5",
        "%",
        "10.0",
        "%",
    ]
    assert "these runs take 35.0 %" in shown
    assert "one run from the top" in shown
    result.ended = Failure("something broke")
    assert "Intel Haswell: error:" in text([Row(POSTED["haswell"], result)], "paper")
