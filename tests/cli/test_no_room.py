# SPDX-License-Identifier: GPL-2.0-only
"""Where a record has too few instances: what to raise, and what is said of the other properties."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.result.verdict import VerdictKind
from checker.verify.configuration import check_configuration
from checker.verify.request import Request

MODEL = """from checker.language import action, allocate, constant_of_model, every, invariant, is_allocated, parameter, record, require

TASKS = parameter(1, 1, 2, "tasks")
SPARE = parameter(0, 0, 4, "things to spare")
KEPT = constant_of_model(0, "things that are kept")
ALL = TASKS + SPARE + KEPT


@record(count=ALL, allocated=True)
class Thing:
    made: bool = False


@record(count=TASKS)
class Task:
    busy: bool = False


@action
def make(task: Task) -> None:
    task.busy = True
    thing = allocate(Thing)
    thing.made = True


@invariant("all-made", "{thing} is not made")
def all_made(thing: Thing) -> bool:
    \"\"\"What is allocated is made.\"\"\"
    return not is_allocated(thing) or thing.made
"""

LEAKS = """

@invariant("none-made", "{thing} is made")
def none_made(thing: Thing) -> bool:
    \"\"\"Nothing leaks.\"\"\"
    return not is_allocated(thing)
"""


@pytest.mark.parametrize(
    ("model", "record", "advice"),
    [
        ("rfc_v1", "Page", "raise SPARE_PAGES or POOL_SLOTS in the model or KEPT_PAGES in the model"),
        ("rfc_v1", "VmArea", "raise TASKS or CPUS"),
        ("rfc_v1", "Cpu", "raise CPUS"),
        ("dks", "Frame", "raise C or S or T"),
    ],
)
def test_what_gives_a_record_more_instances(model: str, record: str, advice: str) -> None:
    assert load_program(PROJECT / "models" / f"{model}.py").records[record].more == advice


def test_a_number_is_raised_where_it_stands() -> None:
    page = load_program(PROJECT / "docs" / "guide" / "free_list.py").records["Page"]
    assert page.more == f"raise the count of @record at docs/guide/free_list.py:{page.position.line - 1}:2"


@pytest.mark.parametrize("engine", ["portable", "compiled"])
def test_nothing_is_known_beyond_where_there_is_no_room(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    run = check_configuration(Request(path, {}, None), Method(engine, 1), Limits())
    (verdict,) = run.verdicts
    assert verdict.kind is VerdictKind.UNKNOWN
    assert verdict.detail == (f"arena: {path}:22:13: all 1 instances of Thing are allocated; raise SPARE or KEPT in the model")


@pytest.mark.parametrize("engine", ["portable", "compiled"])
def test_a_model_that_leaks_is_known_up_to_there(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "model.py"
    path.write_text(MODEL + LEAKS)
    run = check_configuration(Request(path, {}, None), Method(engine, 1), Limits())
    kinds = {verdict.property: verdict.kind for verdict in run.verdicts}
    assert kinds == {"all-made": VerdictKind.BOUNDED, "none-made": VerdictKind.VIOLATED}
    (bounded,) = (verdict for verdict in run.verdicts if verdict.property == "all-made")
    assert "up to where there is no room: " in bounded.detail
    assert "raise SPARE or KEPT in the model" in bounded.detail
