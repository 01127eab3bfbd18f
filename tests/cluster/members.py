# SPDX-License-Identifier: GPL-2.0-only
"""Members of a distributed search without Ray, one after the other in this process."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from checker.cluster.member import Member
from checker.cluster.messages import Cluster
from checker.cluster.ray_cluster import Lost


class Ref:
    """What stands for an answer."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer


class InThisProcess:
    """As Actors. lost_after: the call that is not answered any more, as one to a process that has died."""

    def __init__(self, count: int, check: Callable[[], None], lost_after: int | None = None) -> None:
        self.members = [Member() for _ in range(count)]
        self.check = check
        self.calls = itertools.count()
        self.lost_after = lost_after

    def __len__(self) -> int:
        return len(self.members)

    def call(self, number: int, method: str, *arguments: Any, answers: int = 1) -> Any:
        if self.lost_after is not None and next(self.calls) >= self.lost_after:
            lost = Ref(Lost("a worker of the cluster was lost: by a test"))
            return lost if answers == 1 else [lost] * answers
        answer = getattr(self.members[number], method)(*(a.answer if isinstance(a, Ref) else a for a in arguments))
        return Ref(answer) if answers == 1 else [Ref(each) for each in answer]

    def get(self, awaited: Sequence[Any], seconds: float | None = None) -> list[Any]:
        self.check()
        for answer in awaited:
            if isinstance(answer.answer, Lost):
                raise answer.answer
        return [answer.answer for answer in awaited]

    def node(self, number: int) -> Any:
        return Ref("here")

    def close(self) -> None:
        for member in self.members:
            member.end()


def members(lost_after: int | None = None) -> Callable[[Cluster, Callable[[], None]], InThisProcess]:
    """What starts as many as the cluster asks for."""
    return lambda cluster, check: InThisProcess(cluster.workers or 1, check, lost_after)
