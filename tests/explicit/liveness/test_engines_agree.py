# SPDX-License-Identifier: GPL-2.0-only
"""Liveness by both engines: the same graph, and not only the same verdicts but the same lassos, step for step."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import assume, event

from checker.explicit.liveness.compiled.generate import generate_graph
from checker.explicit.liveness.run_graph import RunGraph
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from checker.project import PROJECT
from tests.explicit.liveness.test_lassos import CASES
from tests.explicit.liveness.test_random_lassos import conditions
from tests.support.judges.brute.brute_liveness import violated
from tests.support.judges.confirming import replayed
from tests.support.judges.lassos import by_both
from tests.support.random.drawn import drawn_program, small_enough
from tests.support.random.random_graphs import random_graph
from tests.support.random.random_systems import random_system
from tests.support.sampling import some
from tests.support.seeds import seeds
from tests.support.systems.small_lassos import ASKING, PROPERTIES, SETTLES, TWO, WAITS
from tests.support.systems.small_programs import program_of

NO_DEMANDS = "n: Annotated[int, Range(0, 3)] = 0\n@action\ndef step() -> None:\n    global n\n    require(n < 3)\n    n = n + 1\n"
DEGENERATE = {
    "no demands, no processors, an end": NO_DEMANDS,
    "no transitions": 'n: bool = False\n@eventually("set", "never")\ndef is_set() -> bool:\n    "test"\n    return n\n',
    "one state, a transition to itself": "@action\ndef stay() -> None:\n    pass\nn: bool = False\n" + SETTLES.format("n"),
    "interrupts only": "n: bool = False\n@action(interrupt=True)\ndef irq() -> None:\n    global n\n    n = not n\n"
    + SETTLES.format("n"),
    "several initial states": ASKING
    + "@initial\ndef start() -> None:\n    global asked\n    asked = choose((False, True))\n"
    + SETTLES.format("asked"),
    "more pairs and demands than a word has bits": ASKING
    + "".join(
        f'@fair("f{n}")\ndef f{n}(k: Annotated[int, Range(0, 9)]) -> bool:\n    "test"\n    return asked or k > {n}\n'
        f'@eventually("e{n}", "never")\ndef e{n}(k: Annotated[int, Range(0, 9)]) -> bool:\n    "test"\n'
        f"    return answered or (asked and k > {n})\n"
        for n in range(10)
    ),
}


@pytest.mark.parametrize("name", some(CASES, 8))
def test_small_models(name: str) -> None:
    by_both(program_of(PROPERTIES + CASES[name][0]))


@pytest.mark.parametrize("text", DEGENERATE.values(), ids=DEGENERATE)
def test_models_in_which_something_is_missing_or_there_is_much_of_it(text: str) -> None:
    by_both(program_of(text))


@seeds(3, 150)
def test_random_systems(seed: int) -> None:
    chance = random.Random(seed)
    text = random_system(chance)
    program = drawn_program(text + conditions(chance, "class Cpu" in text))
    assume(Search(lower(program)).run().error is None)
    found = by_both(program)
    event(f"violated: {len(found.findings)}, vacuous: {found.vacuous}")


@seeds(3, 150)
def test_random_graphs(seed: int) -> None:
    chance = random.Random(seed)
    program = drawn_program(random_graph(chance, chance.choice((3, 6, 12))))
    found = by_both(program)
    with small_enough():
        assert set(found.findings) == violated(program, 60)
    search = Search(lower(program))
    search.run()
    for finding in found.findings.values():
        replayed(program, search, finding)
    event(f"violated: {len(found.findings)}, vacuous: {found.vacuous}")


@seeds(1, 60)
def test_random_graphs_that_are_larger(seed: int) -> None:
    chance = random.Random(seed)
    found = by_both(drawn_program(random_graph(chance, chance.choice((40, 120)))))
    event(f"violated: {len(found.findings)}, vacuous: {found.vacuous}")


BUNDLED = [
    (path.stem, number)
    for path in sorted((PROJECT / "models").glob("*.py"))
    if (program := load_program(path)).eventualities
    for number, expected in enumerate(program.expectations)
    if expected.states is not None and 1_000 < expected.states < 30_000
]


@pytest.mark.parametrize(("model", "number"), some(BUNDLED, 16))
def test_bundled_models_as_recorded(model: str, number: int) -> None:
    path = PROJECT / "models" / f"{model}.py"
    expected = load_program(path).expectations[number]
    program = load_program(Path(path), dict(expected.settings), expected.events)
    found = by_both(program)
    assert (found.states, found.transitions) == (expected.states, expected.transitions)
    recorded = dict(expected.violated or ())
    live = {e.property for e in program.eventualities}
    assert {name: len(finding.path) for name, finding in found.findings.items()} == {
        name: length for name, length in recorded.items() if name in live
    }


def test_the_source_is_the_same_each_time() -> None:
    runs = [RunGraph(lower(program_of(TWO + WAITS), liveness=True)) for _ in range(2)]
    one, other = (generate_graph(each.steps, each.conditions).source for each in runs)
    assert one == other
