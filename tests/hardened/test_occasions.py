# SPDX-License-Identifier: GPL-2.0-only
"""No property of the catalogue holds of hardened for want of an occasion, but for those of which the document says so.

docs/results/hardened.md has the result; `pytest -n 0 --update-golden tests/hardened/test_occasions.py` writes its table anew.
"""

from __future__ import annotations

import pytest

from checker.language.front.load import load_program
from tests.hardened.recorded_changes import CHANGES, MODELS
from tests.hardened.recorded_occasions import NEVER, OCCASIONS, Never, Occasion
from tests.hardened.runs import DOCUMENT, HARDENED, name_of, run_of, table_in
from tests.support.sampling import always, some

LARGE = ("no-deadlock",)


def test_every_property_has_an_occasion_or_a_reason_to_have_none() -> None:
    named = [*{change.property for change in CHANGES}, *(case.property for case in OCCASIONS), *(case.property for case in NEVER)]
    assert sorted(named) == sorted(load_program(HARDENED).properties)


@pytest.mark.parametrize("number", always(range(len(OCCASIONS)), lambda number: OCCASIONS[number].property not in LARGE))
def test_the_property_holds_and_there_is_an_occasion(number: int, request: pytest.FixtureRequest) -> None:
    """The table has in how many steps it first comes."""
    case: Occasion = OCCASIONS[number]
    name = f"reached-{case.name}"
    run = run_of(case.path, case.sizes, case.events, *load_program(HARDENED).properties, name)
    assert set(run.violated) == {name}
    assert run.cuts == ()
    row = f"| {case.property} | {case.what} | {name_of(run.subject.configuration)} | {run.violated[name]} |"
    table = table_in(DOCUMENT.read_text(), "occasions")
    if request.config.getoption("--update-golden"):
        old = "\n".join(table)
        table[number + 2 : number + 3] = [row]
        DOCUMENT.write_text(DOCUMENT.read_text().replace(old, "\n".join(table)))
    assert table[number + 2] == row


@pytest.mark.parametrize(("case", "number"), some([(case, n) for case in NEVER for n in range(len(case.configurations))], 3))
def test_there_is_no_occasion(case: Never, number: int) -> None:
    sizes, events = case.configurations[number]
    run = run_of(MODELS / "occasions.py", sizes, events, case.property, f"reached-{case.name}")
    assert run.violated == {}
    assert run.cuts == ()


def test_the_document_says_what_has_no_occasion() -> None:
    assert table_in(DOCUMENT.read_text(), "never")[2:] == [f"| {case.property} | {case.why} |" for case in NEVER]
    assert len(table_in(DOCUMENT.read_text(), "occasions")) == 2 + len(OCCASIONS)
