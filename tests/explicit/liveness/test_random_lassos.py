# SPDX-License-Identifier: GPL-2.0-only
"""Liveness of random small systems under random assumptions: the engine against the replayer's machine, and its lassos replayed."""

from __future__ import annotations

import random

from hypothesis import assume, event

from checker.explicit.lassos import find_lassos
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from tests.support.judges.brute.brute_liveness import violated
from tests.support.judges.confirming import replayed
from tests.support.random.drawn import drawn_program, small_enough
from tests.support.random.random_systems import random_system
from tests.support.seeds import seeds

STATES = ("flag", "count == 1", "count == 0", "p is None", "colour == Colour.RED", "slots[0] is slots[1]", "seen", "wide == 0")


def atom(chance: random.Random, processors: bool) -> str:
    if not processors or chance.random() < 0.4:
        return chance.choice(STATES)
    routine = chance.choice(("main", "helper", "inner", "handler"))
    return chance.choice((f"calls(cpu, {routine})", f"in_routine(cpu, {routine})", "pending[cpu]", "has_frames(cpu)"))


def condition(chance: random.Random, processors: bool, of_state: bool = False) -> str:
    """of_state: it asks for no calls."""
    text = atom(chance, processors)
    while of_state and "calls" in text:
        text = atom(chance, processors)
    if of_state:
        return text if chance.random() < 0.7 else f"not ({text})"
    for _ in range(chance.choice((0, 0, 1))):
        text = f"{text} {chance.choice(('and', 'or'))} {chance.choice(('', 'not '))}{atom(chance, processors)}"
    return text if chance.random() < 0.7 else f"not ({text})"


def conditions(chance: random.Random, processors: bool) -> str:
    """Two or three demands, and up to two assumptions."""
    signature = "(cpu: Cpu)" if processors else "()"
    lines = []

    def code(name: str, decorator: str, of_state: bool = False) -> None:
        body = condition(chance, processors, of_state)
        lines.append(f"{decorator}\ndef {name}{signature} -> bool:\n    'test'\n    return {body}")

    for number in range(2):
        code(f"demand{number}", f'@eventually("demand{number}", "never")')
    if processors:
        code("soon", '@bounded("soon", "never")')
    for number in range(2):
        code(f"asked{number}", "@function", of_state=True)
        code(f"answer{number}", f'@leads_to("answer{number}", "never", given=asked{number})', of_state=True)
    code("settles", '@eventually_always("settles", "not for good")', of_state=True)
    for number in range(chance.choice((0, 1, 1, 2))):
        given_ = ""
        if chance.random() < 0.6:
            code(f"given{number}", "@function")
            given_ = f", given=given{number}"
        code(f"assumed{number}", f'@fair("assumed"{given_})')
    if chance.random() < 0.6:  # else most of these systems have no infinite run
        lines.append("@action\ndef tick() -> None:\n    pass")
    return "\n".join([*lines, ""])


@seeds(8, 250)
def test_the_engine_finds_the_lassos_that_brute_force_finds(seed: int) -> None:
    check(seed)


def check(seed: int) -> None:
    chance = random.Random(seed)
    text = random_system(chance)
    text += conditions(chance, "class Cpu" in text)
    program = drawn_program(text)
    search = Search(lower(program))
    result = search.run()
    assume(result.error is None)
    with small_enough():
        expected = violated(program, 60)
    found = find_lassos(lower(program, liveness=True), frozenset(e.property for e in program.eventualities))
    assert (found.states, found.transitions) == (result.statistics.states, result.statistics.transitions)
    assert set(found.findings) == expected
    event(f"violated: {len(expected)}, vacuous: {found.vacuous}")
    for finding in found.findings.values():
        trace = replayed(program, search, finding)
        assert trace.cycle is not None
        assert len(trace.steps) == len(finding.path)
