# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof conform` and `stackproof replay --on`: what they say and their exit statuses, and how far lockstep has been taken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.cli.main import run as stackproof
from checker.conformance.abstraction import machine_for
from checker.conformance.implementation import Implementation
from checker.conformance.lockstep import Counts, Search
from checker.conformance.specification import Specification
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.trace.store import load_trace
from tests.support.recorded import expectations
from tests.support.reference import is_known, kept

MODELS = ("rfc_v1", "hardened")
COUNTEREXAMPLES, UNKNOWN = kept()


def recorded(least: int, most: int) -> list[tuple[str, int]]:
    """The entries of the models' records that have so many states."""
    return [
        (model, number)
        for model in MODELS
        for number, entry in enumerate(expectations(model))
        if entry.states is not None and least <= entry.states < most and is_known(dict(entry.settings), entry.events or ())
    ]


def alike(model: str, number: int, quick: bool) -> None:
    """Lockstep over a recorded configuration: no difference, and as many transitions as the engines find."""
    path = PROJECT / f"models/{model}.py"
    entry = expectations(model)[number]
    program = load_program(path, dict(entry.settings), entry.events)
    specification = Specification(program)
    subject = Implementation(specification, machine_for(program))
    search = Search(specification, subject, None if quick else subject.inside)
    result = search.run()
    assert result.difference is None
    assert (result.stopped, search.comparison.missing) == (None, ())
    if quick:
        assert result.counts.transitions == entry.transitions
    else:
        assert result.counts.transitions >= (entry.transitions or 0)


@pytest.mark.parametrize(("model", "number"), recorded(0, 300))
def test_lockstep_of_small_recorded_configurations(model: str, number: int) -> None:
    alike(model, number, quick=True)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "number"), recorded(300, 10_000))
def test_lockstep_of_recorded_configurations(model: str, number: int) -> None:
    alike(model, number, quick=False)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_lockstep_of_one_cpu_two_tasks_and_four_pages(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = ["--cpus", "1", "--tasks", "2", "--stack-pages", "4", "--events", "touch"]
    assert stackproof(["conform", str(PROJECT / f"models/{model}.py"), *sizes, "--quick"]) == 0
    assert "no difference" in capsys.readouterr().out


def test_no_difference_is_exit_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert stackproof(["conform", str(PROJECT / "models/rfc_v1.py"), "--stack-pages", "2", "--events", "touch"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("models/rfc_v1.py: 1 CPU, 1 task, 2 stack pages; touch: no difference\n")
    assert "87 states" in out


def test_a_difference_is_exit_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = tmp_path / "rfc_v1.py"
    text = (PROJECT / "models/rfc_v1.py").read_text()
    changed.write_text(text.replace("vm_area.nr_pages = nr_pages + 1", "vm_area.nr_pages = addr + 1"))
    assert stackproof(["conform", str(changed), "--stack-pages", "3", "--events", "touch"]) == 1
    out = capsys.readouterr().out
    assert ": error: implementation and model differ: the same step leads to other values" in out.splitlines()[0]
    assert "vm_area0.nr_pages  2       3      2" in out


def test_a_limit_is_exit_status_3(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["conform", str(PROJECT / "models/rfc_v1.py"), "--events", "touch,oom", "--tasks", "2", "--max-states", "500"]
    assert stackproof(arguments) == 3
    assert "no difference so far, stopped by the limit of 500 states" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["models/rfc_v1_nr_fixed.py"], "has no reference implementation"),
        (["models/arm64_global_pool.py", "--protocol", "rfc_v1"], "the reference implementation has no"),
        (
            ["models/hardened.py", "--events", "touch,allocator-fault"],
            "the reference implementation has no event allocator-fault",
        ),
        (
            ["models/rfc_v1.py", "--set", "ARCH=arm64", "--events", "touch"],
            "the reference implementation has no parameter ARCH, and is as the model with ARCH = generic",
        ),
        (["models/none.py"], "models/none.py"),
        (["models/rfc_v1.py", "--run", "none.json"], "none.json"),
        (["models/rfc_v1.py", "--run", "none.json", "--cpus", "2"], "leave them out"),
        (["models/rfc_v1.py", "--run", "none.json", "--record", "other.json"], "give one of them"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_exit_status_2(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert stackproof(["conform", *(str(PROJECT / a) if a.startswith("models/") else a for a in arguments)]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert len(error.splitlines()) == 1


def test_the_limit_that_is_told_is_the_one_that_was_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert stackproof(["conform", str(PROJECT / "models/rfc_v1.py"), "--events", "touch", "--timeout", "0.001"]) == 3
    assert "no difference so far, stopped by the limit of 0.001 seconds" in capsys.readouterr().out


def test_what_was_looked_at_is_told_when_it_is_interrupted() -> None:
    program = load_program(PROJECT / "models/rfc_v1.py", {}, ("touch",))
    specification = Specification(program)

    def interrupt(_: Counts) -> None:
        raise KeyboardInterrupt

    subject = Implementation(specification, machine_for(program))
    result = Search(specification, subject, subject.inside, progress=interrupt).run()
    assert (result.difference, str(result.stopped), result.counts.states) == (None, "an interruption", 1)


def test_there_are_counterexamples() -> None:
    assert len(COUNTEREXAMPLES) > 40


@pytest.mark.parametrize("file", UNKNOWN, ids=lambda file: file.stem)
def test_what_the_reference_does_not_have_it_refuses(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stackproof(["replay", "--on", "reference", str(file)]) == 2
    assert "the reference implementation has no " in capsys.readouterr().err


SOME = 10
"""One of so many counterexamples is run each time, all with --slow."""


@pytest.mark.parametrize(
    "file",
    [pytest.param(file, id=file.stem, marks=[pytest.mark.slow] if n % SOME else []) for n, file in enumerate(COUNTEREXAMPLES)],
)
def test_a_counterexample_of_rfc_v1_fails_there_and_not_on_hardened(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stackproof(["replay", "--on", "reference", str(file)]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[1].startswith(f"  {load_trace(file).violation.property}: ")
    assert stackproof(["replay", "--on", "hardened", str(file)]) == 0
    assert ": nothing fails" in capsys.readouterr().out


def test_a_trace_that_is_none_is_refused_by_the_implementation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (PROJECT / "counterexamples/rfc_v1/single-hole.json").read_text()
    (tmp_path / "one.json").write_text(text.replace('"after": "page0|1"', '"after": "page1|1"'))
    assert stackproof(["replay", "--on", "reference", str(tmp_path / "one.json")]) == 1
    assert "is page1|1 in the trace and page0|1 on the machine" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"name": "touch"', '"name": "tuch"', "the model has no action tuch"),
        ('"processor": "cpu0"', '"processor": "cpu9"', "`cpu9` is not a Cpu"),
        ('"cell": "cpu0.pool[0]"', '"cell": "cpu9.pool[0]"', "the machine begins in another state than the trace"),
        ("", "", "does not fail in this run as single-hole forbids"),
    ],
)
def test_what_is_no_run_leads_no_other_implementation(
    old: str, new: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing fails when nothing is done, and that must not be said of the protocol."""
    text = (PROJECT / "counterexamples/rfc_v1/single-hole.json").read_text()
    whole = json.loads(text.replace(old, new) if old else text)
    if not old:
        whole["steps"] = whole["steps"][:2]
    file = tmp_path / "one.json"
    file.write_text(json.dumps(whole))
    assert stackproof(["replay", "--on", "hardened", str(file)]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert len(error.splitlines()) == 1
