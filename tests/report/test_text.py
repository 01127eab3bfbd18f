# SPDX-License-Identifier: GPL-2.0-only
"""The text report: golden files, and what must hold of every report."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from checker.language.tree import Position
from checker.report.finding import columns, finding_position, headline
from checker.report.source import source_line
from checker.report.text.trace_text import text_report
from checker.report.told import told_trace
from checker.trace.data import Step, Trace
from tests.report.samples import SAMPLES, action, at_once, call, dks, four_cpus, lasso, multi_page, two_cpus
from tests.report.samples import at as position
from tests.report.samples import step as step_of

REPLAY = "stackproof replay counterexamples/sample.json"
SOURCES = {
    "models/rfc_v1.py": "\n" * 51 + "        page = cpu.pool[i]\n",
    "spec/kernel/sched/scheduler.py": "\n" * 25 + "    prev = cpu.current\n\n"
    '    with atomic("pick_next_task: rq->lock is held and interrupts are off"):\n',
}
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("name", SAMPLES)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.txt", text_report(SAMPLES[name](), replay=REPLAY))


def test_golden_with_sources(golden: Callable[[str, str], None]) -> None:
    golden("two_cpus_sources.txt", text_report(two_cpus(), sources=SOURCES, width=120))


def test_first_line_is_a_compiler_message() -> None:
    first = text_report(multi_page()).splitlines()[0]
    message = "pte[2] of task0's stack is page1, nr_pages is 2"
    assert first == f"models/rfc_v1.py:80: error: single-hole: {message}"


def test_position_is_the_call_in_the_model_of_a_kernel_service() -> None:
    assert str(finding_position(four_cpus())).startswith("models/rfc_v1.py:92:")


def test_position_without_a_step_in_the_model_is_the_violation() -> None:
    assert headline(at_once()).startswith("spec/properties/single_hole.py:12: error: ")


def test_position_may_stand_in_what_a_model_elsewhere_imports() -> None:
    """As where models/rfc_v1_nr_fixed.py is copied to mine.py, which goes on importing from models/rfc_v1.py."""
    for copied in ("mine.py", "/tmp/drafts/mine.py", "../mine.py"):
        assert finding_position(replace(multi_page(), model=copied)) == finding_position(multi_page())


def test_position_may_stand_in_any_file_beside_the_model() -> None:
    assert finding_position(replace(multi_page(), model="models/other.py")) == finding_position(multi_page())
    first, *rest = multi_page().steps
    own = replace(first, calls=(call("cpu_idle scheduler:73"),), at=Position("models/other.py", 7, 1))
    mixed = replace(multi_page(), model="models/other.py", steps=(own, *rest))
    assert finding_position(mixed) == finding_position(multi_page())
    assert finding_position(replace(mixed, steps=(*rest, own))) == own.at


def test_the_last_line_of_the_protocol_is_named_where_a_step_raised_the_violation_elsewhere() -> None:
    line = "models/rfc_v1.py:92 is the last line of the protocol that ran"
    trace = four_cpus()
    assert text_report(trace).endswith(f"\n\n{line}\n")
    assert text_report(replace(trace, violation=replace(trace.violation, reads=()))).endswith(f"task3\n{line}\n")
    for other in ({"kind": "invariant"}, {"position": position("rfc_v1:95")}):
        assert line not in text_report(replace(trace, violation=replace(trace.violation, **other)))
    assert text_report(replace(trace, model="drafts/other.py")).endswith(f"\n\n{line}\n")


def test_a_step_that_changes_nothing_shows_what_it_reads() -> None:
    shown = ("a 1", "b 2", "c 3")
    trace = multi_page()

    def body(*changes: str, reads: tuple[str, ...]) -> str:
        return text_report(replace(trace, steps=(step_of("cpu0/task0", "main rfc_v1:10", *changes, reads=reads),)))

    assert "\n    1 |   rfc_v1.py:10\n      |       reads a: 1\n      |       reads b: 2\n" in body(reads=shown[:2])
    assert body(reads=shown).count("reads ") == 3
    assert "reads a" not in body(reads=(*shown, "d 4"))
    assert "reads a" not in body("a 1 2", reads=shown[:1])


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("    x = 1", "x = 1"),
        ("    x = 1  # noqa: E501", "x = 1"),
        ('    with atomic("one store"):', "atomic: one store"),
        ('    with atomic("it\'s #1"):  # noqa: E501  # why', "atomic: it's #1"),
        ('    with atomic("first "', 'with atomic("first "'),
        ('    name = "#"', 'name = "#"'),
        ("    if all(  # every one", "if all("),
        ("    'open", "'open"),
        ("    with lock:", "with lock:"),
        ("", ""),
    ],
)
def test_lines_of_source_lose_comments_and_atomic_blocks_give_their_reason(line: str, shown: str) -> None:
    assert source_line({"a.py": f"{line}\n"}, Position("a.py", 1, 1)) == shown
    assert source_line({"a.py": line}, Position("a.py", 2, 1)) == ""
    assert source_line({}, Position("a.py", 1, 1)) == ""
    assert source_line({"a.py": f"# \x0c \x1c \u2028\n{line}\n"}, Position("a.py", 2, 1)) == shown, (
        "for Python none of these ends a line"
    )


def test_another_command_than_replay_finds_it_again() -> None:
    assert text_report(dks(), replay=REPLAY).endswith(f"\n\nReplay it with:\n  {REPLAY}\n")
    command = "stackproof check models/dks.py"
    assert text_report(dks(), replay=command).endswith(f"\n\nFind it again with:\n  {command}\n")


def test_position_is_that_of_the_access() -> None:
    trace = multi_page()
    number = next(n for n, step in enumerate(trace.steps) if step.at == position("rfc_v1:65"))
    assert trace.steps[number].calls[-1].position.line == 60
    assert finding_position(replace(trace, steps=trace.steps[: number + 1])) == position("rfc_v1:65")


def headings(*steps: Step) -> list[str]:
    body = text_report(replace(multi_page(), steps=steps)).partition("\n\n")[2].partition("\n\n")[0]
    return [line[8:] for line in body.splitlines()[2:] if line[8:9] not in ("", " ")]


def test_a_heading_names_the_calls_around_the_access() -> None:
    began = "main rfc_v1:10 > inner rfc_v1:20"
    assert headings(step_of("cpu0/task0", began)) == ["task0: main:10 > inner"]
    assert headings(step_of("cpu0/task0", began, access="main rfc_v1:11")) == ["task0: main"]
    other = "main rfc_v1:30 > other rfc_v1:31"
    assert headings(step_of("cpu0/task0", began, access=other)) == ["task0: main:30 > other"]


def test_one_call_has_one_heading_with_its_arguments_where_it_is_entered() -> None:
    """The first step in a frame that was just pushed begins before the call that its access is in."""
    call = "main rfc_v1:10 > inner"
    steps = (
        step_of("cpu0/task0", "main rfc_v1:9", access="main(task=task0) rfc_v1:10 > inner(a=1,b=2) rfc_v1:20"),
        step_of("cpu0/task0", f"{call} rfc_v1:21"),
        step_of("cpu0/task0", f"{call} rfc_v1:22", access="main rfc_v1:10 > inner(a=2,b=2) rfc_v1:20"),
        step_of("cpu0/task0", "main rfc_v1:11"),
        step_of("cpu0/task0", f"{call} rfc_v1:20"),
    )
    assert headings(*steps) == [
        "task0: main(task=task0):10 > inner(a=1, b=2)",
        "task0: main:10 > inner(a=2, b=2)",
        "task0: main",
        "task0: main:10 > inner",
    ]


def test_position_is_the_statement_of_the_model_that_raises_the_violation() -> None:
    """Not the `with` line of the atomic block, or the `def` line of the action, that it is in."""
    violation = replace(four_cpus().violation, position=position("rfc_v1:95"))
    trace = replace(four_cpus(), violation=violation)
    assert finding_position(trace) == position("rfc_v1:95")
    assert "is the last line of the protocol" not in text_report(trace)


def test_a_value_that_a_check_saw_inside_the_last_step_is_set_by_it() -> None:
    trace = four_cpus()
    assert "page11.memcg = task3  from the start" in text_report(trace)
    seen = replace(trace, violation=replace(trace.violation, reads=(("page11.memcg", "task2"),)))
    assert f"page11.memcg = task2  since step {len(trace.steps)}" in text_report(seen)


def test_model_may_be_given_by_name() -> None:
    assert finding_position(replace(multi_page(), model="rfc_v1")) == finding_position(multi_page())


def test_a_message_of_several_lines_becomes_one() -> None:
    trace = multi_page()
    trace = replace(trace, violation=replace(trace.violation, message="one\n two"))
    assert text_report(trace).splitlines()[0].endswith("single-hole: one two")


@pytest.mark.parametrize("width", [60, 80, 100, 110, 120, 200])
@pytest.mark.parametrize("make", [multi_page, two_cpus, dks])
def test_keeps_the_width(make: Callable[[], Trace], width: int) -> None:
    lines = text_report(make(), width=width, sources=SOURCES).splitlines()
    assert max(len(line) for line in lines) <= max(width, 80)


@pytest.mark.parametrize("width", [60, 110])
@pytest.mark.parametrize("name", SAMPLES)
def test_every_step_and_every_change_is_there(name: str, width: int) -> None:
    trace = told_trace(SAMPLES[name]())
    body = text_report(trace, width=width)
    numbers = [int(match[1]) for match in re.finditer(r"^ *(\d+) \|", body, re.MULTILINE)]
    assert numbers == list(range(1, len(trace.steps) + 1))
    flat = re.sub(r"[\s|]+", "", body)
    for step in trace.steps:
        for change in step.changes:
            assert re.sub(r"[\s|]+", "", f"{change.cell}: {change.before} -> {change.after}") in flat
        for choice in step.choices:
            assert f"choice: {choice}" in body


def test_a_step_stands_in_its_own_column() -> None:
    body = text_report(two_cpus())
    header = next(line for line in body.splitlines() if line.startswith(" step"))
    second = header.index("cpu1")
    assert next(line for line in body.splitlines() if "task1.on_cpu" in line).index("task1.on_cpu") > second
    assert next(line for line in body.splitlines() if "task0.on_cpu" in line).index("task0.on_cpu") < second


def test_columns_are_in_numerical_order() -> None:
    steps = tuple(action("touch", "faults:33", cpu) for cpu in ("cpu10", "cpu9", "cpu1"))
    assert columns(replace(multi_page(), steps=steps)) == ("cpu1", "cpu9", "cpu10")


def test_colour_changes_nothing_but_colour() -> None:
    trace = two_cpus()
    coloured = text_report(trace, colour=True)
    assert "\x1b[" in coloured
    assert [line.rstrip() for line in ANSI.sub("", coloured).splitlines()] == text_report(trace).splitlines()
    assert "\x1b" not in text_report(trace)


def test_control_characters_do_not_reach_the_terminal() -> None:
    trace = multi_page()
    trace = replace(trace, model="\x1b[2Jx", violation=replace(trace.violation, message="a\x1b[31mb\x07"))
    assert "\x1b" not in text_report(trace)
    assert "\x07" not in text_report(trace)


@pytest.mark.parametrize("kind", ["invariant", "check", "wild-pointer", "deadlock"])
def test_every_kind_of_violation_has_its_words(kind: str) -> None:
    trace = multi_page()
    body = text_report(replace(trace, violation=replace(trace.violation, kind=kind)))
    assert "\nspec/properties/single_hole.py:12: single-hole " in body


def test_a_model_error_is_no_violation_of_a_property() -> None:
    trace = multi_page()
    violation = replace(trace.violation, kind="model-error", property="", binding=(), message="9 is outside 0..3")
    body = text_report(replace(trace, violation=violation))
    assert body.startswith("models/rfc_v1.py:80: error: model error: 9 is outside 0..3\n")
    assert "violated" not in body
    assert "\nspec/properties/single_hole.py:12: the model itself is in error, " in body


def test_a_cycle_of_one_step_and_one_from_the_start_are_told() -> None:
    trace = lasso()
    assert trace.cycle is not None
    one = replace(trace, cycle=replace(trace.cycle, start=2))
    assert "after 3 steps, the last of them again and again;" in text_report(one)
    whole = replace(trace, cycle=replace(trace.cycle, start=0))
    assert "after 3 steps, all of them again and again;" in text_report(whole)
    assert text_report(whole).index("the cycle begins") < text_report(whole).index("first")
    assert "again and again" not in text_report(multi_page())


def test_a_run_without_end_is_found_where_it_was_last_decided() -> None:
    trace = lasso()
    assert str(finding_position(trace)).startswith("models/dks.py:113:")
    decided = replace(trace, violation=replace(trace.violation, reads=(("cpu0.own", "1"),)))
    assert str(finding_position(decided)).startswith("models/dks.py:97:")
    assert str(finding_position(replace(decided, cycle=None))).startswith("models/dks.py:113:")
