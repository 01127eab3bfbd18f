# SPDX-License-Identifier: GPL-2.0-only
"""The picture: golden DOT files, SVG as XML, and what happens where no program can draw it."""

from __future__ import annotations

import random
import re
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checker.report.cells import rows, split_cell, states
from checker.report.picture import svg
from checker.report.picture.picture import picture
from checker.report.picture.svg import PictureError, draw, find_program, render_svg
from checker.report.picture.tables import is_tagged
from checker.trace.data import Change, Trace
from tests.report.samples import SAMPLES, dispatch, four_cpus, multi_page, two_cpus

PROGRAM = find_program()
needs_program = pytest.mark.skipif(PROGRAM is None, reason="there is no Graphviz here")


@pytest.mark.parametrize("name", ["multi_page", "dks", "lasso", "ended", "unanswered", "unanswered_end"])
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.dot", picture(SAMPLES[name]()))


def test_a_step_shows_what_it_reads_and_its_line_if_short() -> None:
    trace = multi_page()
    lines = {52: "        page = cpu.pool[i]  # a load", 54: "        " + "x" * 60}
    text = "\n".join(lines.get(number, "") for number in range(1, 60))
    dot = picture(trace, {"models/rfc_v1.py": text})
    plain = re.sub(r"<[^>]*>", " ", next(line for line in dot.splitlines() if line.startswith("    step11 ")))
    assert "page = cpu.pool[i]" in plain
    assert "a load" not in plain
    assert "reads cpu0.pool[0] = page0" in plain
    assert "xxx" not in dot
    assert "page = cpu" not in picture(trace)


@needs_program
@pytest.mark.parametrize("name", SAMPLES)
def test_svg_is_xml_with_every_step(name: str) -> None:
    assert PROGRAM is not None
    trace = SAMPLES[name]()
    root = ElementTree.fromstring(render_svg(picture(trace), PROGRAM))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for number, step in enumerate(trace.steps, 1):
        assert str(number) in texts
        assert any(text is not None and text.startswith(step.name) for text in texts)
    assert any(text is not None and text.startswith(trace.violation.property) for text in texts)


@needs_program
def test_names_cannot_break_out_of_their_boxes() -> None:
    assert PROGRAM is not None
    trace = multi_page()
    nasty = '</TD><B a="1">&x;\n\x00\\n -> "'
    steps = tuple(replace(step, name=nasty, column=nasty, choices=(nasty,)) for step in trace.steps)
    steps = (replace(steps[0], changes=(Change(nasty, nasty, nasty), Change("x", "", ""))), *steps[1:])
    violation = replace(trace.violation, message=nasty, property=nasty, reads=((nasty, nasty), ("", "")))
    trace = replace(trace, steps=steps, violation=violation, model=nasty, initial=((nasty, nasty), ("", "")))
    ElementTree.fromstring(render_svg(picture(trace), PROGRAM))


def test_a_step_draws_whole_arrays_and_only_those_that_changed() -> None:
    dot = picture(multi_page())
    label = next(line for line in dot.splitlines() if line.startswith("  changes13 "))
    text = re.sub(r"<[^>]*>", " ", label)
    assert "cpu0.pool" in text
    assert "page0|1" in text
    assert "page1" in text
    assert "vm_area0" not in text


def test_states_follow_the_changes() -> None:
    trace = multi_page()
    along = states(trace)
    assert len(along) == len(trace.steps) + 1
    assert along[0]["cpu0.pool[0]"] == "page0"
    assert along[-1]["cpu0.pool[0]"] == "page0|1"
    assert all(along[-1][cell] == value for cell, value in trace.violation.reads)


def test_cells_are_grouped_into_rows() -> None:
    assert split_cell("cpu0.pool[1]") == ("cpu0.pool", "1")
    assert split_cell("pending[cpu0]") == ("pending", "cpu0")
    assert split_cell("global_count") == ("global_count", None)
    pool = next(row for row in rows(two_cpus()) if row.name == "cpu1.pool")
    assert pool.cells == (("0", "cpu1.pool[0]"), ("1", "cpu1.pool[1]"))
    assert pool.owner == "cpu1"
    assert not pool.scalar


def test_a_set_of_flags_is_no_tagged_pointer() -> None:
    assert is_tagged("page2|1")
    assert not is_tagged("PF_A|PF_B")
    assert not is_tagged("page2")


@needs_program
def test_a_picture_is_drawn_without_a_file() -> None:
    assert draw(multi_page()).rstrip().endswith("</svg>")


def test_without_a_program_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svg, "find_program", lambda: None)
    with pytest.raises(PictureError, match=r"error: there is no Graphviz to draw the picture; .*graphviz-pure"):
        draw(multi_page())


def script(path: Path, body: str) -> str:
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("exec sleep 60", "did not end within 0.2 seconds"),
        ("echo 'bad label' >&2; exit 3", r"failed \(exit status 3\): bad label"),
        ("kill -9 $$", r"failed \(killed by signal 9\)"),
        ("cat >/dev/null; echo hello", "gave no complete SVG"),
    ],
)
def test_a_program_that_fails_is_one_line(tmp_path: Path, body: str, message: str) -> None:
    with pytest.raises(PictureError, match=message) as caught:
        render_svg("digraph {}", script(tmp_path / "program", body), timeout=0.2 if "sleep" in body else 60)
    assert "\n" not in str(caught.value)


def test_a_program_that_cannot_be_run_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="cannot be run: No such file"):
        render_svg("digraph {}", str(tmp_path / "missing"))


def texts_of(trace: Trace) -> list[tuple[str, float, float, bool]]:
    """Text, x, y and whether it is bold, of all text in the SVG."""
    assert PROGRAM is not None
    root = ElementTree.fromstring(render_svg(picture(trace), PROGRAM))
    found = root.iter("{http://www.w3.org/2000/svg}text")
    return [(t.text or "", float(t.get("x", "")), float(t.get("y", "")), t.get("font-weight") == "bold") for t in found]


@needs_program
@pytest.mark.parametrize("seed", range(12))
def test_lanes_and_steps_keep_their_order(seed: int) -> None:
    choice = random.Random(seed)
    count = choice.randint(2, 6)
    waiting = {f"cpu{cpu}": list(dispatch(f"cpu{cpu}", f"idle{cpu}", f"task{cpu}")) for cpu in range(count)}
    steps = []
    while any(waiting.values()):
        cpu = choice.choice([cpu for cpu in waiting if waiting[cpu]])
        for _ in range(choice.randint(1, 4)):
            if waiting[cpu]:
                steps.append(waiting[cpu].pop(0))
    texts = texts_of(replace(four_cpus(), steps=tuple(steps), initial=()))
    top = min(y for text, _, y, bold in texts if text == "cpu_idle" and bold)
    headings = {text: x for text, x, y, bold in texts if text in waiting and bold and y < top and y > top - 60}
    assert sorted(waiting) == sorted(headings, key=headings.__getitem__)
    numbers = {int(text): y for text, _, y, bold in texts if text.isdecimal() and bold}
    assert sorted(numbers, key=numbers.__getitem__) == list(range(1, len(steps) + 1))


@needs_program
def test_the_same_trace_gives_the_same_bytes() -> None:
    assert PROGRAM is not None
    assert render_svg(picture(two_cpus()), PROGRAM) == render_svg(picture(two_cpus()), PROGRAM)


def test_a_block_too_wide_for_a_line_is_cut() -> None:
    many = tuple((f"cpu{cpu}.pool[{slot}]", "None") for cpu in range(40) for slot in range(4))
    dot = picture(replace(multi_page(), steps=(), initial=many))
    assert dot.count(">pool<") > 3
    assert all(dot.count(f">cpu{cpu}<") == 1 for cpu in range(40))
