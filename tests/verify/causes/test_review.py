# SPDX-License-Identifier: GPL-2.0-only
"""Reviews of whole checks: of small models of each kind of violation, of random ones, and of texts that move."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.language.errors import ModelError, UsageError
from checker.project import PROJECT
from checker.result.checked import Checked
from checker.result.review import Review
from checker.result.verdict import Run, VerdictKind
from checker.verify.causes.altered import Alteration, comes_about, subject_of
from checker.verify.causes.analysis import Analysis, analyse
from checker.verify.causes.decisive import Role
from checker.verify.causes.review import grouped, review_of, review_with_further
from checker.verify.causes.visits import anatomy_of
from checker.verify.configuration import check_configuration
from checker.verify.request import Request
from tests.support.command import stackproof
from tests.support.random.random_programs import random_program
from tests.support.systems.small_programs import model_file

METHOD = Method("portable", 1, frozenset({"pages", "symmetry"}))
KERNELS = PROJECT / "models"


def run_of(path: Path, sizes: dict[str, int | str] | None = None, events: tuple[str, ...] | None = None) -> Run:
    return check_configuration(Request(path, sizes or {}, events), METHOD, Limits(states=20_000))


def analyses(run: Run) -> list[Analysis]:
    return [analyse(run, v, v.trace) for v in run.verdicts if v.kind is VerdictKind.VIOLATED and v.trace is not None]


def assert_sound(review: Review) -> None:
    """What holds of every review."""
    explained = [(s.property, str(s.configuration), s.length) for cause in review.causes for s in cause.symptoms]
    violated = [
        (v.property, str(run.subject.configuration), len(v.trace.steps))
        for run in review.checked.runs
        for v in run.verdicts
        if v.kind is VerdictKind.VIOLATED and v.trace is not None
    ]
    assert sorted(explained) == sorted(violated)
    for cause in review.causes:
        count = len(cause.trace.steps)
        assert list(cause.decisive) == sorted(set(cause.decisive))
        assert bool(cause.decisive) == bool(count)
        assert all(1 <= step <= count for step in (*cause.decisive, *(note.step for note in cause.notes)))
        assert cause.symptoms[0].property == cause.trace.violation.property
        assert all(note.text and "\n" not in note.text for note in cause.notes)


def assert_decisive(run: Run, one: Analysis) -> None:
    """Each decisive step is one, also for whoever asks anew."""
    assert run.program is not None
    if not one.trace.steps:
        return
    subject = subject_of(run.program, one.trace, 10**6)
    everything = tuple(range(len(one.trace.steps)))
    assert comes_about(subject, Alteration(everything))
    tried = [step for step in one.decisive if step.role in (Role.WRITE, Role.EVENT, Role.END)]
    for step in tried if len(tried) > 1 or one.trace.cycle is None else []:
        if step.role is Role.WRITE:
            altered = Alteration(everything, undone=frozenset({step.step}))
        elif step.role is Role.END:
            altered = Alteration(everything[:-1])
        else:
            visit = anatomy_of(subject).visits[step.step]
            altered = Alteration(tuple(n for n in everything if n not in visit))
        if comes_about(subject, altered):
            assert len(one.decisive) == 1 or all(other.role is Role.WRITE for other in one.decisive)  # nothing was decisive


@pytest.mark.parametrize(
    ("model", "sizes", "events"),
    [
        ("dks.py", {}, None),
        ("rfc_v1.py", {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3}, ("touch", "nmi")),
        ("rfc_v1.py", {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2}, ("touch", "sleep")),
    ],
)
def test_of_a_bundled_model(model: str, sizes: dict[str, int | str], events: tuple[str, ...] | None) -> None:
    run = run_of(KERNELS / model, sizes, events)
    review = review_of(Checked((run,)))
    assert_sound(review)
    for one in analyses(run):
        assert_decisive(run, one)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_of_a_random_model(seed: int) -> None:
    path = model_file(random_program(random.Random(seed)))
    try:
        run = check_configuration(Request(path, {}, None), METHOD, Limits(states=3_000))
    except (ModelError, UsageError):
        return
    assert_sound(review_of(Checked((run,))))
    for one in analyses(run):
        assert_decisive(run, one)


def test_a_model_whose_lines_move_has_the_same_causes(tmp_path: Path) -> None:
    text = (KERNELS / "rfc_v1.py").read_text(encoding="utf-8")
    moved = text.replace("\n@routine\n", "\n# A comment.\n\n\n@routine\n").replace(
        "    for addr in", "    # here\n    for addr in"
    )
    assert moved != text
    reviews = []
    for number, version in enumerate((text, moved)):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "model.py"
        path.write_text(version, encoding="utf-8")
        run = run_of(path, {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3}, ("touch", "late-fault"))
        reviews.append(review_of(Checked((run,))))
    before, after = ([(cause.decisive, cause.properties) for cause in review.causes] for review in reviews)
    assert before == after
    names = [[str(cause.identity) for cause in review.causes] for review in reviews]
    assert names[0] == names[1]


def test_grouping_does_not_depend_on_the_order() -> None:
    found = [
        one
        for events in (("touch",), ("touch", "late-fault"), ("touch", "nmi"))
        for one in analyses(run_of(KERNELS / "rfc_v1.py", {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3}, events))
    ]
    groups = {frozenset(map(id, group)) for group in grouped(found)}
    assert sum(map(len, groups)) == len(found)
    for seed in range(5):
        shuffled = random.Random(seed).sample(found, len(found))
        assert {frozenset(map(id, group)) for group in grouped(shuffled)} == groups


def test_a_bug_behind_another_is_found_when_that_is_set_aside() -> None:
    """refill-owed: after a late fault that nobody charges, one in the middle of a refill."""
    request = Request(KERNELS / "rfc_v1.py", {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3}, ("late-fault",), ("refill-owed",))
    run = check_configuration(request, METHOD, Limits())
    review = review_with_further(Checked((run,)), [request], 5, Limits(states=20_000))
    assert len(review_of(Checked((run,))).causes) == 1
    assert len(review.causes) == 2
    assert review.remarks[0].endswith("2 causes, no other shows before one of these")
    stopped = review_with_further(Checked((run,)), [request], 5, Limits(states=10))
    assert "there may be others" in stopped.remarks[0]


def test_the_command_finds_the_bug_behind_another() -> None:
    asked = ("check", "rfc_v1", "--cpus", "1", "--tasks", "1", "--stack-pages", "3", "--events", "late-fault")
    one = stackproof(*asked, "--property", "refill-owed")
    two = stackproof(*asked, "--property", "refill-owed", "--causes", "5")
    assert one.returncode == two.returncode == 1
    assert one.stdout.count(": error: refill-owed") == 1
    assert two.stdout.count(": error: refill-owed") == 2
    assert "2 causes, no other shows before one of these" in two.stdout
