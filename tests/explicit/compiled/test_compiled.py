# SPDX-License-Identifier: GPL-2.0-only
"""The compiled engine against the portable one: verdicts, counts, depths, lengths, and what was not reached."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import assume, note

from checker.explicit.compiled.c.generate import generate
from checker.explicit.compiled.compiler import Build
from checker.explicit.compiled.driver import CompiledSearch
from checker.explicit.search.results import Finding, Limits, Result
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.ir.system import System
from checker.language.errors import ModelError
from checker.language.python.load import load_program
from checker.language.tree import Program
from tests.support.judges.confirming import replayed
from tests.support.sampling import always, some
from tests.support.seeds import seeds
from tests.support.systems.random_systems import random_system
from tests.support.systems.small_programs import program_of

MODELS = sorted((Path(__file__).parents[1] / "models").glob("*.py"))
PROJECT = Path(__file__).resolve().parents[3]
LIMIT = Limits(states=20_000)


def agree(program: Program, threads: tuple[int, ...] = (1, 2)) -> Result:
    """Search with both engines; assert that they say the same, and that the replayer confirms what the compiled one found."""
    system = lower(program)
    expected = agree_with(program, system, frozenset(), threads)
    for reductions in (frozenset({"pages"}), frozenset({"pages", "symmetry"})) if system.symmetry is not None else ():
        reduced = agree_with(program, system, reductions, (1,))
        if expected.error is None and reduced.error is None:
            assert lengths(reduced) == lengths(expected)
    return expected


def lengths(result: Result) -> dict[str, tuple[str, int]]:
    return {name: (finding.kind, len(finding.path)) for name, finding in result.findings.items()}


def agree_with(program: Program, system: System, reductions: frozenset[str], threads: tuple[int, ...]) -> Result:
    portable = Search(system, None, reductions)
    expected = portable.run()
    for number, compact in [*((number, False) for number in threads), (1, True)]:
        generated = generate(portable.transitions, portable.canonical, compact)
        build = Build(generated.source)
        try:
            library = build.library()
        finally:
            build.close()
        telling = Search(system, None, portable.reductions)
        keep = number == 1 and not compact
        compiled = CompiledSearch(telling, generated, library, frozenset(program.properties), number, 0, keep=keep)
        result = compiled.run()
        assert (result.error is None) == (expected.error is None)
        for finding in [*result.findings.values(), *([result.error] if result.error is not None else [])]:
            assert len(replayed(program, telling, finding).steps) == len(finding.path)
        if expected.error is not None:
            assert len(result.error.path) == len(expected.error.path)
            assert lengths(result) == lengths(expected), "a model error hides nothing that is as near"
            continue
        assert outcome(result) == outcome(expected)
        assert compiled.states == (portable.states if keep else [])
        if number == 1:
            assert {name: path_of(finding) for name, finding in result.findings.items()} == {
                name: path_of(finding) for name, finding in expected.findings.items()
            }
    return expected


def path_of(finding: Finding) -> tuple[object, ...]:
    """The counterexample itself: one thread finds the same one as the portable engine."""
    return finding.arguments, finding.position, [(step.choices, step.state) for step in finding.path]


def outcome(result: Result) -> tuple[object, ...]:
    s = result.statistics
    return s.states, s.transitions, s.depth, s.frontier, lengths(result), result.reasons, result.stopped, set(result.unreached)


@pytest.mark.parametrize("path", some(MODELS, 4), ids=lambda path: path.stem)
def test_small_models(path: Path) -> None:
    agree(load_program(path))


@pytest.mark.parametrize(
    "settings_",
    always(
        [{"C": 1, "LATE": 1}, {"C": 1, "FAIL": 1, "LATE": 1}, {"C": 2}, {"C": 2, "FAIL": 1}, {"C": 1, "T": 3, "S": 2}],
        lambda settings_: settings_ == {"C": 1, "LATE": 1},
    ),
    ids=str,
)
def test_dks(settings_: dict[str, int]) -> None:
    agree(load_program(PROJECT / "models" / "dks.py", settings_))


@pytest.mark.parametrize("model", always(["rfc_v1.py", "rfc_v1_nr_fixed.py"], lambda model: model == "rfc_v1.py"))
@pytest.mark.parametrize(
    ("sizes", "events"),
    always(
        [
            ((1, 1, 3), ("touch", "late-fault", "migrate", "oom")),
            ((2, 1, 2), ("late-fault", "migrate")),
            ((1, 2, 3), ("touch", "oom")),
            ((2, 1, 3), ("late-fault", "migrate")),
            ((1, 1, 4), ("touch", "late-fault", "migrate", "oom")),
        ],
        lambda case: case[0] == (1, 1, 3),
    ),
    ids=str,
)
def test_kernel_models(model: str, sizes: tuple[int, int, int], events: tuple[str, ...]) -> None:
    settings_ = dict(zip(("CPUS", "TASKS", "STACK_PAGES"), sizes, strict=True))
    agree(load_program(PROJECT / "models" / model, settings_, events))


TALL = """
@record(count=4, alignment=16384, symmetric=True)
class Page:
    use: bool = False
p: Page | None = None
@action
def take(page: Page) -> None:
    global p
    p = page
"""


@pytest.mark.parametrize(("count", "exchanged"), [(3, True), (4, False)])
def test_references_too_large_for_the_tables_are_not_exchanged(count: int, exchanged: bool) -> None:
    program = program_of(TALL.replace("count=4", f"count={count}"))
    search = Search(lower(program), None, frozenset({"pages", "symmetry"}))
    assert (search.canonical is not None) == exchanged
    assert list(search.unused) == ([] if exchanged else ["symmetry of Page"])
    agree(program)


ERROR_AFTER_VIOLATION = """
Few = Annotated[int, Range(0, 3)]
count: Few = 0
@function
def low(v: Few) -> bool:
    return v < 1
@action
def act() -> None:
    global count
    count = 2
@invariant("low", "text")
def stays_low(k: Few) -> bool:
    'Why.'
    return low(count + k) or count == 0
"""


def test_a_property_found_violated_is_not_evaluated_any_more() -> None:
    assert "low" in agree(program_of(ERROR_AFTER_VIOLATION)).findings


def test_a_file_whose_name_ends_a_comment(tmp_path: Path) -> None:
    model = tmp_path / "a*" / "model.py"
    model.parent.mkdir()
    model.write_text(MODELS[0].read_text(encoding="utf-8"), encoding="utf-8")
    agree(load_program(model), (1,))


@seeds(3, 140)
def test_random_systems(seed: int) -> None:
    check(seed)


def check(seed: int) -> None:
    text = random_system(random.Random(seed))
    note(text)
    try:
        program = program_of(text)
        system = lower(program)
    except ModelError:
        assume(False)
    search = Search(system)
    if search.run(limits=LIMIT).stopped is not None:
        assume(False)
    agree(program)
