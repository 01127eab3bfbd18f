# SPDX-License-Identifier: GPL-2.0-only
"""Walks that hypothesis chooses, at sizes that are too large to be looked at in full."""

from __future__ import annotations

import functools

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from checker.conformance.abstraction import machine_for
from checker.conformance.comparison import Comparison
from checker.conformance.difference import compare_moves
from checker.conformance.implementation import Implementation
from checker.conformance.specification import Specification
from checker.conformance.subject import End, Ended
from checker.language.front.load import load_program
from checker.project import PROJECT
from spec.reference.kernel.protocol import Protocol
from tests.conformance.planted import CountsUp

RUNNING = ("touch", "late-fault", "switch-fault", "nmi", "oom", "charge-fail", "migrate")
LIVING = ("touch", "irq", "softirq", "oom", "sleep", "fork", "exit", "hotplug", "oops-continues")
SIZES = {"CPUS": 3, "TASKS": 3, "STACK_PAGES": 4}


@functools.cache
def beside(
    model: str, events: tuple[str, ...], protocol: type[Protocol] | None
) -> tuple[Specification, Implementation, Comparison, object]:
    program = load_program(PROJECT / f"models/{model}.py", SIZES, events)
    specification = Specification(program)
    subject = Implementation(specification, machine_for(program, None if protocol is None else protocol()))
    comparison = Comparison(specification, subject)
    return specification, subject, comparison, subject.save()


class Walk(RuleBasedStateMachine):
    """The machine beside the model. Each rule is a stretch of a walk, one number for each step; a walk that has ended begins anew."""

    model = "rfc_v1"
    events = RUNNING
    protocol: type[Protocol] | None = None
    steps = 0

    @initialize()
    def begin(self) -> None:
        self.specification, self.subject, self.comparison, self.boot = beside(self.model, self.events, self.protocol)
        self.subject.restore(self.boot)
        self.state = self.specification.initial
        assert self.comparison.state(None, None, self.state) is None

    @rule(chosen=st.lists(st.integers(0, 23), min_size=1, max_size=30))
    def go(self, chosen: list[int]) -> None:
        """Anything that is possible, one after the other."""
        for number in chosen:
            self.step(number)

    @rule(cpu=st.integers(0, SIZES["CPUS"] - 1), chosen=st.lists(st.integers(0, 3), min_size=1, max_size=60))
    def run(self, cpu: int, chosen: list[int]) -> None:
        """One CPU alone."""
        for number in chosen:
            self.step(number, cpu)

    def step(self, number: int, cpu: int | None = None) -> None:
        ways = self.specification.ways(self.state)
        assert compare_moves(ways, self.subject.moves()) is None
        possible = [way for way in ways if not (isinstance(way.outcome, Ended) and way.outcome.end is End.CUT)]
        possible = [way for way in possible if cpu is None or way.move.processor == cpu]
        if not possible:
            return
        way = possible[number % len(possible)]
        type(self).steps += 1
        wrong = self.comparison.step(self.state, way)
        assert wrong is None, wrong
        if isinstance(way.outcome, int):
            self.state = way.outcome
        else:
            self.begin()


def walk(model: str, events: tuple[str, ...], examples: int, stretches: int, protocol: type[Protocol] | None = None) -> int:
    """Walks, and gives how many steps were compared."""
    beside.cache_clear()
    made = type("Walk", (Walk,), {"model": model, "events": events, "protocol": protocol, "steps": 0})
    run_state_machine_as_test(
        made,
        settings=settings(
            max_examples=examples,
            stateful_step_count=stretches,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
    return made.steps


@pytest.mark.parametrize("events", [RUNNING, LIVING], ids=["running", "living"])
@pytest.mark.parametrize("model", ["rfc_v1", "hardened"])
def test_walks_that_hypothesis_chooses(model: str, events: tuple[str, ...]) -> None:
    assert walk(model, events, 8, 20) > 500


def test_a_walk_finds_a_planted_difference() -> None:
    with pytest.raises(AssertionError, match="vm_area"):
        walk("rfc_v1", RUNNING, 100, 30, CountsUp)


@pytest.mark.slow
@pytest.mark.parametrize("events", [RUNNING, LIVING], ids=["running", "living"])
@pytest.mark.parametrize("model", ["rfc_v1", "hardened"])
def test_many_walks(model: str, events: tuple[str, ...]) -> None:
    assert walk(model, events, 60, 50) > 10_000
