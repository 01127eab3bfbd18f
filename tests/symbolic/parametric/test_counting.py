# SPDX-License-Identifier: GPL-2.0-only
"""That no arena runs dry, by counting: what the conditions say, when a proof with them succeeds, and when it must not."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest

from checker.cli.main import run
from checker.explicit.search.search import Search
from checker.ir.layout import make_layout
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from checker.symbolic.lemmas.holders import guessed
from checker.symbolic.lemmas.names import Names
from checker.symbolic.lemmas.proof_problem import proof_problem
from checker.symbolic.lemmas.proof_question import Failed, ProofMessage, Proved
from checker.symbolic.lemmas.sampled_features import sampled_features
from checker.symbolic.lemmas.strengthening import Prover
from checker.symbolic.relation import counting
from checker.symbolic.relation.counting import CELL, Counted, Holder, known
from checker.symbolic.relation.transition import step_relation
from checker.symbolic.terms.terms import Terms
from checker.verify.proof.certificates import Refused, check_certificate
from checker.verify.proof.certify import check_against_model
from tests.support.evaluation import Evaluator

MODEL = '''# SPDX-License-Identifier: GPL-2.0-only
from checker.language import action, allocate, free, invariant, record, require

@record(count=3, alignment=2, allocated=True, symmetric=True)
class Page:
    dirty: bool = False

upper: Page | None = None
lower: Page | None = None
spare: Page | None = None

@action
def refill() -> None:
    global spare
    require(spare is None)
    spare = allocate(Page)

@action
def grow() -> None:
    global spare, upper, lower
    require(spare is not None and (upper is None or lower is None))
    if upper is None:
        upper = spare
    else:
        lower = spare
    spare = None

@action
def give_up() -> None:
    global upper
    require(upper is not None)
    page = upper
    upper = None
    free(page)

@invariant("apart", "{upper} is used twice")
def apart() -> bool:
    """Two users of one page overwrite each other's data."""
    return upper is None or (upper is not lower and upper is not spare)
'''
"""Three pages, and three places that are used: so never too few."""


def place(name: str, tag: int = 0) -> Holder:
    return Holder(CELL, name, "", "", (tag,))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    file = tmp_path / "counted.py"
    file.write_text(MODEL)
    return file


def attempt(model: Path, counted: tuple[Counted, ...] | None) -> tuple[ProofMessage, tuple[Counted, ...]]:
    """What the prover says. counted: None for what is guessed."""
    program = load_program(model, {}, None)
    system = lower(program)
    search = Search(system)
    result = search.run()
    assert not result.findings and result.error is None
    terminal = 1 << make_layout(system).mark
    states = tuple(state for state in search.states if state < terminal)
    names = Names(program, system)
    if counted is None:
        plain = step_relation(system, any_free=True)
        assert plain.may_run_dry
        counted = guessed(system, sampled_features(plain.fields, make_layout(system), states, names))
    relation = step_relation(system, any_free=True, counted=counted)
    told: list[ProofMessage] = []
    sampled = sampled_features(relation.fields, make_layout(system), states, names)
    Prover(proof_problem(relation, frozenset(system.properties), sampled), told.append).run()
    return told[-1], counted


def test_what_is_counted_is_proved(model: Path) -> None:
    said, counted = attempt(model, None)
    assert counted == (Counted("Page", (*map(place, ("upper", "lower", "spare")),)),)
    assert isinstance(said, Proved) and "nowhere: an allocated Page" in said.targets


@pytest.mark.parametrize(
    ("holders", "fails"),
    [
        ((place("spare"), place("upper")), "nowhere: an allocated Page"),
        ((place("spare"), place("upper"), place("lower", 1)), "nowhere: an allocated Page"),
        ((place("spare"), place("upper"), place("upper"), place("lower")), "cut arena"),
    ],
    ids=["too few", "wrong tag", "twice"],
)
def test_wrong_holders_prove_nothing(model: Path, holders: tuple[Holder, ...], fails: str) -> None:
    said, _ = attempt(model, (Counted("Page", holders),))
    assert isinstance(said, Failed) and said.target == fails


def test_what_runs_dry_is_not_proved(model: Path) -> None:
    """A page is lost, so that there are too few; the samples end before that."""
    model.write_text(MODEL.replace("    free(page)\n", "    page.dirty = True\n"))
    assert run(["prove", str(model)]) == 3
    program = load_program(model, {}, None)
    system = lower(program)
    relation = step_relation(system, True, (Counted("Page", tuple(map(place, ("upper", "lower", "spare")))),))
    names = Names(program, system)
    told: list[ProofMessage] = []
    states = Search(system)
    states.run()
    few = tuple(states.states)[:3]
    Prover(
        proof_problem(relation, frozenset(["apart"]), sampled_features(relation.fields, make_layout(system), few, names)),
        told.append,
    ).run()
    assert isinstance(told[-1], Failed)


def test_counts_like_arithmetic() -> None:
    terms = Terms()

    class Fields:
        """What _at_least needs."""

        def __init__(self) -> None:
            self.terms = terms

    for size in range(5):
        variables = [terms.variable(f"|v{n}|", 0) for n in range(size)]
        for count in range(size + 2):
            evaluate = Evaluator([counting._at_least(Fields(), variables, count)])  # type: ignore[arg-type]
            for values in itertools.product((0, 1), repeat=size):
                assert evaluate(dict(zip(variables, values, strict=True))) == [int(sum(values) >= count)]


def test_certificates_say_how_they_count(model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "c"
    assert run(["prove", str(model), "--certificates", str(folder)]) == 0
    assert "fewer than 3 of these places are taken" in (folder / "invariant.txt").read_text()
    assert run(["certify", str(folder), "--model", str(model)]) == 0
    manifest = json.loads((folder / "certificate.json").read_text())
    for change, reason in (
        ({"kept": [name for name in manifest["kept"] if "nowhere" not in name]}, "counts by what it does not keep"),
        ({"counted": []}, "keeps what is not a property"),
        ({"counted": [{"record": "Page"}]}, "by which holders"),
        ({"counted": [{"record": "Page", "holders": []}]}, "not the question"),
        ({"counted": [{"record": "None", "holders": []}]}, "counts by what"),
    ):
        (folder / "certificate.json").write_text(json.dumps(manifest | change))
        check_certificate(folder)
        with pytest.raises(Refused, match=reason):
            check_against_model(folder, model)


def test_an_unknown_holder_is_known_as_such(model: Path) -> None:
    system = lower(load_program(model, {}, None))
    good = Counted("Page", (Holder(CELL, "spare", "", "", (0,)),))
    assert known(system, good)
    for holder in (
        Holder(CELL, "none", "", "", (0,)),
        Holder("local", "page", "Stack", "none", (0,)),
        Holder("x", "spare", "", "", (0,)),
    ):
        assert not known(system, replace(good, holders=(holder,)))
