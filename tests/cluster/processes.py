# SPDX-License-Identifier: GPL-2.0-only
"""Processes that do jobs without Ray, one after the other in this process; they can be told to die."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from checker.cluster.fan_out import Doer, Processes
from checker.cluster.messages import Cluster
from checker.cluster.ray_cluster import Lost

DEATH = "a worker of the cluster died"


@dataclass(eq=False)
class Ref:
    """What stands for an answer. never: it does not come."""

    answer: Any
    never: bool = False


class InTurn:
    """As Actors of a Doer. dies: for each job that is begun, whether its process dies of it. starts: for each process, whether it
    starts. Answers come in the order that chance says."""

    def __init__(self, count: int, dies: Callable[[int], bool], starts: Callable[[int], bool], seed: int) -> None:
        self.alive: dict[int, Doer] = {}
        self.begun = itertools.count()
        self.numbers = itertools.count()
        self.dies = dies
        self.starts = starts
        self.chance = random.Random(seed)
        self.memory: list[int] = []
        for _ in range(count):
            self.add()

    def __len__(self) -> int:
        return len(self.alive)

    def add(self) -> int:
        number = next(self.numbers)
        self.alive[number] = Doer()
        return number

    def drop(self, number: int) -> None:
        del self.alive[number]

    def call(self, number: int, method: str, *arguments: Any, answers: int = 1) -> Ref:
        given = [each.answer if isinstance(each, Ref) else each for each in arguments]
        if method == "do":
            self.memory.append(given[1])
            if self.dies(next(self.begun)):
                return Ref(Lost(DEATH))
        elif not self.starts(number):
            return Ref(None, never=True)
        try:
            return Ref(getattr(self.alive[number], method)(*given))
        except MemoryError as error:
            return Ref(error)

    def get(self, awaited: Sequence[Ref], seconds: float | None = None) -> list[Any]:
        for each in awaited:
            if isinstance(each.answer, Exception):
                raise each.answer
        return [each.answer for each in awaited]

    def ready(self, awaited: Sequence[Ref], seconds: float) -> list[Ref]:
        there = [each for each in awaited if not each.never]
        return [self.chance.choice(there)] if there else []

    def node(self, number: int) -> Ref:
        return Ref("here")

    def close(self) -> None:
        self.alive.clear()


def in_turn(
    dies: Callable[[int], bool] = lambda begun: False, starts: Callable[[int], bool] = lambda number: True, seed: int = 0
) -> Callable[[Cluster, int], Processes]:
    """What starts as many as the cluster asks for."""
    return lambda cluster, most: InTurn(min(cluster.workers or most, most), dies, starts, seed)
