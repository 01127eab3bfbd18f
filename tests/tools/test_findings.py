# SPDX-License-Identifier: GPL-2.0-only
"""The findings are found, by themselves, and docs/results/findings.md and the stored runs say what is found."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from checker.cli.replaying import load_model_of
from checker.cli.saving import Findings
from checker.language.tree import Program
from checker.trace.confirmation.replay import replay
from checker.trace.data import Trace
from checker.trace.places import moved
from checker.trace.store import load_trace
from tests.support.command import stackproof
from tests.support.sampling import some
from tools.findings.__main__ import DOCUMENT, FOLDER, LINKED, LIST, MODEL, PROJECT, kept
from tools.findings.document import BEGIN, END, anchor, chapter, command, entry_of, heading, row
from tools.findings.explore import main as explore
from tools.findings.finding import Finding, Wrong, load_findings
from tools.findings.looking import Shown, lines_of, look_for
from tools.findings.narrowed import Narrowed
from tools.findings.signature import Label, Signature, labels_of, pattern
from tools.markers import between_markers

FINDINGS = load_findings(LIST)
KNOWN = {str(number) for number in range(1, 16)}
LONG = 50_000
"""States from which on a configuration is slow to search."""


def family(finding: Finding) -> str:
    """The bug that this is a side of."""
    return finding.bug.rstrip("abcdefg")


def states_in_document(finding: Finding) -> int:
    """What the table says."""
    line = next(line for line in DOCUMENT.read_text().splitlines() if line.startswith(f"| [{finding.bug}]"))
    return int(line.split(" | ")[6].replace(",", ""))


def test_all_bugs_that_are_known_are_there_and_some_that_were_not() -> None:
    assert {family(finding) for finding in FINDINGS if not finding.bug.startswith("N")} == KNOWN
    assert sum(finding.bug.startswith("N") for finding in FINDINGS) >= 1


@functools.cache
def stored(finding: Finding) -> tuple[Trace, Program]:
    """The run that is kept of a finding, and its model."""
    trace = load_trace(FOLDER / f"{finding.stem}.json")
    return trace, load_model_of(trace)


@pytest.mark.parametrize("finding", some(FINDINGS, 3), ids=lambda finding: finding.bug)
def test_a_stored_run_is_confirmed_and_shows_its_finding(finding: Finding) -> None:
    trace, program = stored(finding)
    result = replay(program, trace)
    assert result.ok, result.reason
    assert (trace.violation.property, set(trace.events)) == (finding.property, set(finding.events))
    assert finding.settings == tuple(setting for setting in trace.settings if setting in finding.settings)
    assert finding.signature.fits(labels_of(moved(trace, program), program.sources))


@pytest.mark.parametrize("finding", some(FINDINGS, 3), ids=lambda finding: finding.bug)
def test_no_run_of_another_bug_has_its_signature(finding: Finding) -> None:
    """Among the runs that violate the same property."""
    for other in FINDINGS:
        if other.property == finding.property and family(other) != family(finding):
            trace, program = stored(other)
            assert not finding.signature.fits(labels_of(moved(trace, program), program.sources)), other.bug


def test_there_are_no_files_of_findings_that_are_gone() -> None:
    files = {path.name for path in FOLDER.glob("bug-*")}
    assert files == {name for finding in FINDINGS for name in kept(finding)}


def test_the_document_has_a_line_and_a_chapter_of_each_in_this_order() -> None:
    lines = DOCUMENT.read_text().splitlines()
    assert [line for line in lines if line.startswith("| [")] == sorted(
        (line for line in lines if line.startswith("| [")),
        key=lambda line: [f.bug for f in FINDINGS].index(line[3:].split("]")[0]),
    )
    assert [line[4:] for line in lines if line.startswith("### ")] == [heading(finding) for finding in FINDINGS]
    assert len({anchor(finding) for finding in FINDINGS}) == len(FINDINGS)


def found(finding: Finding, folder: Path) -> None:
    """The finding is found, and everything that is kept of it is as it is made anew."""
    shown: Shown = look_for(PROJECT / MODEL, finding)
    Findings(folder).save(shown.trace, finding.stem, shown.program.sources)
    for name in kept(finding):
        assert (folder / name).read_text() == (FOLDER / name).read_text(), name
    assert (folder / f"{finding.stem}.svg").read_text().rstrip().endswith("</svg>")
    inside = DOCUMENT.read_text().partition(BEGIN)[2].partition(END)[0]
    assert f"\n{row(entry_of(shown))}\n" in inside
    assert f"\n{chapter(entry_of(shown), LINKED)}\n" in inside


@pytest.mark.slow
@pytest.mark.parametrize("finding", FINDINGS, ids=lambda finding: finding.bug)
def test_each_is_found_with_the_fewest_events_and_as_it_is_kept(finding: Finding, tmp_path: Path) -> None:
    found(finding, tmp_path)


@pytest.mark.parametrize("bug", ["4", "13", "N3"])
def test_some_are_found(bug: str, tmp_path: Path) -> None:
    found(next(finding for finding in FINDINGS if finding.bug == bug), tmp_path)


@pytest.mark.parametrize("bug", ["13", "N6"])
def test_the_command_that_is_shown_finds_the_run_that_is_kept(bug: str, tmp_path: Path) -> None:
    finding = next(finding for finding in FINDINGS if finding.bug == bug)
    words = command(finding).split()[1:]
    done = stackproof(*words, "--save", str(tmp_path))
    assert done.returncode == 1, done.stderr
    (saved,) = tmp_path.rglob("*.json")
    assert load_trace(saved) == load_trace(FOLDER / f"{finding.stem}.json")


def test_a_line_of_code_that_is_not_there_is_noticed() -> None:
    thirteen = next(finding for finding in FINDINGS if finding.bug == "13")
    program = stored(thirteen)[1]
    first, second = lines_of(program, thirteen)
    assert first.startswith("spec/kernel/sched/scheduler.py:") and first.endswith(" cpu.stack = next")
    assert second.startswith("models/rfc_v1.py:")
    with pytest.raises(Wrong, match="13 switch-window: __schedule has no line with `cpu"):
        lines_of(program, changed(thirteen, code=(("__schedule", "cpu.stack = prev"),)))


def test_an_event_too_many_is_noticed() -> None:
    thirteen = next(finding for finding in FINDINGS if finding.bug == "13")
    with pytest.raises(Wrong, match="the events switch-fault are enough"):
        look_for(PROJECT / MODEL, changed(thirteen, events=("switch-fault", "touch")))


def test_a_signature_that_no_run_has_is_noticed() -> None:
    thirteen = next(finding for finding in FINDINGS if finding.bug == "13")
    never = Signature(thirteen.signature.steps, (pattern("switch_fault"),))
    with pytest.raises(Wrong, match="has no run with its signature"):
        look_for(PROJECT / MODEL, changed(thirteen, signature=never))


def changed(finding: Finding, **changes: object) -> Finding:
    return Finding(**{**vars(finding), **changes})


def test_a_narrowed_search_finds_what_check_finds_where_nothing_has_to_be_narrowed() -> None:
    """A violated invariant, a check and a wild pointer, each as short as `check` has it."""
    for bug in ("2a", "10b", "N2"):
        finding = next(finding for finding in FINDINGS if finding.bug == bug)
        stored = load_trace(FOLDER / f"{finding.stem}.json")
        narrowed = Narrowed(load_model_of(stored), finding.property, Signature((), ()), "").run()
        assert narrowed is not None
        assert len(narrowed.steps) == len(stored.steps)


def label(name: str, line: str = "", *arguments: str) -> Label:
    return Label((name,), line, frozenset(arguments))


def test_steps_are_looked_for_in_order() -> None:
    signature = Signature((pattern("a"), pattern("b: x = 1")), ())
    assert signature.fits([label("a"), label("c"), label("b", "x = 1")])
    assert not signature.fits([label("b", "x = 1"), label("a")])
    assert not signature.fits([label("a"), label("b", "x = 2")])


def test_at_once_is_the_very_next_step_wherever_that_fits() -> None:
    signature = Signature((pattern("a"), pattern("at once b")), ())
    assert not signature.fits([label("a"), label("c"), label("b")])
    assert signature.fits([label("a"), label("c"), label("a"), label("b")])


def test_steps_that_must_not_be_taken() -> None:
    assert not Signature((pattern("a"),), (pattern("c"),)).fits([label("a"), label("c")])


def test_arguments_and_choices() -> None:
    assert pattern("touch level=2").matches(label("touch", "", "level=2", "cpu=1"))
    assert not pattern("touch level=2").matches(label("touch", "", "level=1"))


@pytest.mark.parametrize("written", ["", "at once ", "touch level 2", ": text"])
def test_what_is_no_step_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is not a step"):
        pattern(written)


def test_a_document_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="has no"):
        between_markers("# Findings\n", "", BEGIN, END)


def test_exploring_meets_what_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert explore(["switch-fault"]) == 0
    printed = capsys.readouterr().out
    assert (
        "fault-resolved in 9 steps: switch_fault level=1 after __schedule, before the end; ends in stack_overflow; as finding: 13"
        in printed
    )
    assert printed.splitlines()[-1].startswith("3 searches, ")
    assert "error" not in printed
