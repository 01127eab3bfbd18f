# SPDX-License-Identifier: GPL-2.0-only
"""The implementation agrees with the models along random walks, in every event; and a walk notices where it does not."""

from __future__ import annotations

import pytest

from spec.reference.kernel.kernel import EVENTS
from spec.reference.kernel.objects import NULL, TAG, Cpu, Task
from spec.reference.kernel.operations import LoadItem, Steps, StoreItem
from spec.reference.rfc import RfcProtocol
from tests.reference.reference_walks import Differs, Walks

ONE = {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 3}
TWO = {"CPUS": 2, "TASKS": 2, "STACK_PAGES": 3}
CONFIGURATIONS = [
    ({"CPUS": 1, "TASKS": 3, "STACK_PAGES": 2}, ("touch", "fork", "exit", "late-fault")),
    (TWO, EVENTS),
]
MORE = [
    (ONE, ("touch", "oom", "charge-fail", "sleep")),
    ({"CPUS": 1, "TASKS": 2, "STACK_PAGES": 4}, ("touch",)),
    (TWO, ("touch",)),
    (ONE, ("touch", "late-fault", "switch-fault")),
    (ONE, ("touch", "irq", "softirq")),
    (ONE, ("touch", "nmi")),
    (TWO, ("touch", "migrate", "sleep")),
    ({"CPUS": 2, "TASKS": 1, "STACK_PAGES": 2}, ("touch", "hotplug", "oom")),
    (ONE, ("touch", "remote-read", "oops-continues")),
    ({"CPUS": 3, "TASKS": 4, "STACK_PAGES": 4}, ("touch", "oom", "migrate", "exit", "hotplug")),
]


@pytest.mark.parametrize("model", ["rfc_v1", "hardened"])
@pytest.mark.parametrize(
    ("settings", "events"), [*CONFIGURATIONS, *(pytest.param(*each, marks=pytest.mark.slow) for each in MORE)]
)
def test_implementation_does_what_the_model_does(model: str, settings: dict[str, int], events: tuple[str, ...]) -> None:
    walks = Walks(model, settings, events)
    for seed in range(3):
        walks.walk(seed, 60)
    assert walks.compared > 25
    assert model == "rfc_v1" or walks.violated == set()


class MarksFirst(RfcProtocol):
    """Tags the slot before it looks at it again."""

    def get_page(self) -> Steps[int]:
        cpu = self.kernel.this_cpu()
        for i in range(self.kernel.pool_slots):
            page: int = yield LoadItem(cpu, "pool", i)
            if page != NULL and not page & TAG:
                yield StoreItem(cpu, "pool", i, page | TAG)
                return page
        return NULL


class PrefersTheTaskThatIsThere(RfcProtocol):
    def may_switch_to(self, cpu: Cpu, prev: Task, next: Task) -> bool:
        return prev.idle or next is prev


@pytest.mark.parametrize("planted", [MarksFirst, PrefersTheTaskThatIsThere])
def test_a_walk_notices_what_is_different(planted: type[RfcProtocol]) -> None:
    walks = Walks("rfc_v1", {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2}, ("touch",), planted())

    def walk() -> None:
        for seed in range(20):
            walks.walk(seed, 150)

    with pytest.raises(Differs):
        walk()
