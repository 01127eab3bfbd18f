# SPDX-License-Identifier: GPL-2.0-only
"""The compiled engine against the portable one: verdicts, counts, depths, lengths, and what was not reached."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import assume, note

from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError
from checker.language.front.load import load_program
from checker.project import PROJECT
from tests.support.judges.compiled import BOTH, agree
from tests.support.random.random_systems import random_system
from tests.support.sampling import always, some
from tests.support.seeds import seeds
from tests.support.systems.small_programs import program_of

MODELS = sorted((Path(__file__).parents[1] / "models").glob("*.py"))
LIMIT = Limits(states=20_000)


@pytest.mark.parametrize("path", some(MODELS, 6), ids=lambda path: path.stem)
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
    agree(load_program(PROJECT / "models" / model, settings_, events), reduced_by=(BOTH,))  # small models have each by itself


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


@pytest.mark.parametrize("name", ["a*", "a*\\\n", "caf\udce9", "a*\\\r\n"])
def test_a_file_whose_name_ends_a_comment(name: str, tmp_path: Path) -> None:
    model = tmp_path / name / "model.py"
    model.parent.mkdir()
    model.write_text(MODELS[0].read_text(encoding="utf-8"), encoding="utf-8")
    agree(load_program(model), (1,))


@seeds(2, 140)
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
