# SPDX-License-Identifier: GPL-2.0-only
"""The page as text: what is in it, that nothing of others is markup in it, and how large it is."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.project import PROJECT
from checker.report.cells import states
from checker.report.html.embed import data_block, visible
from checker.report.html.page import page
from checker.report.nesting import Kind, standings
from checker.report.told import told_trace
from checker.trace.data import Trace
from checker.trace.store import load_trace
from tests.report.hostile import cause_of, hostile_cause
from tests.report.samples import SAMPLES
from tests.support.command import stackproof

FINDINGS = sorted((PROJECT / "counterexamples" / "rfc_v1").glob("bug-*.json"))
TEMPLATES = PROJECT / "checker" / "report" / "html" / "templates"


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the text of scripts and style sheets."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] in ("script", "style"):
            self.inside.append((self.elements[-1][0], data))


def data_of(text: str) -> Any:
    """What the script of a page reads."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.mark.parametrize("name", SAMPLES)
def test_the_deltas_of_a_page_give_the_states_of_the_trace(name: str) -> None:
    trace = told_trace(SAMPLES[name]())
    (finding,) = data_of(page("m", (cause_of(trace, {}),)))["findings"]
    values = list(finding["initial"])
    for number, state in enumerate(states(trace)):
        if number:
            for cell, _, after in finding["steps"][number - 1]["changes"]:
                values[cell] = after
        named = dict(zip(finding["cells"], values, strict=True))
        assert {cell: named[cell] for cell in state} == state, number


@pytest.mark.parametrize("name", SAMPLES)
def test_every_cell_of_the_state_is_drawn_exactly_once(name: str) -> None:
    (finding,) = data_of(page("m", (cause_of(SAMPLES[name](), {}),)))["findings"]
    drawn: list[int] = []
    for block in finding["layout"]:
        if block["shape"] == "stacks":
            drawn += [cell for stack in block["stacks"] for part in ("mapped", "listed", "count") for cell in stack[part]]
        else:
            drawn += [cell for column in block["columns"] for cells in column["cells"] for _, cell in cells]
    assert sorted(drawn) == list(range(len(finding["cells"])))


def test_nothing_of_others_is_markup() -> None:
    cause = hostile_cause()
    text = page(cause.trace.model, (cause, cause))
    harmless = page("m", (cause_of(SAMPLES["multi_page"](), {}), cause_of(SAMPLES["multi_page"](), {})))

    def tags(of: str) -> set[str]:
        return {tag for tag, _ in Elements(of).elements}

    assert tags(text) <= tags(harmless) | {"details", "summary"}
    for tag, attributes in Elements(text).elements:
        assert not any(name.startswith("on") for name in attributes), tag
        assert not {"src", "srcset", "style"} & set(attributes), tag
        assert attributes.get("href") is None or str(attributes["href"]).startswith("#")
    assert sum(tag == "script" for tag, _ in Elements(text).elements) == 2
    assert all(ord(character) >= 0x20 or character in "\t\n" for character in text)
    assert not {"\u202e", "\u202c", "\u2028", "\x1b", "\x00"} & set(text)


def test_the_policy_allows_the_script_and_the_style_sheet_of_the_page_and_nothing_else() -> None:
    parsed = Elements(page("m", (cause_of(SAMPLES["multi_page"](), {}),)))
    (policy,) = [a["content"] for tag, a in parsed.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    hashes = [base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode() for _, inside in parsed.inside]
    assert sum(f"'sha256-{known}'" in policy for known in hashes) == 2, "one script and one style sheet; the data is neither"


@pytest.mark.parametrize("file", sorted(TEMPLATES.glob("*.js")), ids=lambda file: file.name)
def test_the_script_never_parses_markup_or_text(file: Path) -> None:
    text = file.read_text()
    for parsing in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "DOMParser",
        "srcdoc",
    ):
        assert parsing not in text
    for asking in ("fetch(", "XMLHttpRequest", "WebSocket", "import(", "sendBeacon", "http:"):
        assert asking not in text


@given(st.recursive(st.text(), lambda inside: st.lists(inside) | st.dictionaries(st.text("abc"), inside), max_leaves=8))
def test_data_cannot_end_its_block_and_reads_back_as_what_is_visible(value: Any) -> None:
    block = data_block(value)
    assert not set("<>&\u2028\u2029\x00") & set(block)

    def shown(of: Any) -> Any:
        if isinstance(of, str):
            return visible(of)
        return {key: shown(inside) for key, inside in of.items()} if isinstance(of, dict) else [shown(inside) for inside in of]

    assert json.loads(block) == shown(value)


def test_characters_that_hide_or_move_others_are_escaped() -> None:
    assert visible("a\u202eb\x1b\u2066c\td\n") == "a\\u202eb\\x1b\\u2066c\td\\x0a"
    assert visible("Grüße, 核") == "Grüße, 核"


def test_thirty_findings_take_less_than_three_megabytes_and_each_source_is_there_once() -> None:
    traces = [load_trace(file) for file in FINDINGS][:30]
    sources = {f.relative_to(PROJECT).as_posix(): f.read_text() for d in ("spec", "models") for f in (PROJECT / d).rglob("*.py")}
    text = page("models/rfc_v1.py", tuple(cause_of(trace, sources) for trace in traces))
    assert len(traces) == 30
    assert len(text.encode()) < 3_000_000
    names = [source["name"] for source in data_of(text)["sources"]]
    assert len(names) == len(set(names))
    assert text.count("def dynamic_stack_get_page") == 1


def kinds(file: str) -> list[tuple[str, int]]:
    found = standings(load_trace(PROJECT / "counterexamples" / "rfc_v1" / file).steps)
    return [(standing.kind.value, standing.depth) for standing in found]


def test_an_nmi_stands_on_top_of_the_fault_that_it_interrupts_and_the_fault_goes_on_after_it() -> None:
    found = kinds("bug-15-nmi-in-get-page.json")
    assert found[6:8] == [("task", 0), ("fault", 1)]
    assert found[11:24] == [("NMI", 2)] * 13
    assert found[24:] == [("fault", 1)] * 6
    resumed = [
        n for n, s in enumerate(standings(load_trace(FINDINGS[0].parent / "bug-15-nmi-in-get-page.json").steps), 1) if s.resumed
    ]
    assert resumed == [25]


def test_a_fault_in_an_interrupt_stands_on_top_of_it_and_a_later_one_does_not_stand_on_top_of_the_first() -> None:
    found = kinds("bug-05-flag-lost.json")
    assert [found[number - 1] for number in (9, 10, 11, 23, 24, 25)] == [
        ("task", 0), ("irq", 1), ("fault", 2), ("fault", 2), ("irq", 1), ("task", 0)
    ]  # fmt: skip
    assert max(depth for _, depth in kinds("bug-01b-next-fault-panics.json")) == 1


@pytest.mark.parametrize("make", SAMPLES.values(), ids=SAMPLES)
def test_no_context_of_a_task_has_anything_below_it(make: Callable[[], Trace]) -> None:
    assert all(standing.depth == 0 for standing in standings(make().steps) if standing.kind is Kind.TASK)


def test_show_writes_a_page_and_refuses_as_other_outputs_do(tmp_path: Path) -> None:
    stored = str(FINDINGS[0])
    done = stackproof("show", stored, "--html", str(tmp_path / "page.html"))
    assert (done.returncode, done.stdout) == (0, "")
    assert data_of((tmp_path / "page.html").read_text())["sources"][0]["lines"]
    assert stackproof("show", stored, "--html", "-").stdout == (tmp_path / "page.html").read_text()
    refused = stackproof("show", stored, "--html", str(tmp_path / "none" / "page.html"))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "cannot write the page" in refused.stderr
    assert stackproof("show", stored, "--html", "same", "--svg", "same").returncode == 2


def test_check_refuses_before_it_searches_and_writes_all_verdicts(tmp_path: Path) -> None:
    small = ("check", "rfc_v1", "--cpus", "1", "--tasks", "1", "--stack-pages", "2", "--events", "switch-fault")
    refused = stackproof(*small, "--html", str(tmp_path / "none" / "page.html"))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert stackproof(*small, "--html", str(tmp_path / "page.html")).returncode == 1
    text = (tmp_path / "page.html").read_text()
    assert len(data_of(text)["findings"]) == 1
    assert 'id="summary"' in text
    assert "BOUNDED(" in text
