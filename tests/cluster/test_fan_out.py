# SPDX-License-Identifier: GPL-2.0-only
"""Jobs on a cluster, without Ray: each is done, once, whoever dies; and what died twice is said."""

from __future__ import annotations

import random
from typing import Any

import pytest

from checker.cluster.fan_out import NOBODY, TOO_DEEP, Doer, FanOut
from checker.cluster.messages import Cluster, ClusterError, Place
from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.project import MODELS
from checker.stopping import Died
from checker.verify.configuration import check_configuration, search_shipped, ship
from checker.verify.request import Request
from tests.cluster.processes import DEATH, in_turn

TWO = Cluster("auto", 2)


def square(number: Any, memory: int) -> int:
    if number == -1:
        raise MemoryError
    return int(number) ** 2


def done(jobs: list[int], cluster: Cluster = TWO, **how: Any) -> dict[int, int | Died]:
    """What comes of the jobs; each only once."""
    patience = how.pop("patience", 60.0)
    found: dict[int, int | Died] = {}

    def then(job: int, result: int | Died) -> None:
        assert job not in found
        found[job] = result

    with FanOut(cluster, lambda job: job, square, len(jobs), in_turn(**how), patience) as fan:
        for _ in fan.results(jobs, then):
            pass
    return found


def texts(found: dict[int, int | Died]) -> dict[int, int | str]:
    return {job: str(result) if isinstance(result, Died) else result for job, result in found.items()}


@pytest.mark.parametrize("seed", range(20))
def test_every_job_is_done_once_whoever_dies(seed: int) -> None:
    chance = random.Random(seed)
    jobs, deaths = list(range(30)), set(chance.sample(range(40), 12))
    begun: list[int] = []

    def dies(number: int) -> bool:
        begun.append(number)
        return number in deaths

    found = texts(done(jobs, Cluster("auto", chance.randint(1, 5)), dies=dies, seed=seed))
    twice = {job for job, result in found.items() if isinstance(result, str)}
    assert set(found) == set(jobs)
    assert all(found[job] == (f"{DEATH}, and so did a second one" if job in twice else job**2) for job in jobs)
    assert len(begun) == len(jobs) + len(deaths & set(begun)) - len(twice)


def test_one_death_costs_nothing() -> None:
    assert done([1, 2, 3], dies=lambda begun: begun == 1) == {1: 1, 2: 4, 3: 9}


def test_where_each_dies_each_is_told() -> None:
    assert set(texts(done([1, 2, 3], dies=lambda begun: True)).values()) == {f"{DEATH}, and so did a second one"}


def test_where_no_process_takes_the_place_of_the_dead() -> None:
    found = texts(done([1, 2, 3, 4], dies=lambda begun: begun in (1, 2), starts=lambda number: number < 2, patience=0.0))
    assert set(found) == {1, 2, 3, 4}
    told = [result for result in found.values() if isinstance(result, str)]
    assert len(told) == 3 and NOBODY in told and all(result == NOBODY or result.startswith(DEATH) for result in told)


def test_no_memory_ends_the_job_alone() -> None:
    assert texts(done([-1, 2])) == {-1: "out of memory", 2: 4}


def test_a_result_may_lead_to_another_job() -> None:
    found: list[int | Died] = []

    def then(job: int, result: int | Died) -> int | None:
        found.append(result)
        return job + 10 if job < 10 else None

    with FanOut(TWO, lambda job: job, square, 2, in_turn()) as fan:
        for _ in fan.results([1, 2], then):
            pass
    assert sorted(map(str, found)) == ["1", "121", "144", "4"]


def test_what_cannot_be_sent_is_told() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    found: list[int | Died] = []
    with FanOut(TWO, lambda job: deep if job else 3, square, 2, in_turn()) as fan:
        for _ in fan.results([0, 1], lambda job, result: found.append(result)):
            pass
    assert sorted(map(str, found)) == ["9", TOO_DEEP]


def test_processes_share_the_memory_of_their_machine() -> None:
    started: list[Any] = []

    def start(cluster: Cluster, most: int) -> Any:
        started.append(in_turn()(cluster, most))
        return started[0]

    with FanOut(TWO, lambda job: job, square, 9, start) as fan:
        for _ in fan.results([1, 2], lambda job, result: None):
            pass
        assert started[0].memory == [fan.places[0].memory * 3 // 8] * 2
    assert not started[0].alive


def test_another_version_of_stackproof_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Doer, "place", lambda self, node: Place(node, "far", 1, "0"))
    with pytest.raises(ClusterError, match="far has another version of stackproof"):
        done([1])


@pytest.mark.parametrize("model", ["dks.py", "rfc_v1.py"])
def test_a_search_that_is_sent_is_the_search(model: str) -> None:
    sizes = {"C": 1} if model == "dks.py" else {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2}
    request = Request(MODELS / model, sizes, None if model == "dks.py" else ("touch", "oom"))
    method, limits = Method("portable"), Limits()
    here = check_configuration(request, method, limits)
    found: list[Any] = []
    with FanOut(TWO, lambda job: ship(request, method, limits), search_shipped, 1, in_turn()) as fan:
        for _ in fan.results([0], lambda job, result: found.append(result)):
            pass
    [there] = found
    assert here.violated and there.violated == here.violated and there.verdicts == here.verdicts
    counts = [(run.statistics.states, run.statistics.transitions, run.statistics.depth) for run in (here, there)]
    assert counts[0] == counts[1]
