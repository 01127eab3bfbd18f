# SPDX-License-Identifier: GPL-2.0-only
"""The page in a real browser: what a reader sees, and that nothing of others runs and nothing is fetched."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.project import PROJECT
from checker.report.html.page import page
from checker.report.picture.svg import draw
from checker.report.told import told_trace
from checker.result.review import Cause
from checker.trace.store import load_trace
from tests.report.hostile import PLANTED, cause_of, hostile_cause, hostile_trace
from tests.report.samples import SAMPLES
from tests.support.chromium import Page, chromium, find_chromium

pytestmark = [
    pytest.mark.skipif(
        find_chromium() is None, reason="there is no Chromium here; `apt-get install chromium` lets this test run"
    ),
    pytest.mark.xdist_group("chromium"),
]

FINDINGS = sorted((PROJECT / "counterexamples" / "rfc_v1").glob("bug-*.json"))
SIZES = ((1366, 768), (390, 844))
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a page with thirty bundled findings."""
    sources = {f.relative_to(PROJECT).as_posix(): f.read_text() for d in ("spec", "models") for f in (PROJECT / d).rglob("*.py")}
    return _written(tmp_path_factory.mktemp("report"), *(cause_of(load_trace(file), sources) for file in FINDINGS[:30]))


def _written(folder: Path, *causes: Cause) -> str:
    (folder / "report.html").write_text(page(causes[0].trace.model, causes))
    return (folder / "report.html").as_uri()


def _clean(browser: Page) -> None:
    assert browser.errors == []
    assert [url for url in browser.requests if not url.startswith("file:///")] == []
    assert len(browser.requests) == 1
    assert browser.dialogs == []


def _shown(browser: Page) -> list[object]:
    """What a reader sees of where the run is."""
    visible = "document.querySelector('article:not([hidden])')"
    browser.evaluate("new Promise(done => setTimeout(done, 100))")  # the address follows when nothing moves any more
    return [
        browser.evaluate("location.hash"),
        browser.evaluate(f"{visible}.querySelector('output').textContent"),
        browser.evaluate(f"{visible}.querySelector('[aria-current=step] th').textContent"),
        browser.evaluate(f"{visible}.querySelector('.now').textContent"),
    ]


def _state(browser: Page) -> str:
    return str(browser.evaluate("document.querySelector('article:not([hidden]) .cells-pane').textContent"))


def test_thirty_findings_open_in_two_seconds_without_an_error_or_a_request(browser: Page, report: str) -> None:
    browser.size(*SIZES[0])
    assert browser.open(report) < 2.0
    _clean(browser)
    assert browser.evaluate("document.querySelectorAll('nav li').length") == 30
    assert browser.evaluate("document.querySelectorAll('article:not([hidden])').length") == 1


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_no_finding_makes_the_page_scroll_sideways_or_errs(browser: Page, report: str, size: tuple[int, int]) -> None:
    browser.size(*size)
    browser.open(report)
    for number in range(1, 31):
        browser.evaluate(f"location.hash = '#f{number}'; new Promise(done => setTimeout(done, 20))")
        assert browser.evaluate(FITS), number
        for key in ("Home", "j", "a"):
            browser.key(key)
        assert browser.evaluate(FITS), number
    _clean(browser)


def test_keys_step_and_change_the_state_that_is_drawn(browser: Page, report: str) -> None:
    browser.size(*SIZES[0])
    browser.open(report + "#f1")
    trace = load_trace(FINDINGS[0])
    last = len(trace.steps)
    assert _shown(browser)[:3] == [f"#f1-s{last}", f"step {last} of {last}", str(last)]
    browser.key("Home")
    assert _shown(browser)[:3] == ["#f1-s0", f"step 0 of {last}", "0"]
    browser.key("a")  # all steps: then each key moves by one
    states = [_state(browser)]
    for number, (step, key) in enumerate(zip(trace.steps, ["ArrowDown", "j", "ArrowRight"] * last, strict=False), 1):
        browser.key(key)
        states.append(_state(browser))
        assert _shown(browser)[0] == f"#f1-s{number}"
        assert (states[-1] != states[-2]) or not step.changes, step
    for key in ("ArrowUp", "k", "ArrowLeft"):
        browser.key(key)
    assert _shown(browser)[0] == f"#f1-s{last - 3}"
    assert _state(browser) == states[last - 3]
    browser.key("End")
    browser.key("n")
    assert _shown(browser)[0] == f"#f2-s{len(load_trace(FINDINGS[1]).steps)}"
    browser.key("p")
    assert _shown(browser)[0] == f"#f1-s{last}"
    _clean(browser)


def test_a_link_restores_the_finding_and_the_step_also_when_it_names_none(browser: Page, report: str) -> None:
    browser.size(*SIZES[0])
    browser.open(report + "#f3-s12")
    before = _shown(browser), _state(browser)
    assert before[0][:3] == ["#f3-s12", f"step 12 of {len(load_trace(FINDINGS[2]).steps)}", "12"]
    browser.key("End")
    browser.open(report + "#f3-s12")
    assert (_shown(browser), _state(browser)) == before
    for wrong, right in (
        ("#f99-s9", "#f30-s"),
        ("#f0", "#f1-s"),
        ("#f2-s999999", "#f2-s"),
        ("#<img>", "#f1-s"),
        ("#f2-s1e3", "#f1-s"),
    ):
        browser.open(report + wrong)
        assert str(_shown(browser)[0]).startswith(right)
    _clean(browser)


def test_the_slider_steps_and_the_folded_step_that_it_comes_to_is_opened(browser: Page, report: str) -> None:
    browser.size(*SIZES[0])
    browser.open(report + "#f1")
    slider = "document.querySelector('article:not([hidden]) input[type=range]')"
    assert browser.evaluate("document.querySelector('article:not([hidden]) tr.step[hidden] button').textContent") == "1"
    browser.evaluate(f"{slider}.value = 2; {slider}.dispatchEvent(new Event('input'))")
    assert _shown(browser)[0] == "#f1-s2"
    assert browser.evaluate("document.querySelector('article:not([hidden]) [aria-current=step]').hidden") is False
    browser.evaluate(f"{slider}.focus()")
    browser.key("ArrowRight")
    assert _shown(browser)[0] == "#f1-s3"


def test_the_titles_of_the_lanes_stay_in_sight(browser: Page, report: str) -> None:
    browser.size(*SIZES[0])
    browser.open(report + "#f3")
    pane = "document.querySelector('article:not([hidden]) .lanes-pane .scroll')"
    assert browser.evaluate(f"{pane}.scrollTop") > 100
    top = f"{pane}.querySelector('thead th').getBoundingClientRect().top - {pane}.getBoundingClientRect().top"
    assert abs(browser.evaluate(top)) <= 1


def test_the_source_shows_the_line_of_the_step_and_the_lines_of_the_notes(browser: Page, report: str) -> None:
    browser.size(*SIZES[0])
    trace = load_trace(FINDINGS[0])
    number = next(n for n, step in enumerate(trace.steps, 1) if step.at.file == "models/rfc_v1.py" and step.changes)
    browser.open(f"{report}#f1-s{number}")
    line = browser.evaluate("document.querySelector('article:not([hidden]) .line.current code').textContent")
    assert line == (PROJECT / "models" / "rfc_v1.py").read_text().split("\n")[trace.steps[number - 1].at.line - 1]
    assert browser.evaluate("document.querySelectorAll('article:not([hidden]) .line.noted').length") >= 2
    note = "[...document.querySelectorAll('article:not([hidden]) .note button')].at(-1)"
    step = browser.evaluate(f"{note}.textContent").removeprefix("step ")
    assert int(step) != number
    browser.evaluate(f"{note}.click()")
    assert _shown(browser)[0] == f"#f1-s{step}"


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_shown(browser: Page, tmp_path: Path, name: str) -> None:
    trace = told_trace(SAMPLES[name]())
    browser.size(*SIZES[1], dark=True)
    browser.open(_written(tmp_path, cause_of(trace, {})))
    _clean(browser)
    assert browser.evaluate(FITS)
    assert browser.evaluate("document.querySelectorAll('tr.mark.loop').length") == (
        0 if trace.cycle is None else 1 if trace.ends else 2
    )


def test_what_a_hostile_model_plants_is_text_and_does_not_run(browser: Page, tmp_path: Path) -> None:
    cause = hostile_cause()
    url = _written(tmp_path, cause, cause)
    for size in SIZES:
        browser.size(*size)
        browser.open(url)
        for key in ("Home", "a", *["j"] * len(cause.trace.steps), "n", "Home"):
            browser.key(key)
        browser.evaluate("for (const box of document.querySelectorAll('input[type=checkbox]')) box.click()")
        browser.evaluate("for (const one of document.querySelectorAll('.trail button, .note button, .fold button')) one.click()")
        browser.evaluate("new Promise(done => setTimeout(done, 100))")
        assert browser.evaluate("window.ran === undefined && document.title !== 'ran'")
        assert browser.evaluate("document.querySelectorAll('img, svg, iframe, object, embed, base, form').length") == 0
        assert "<img src=x onerror=" in browser.evaluate("document.querySelector('h2').textContent")
        assert browser.evaluate(FITS)
        _clean(browser)


def test_without_the_escapes_the_policy_still_lets_nothing_run(browser: Page, tmp_path: Path) -> None:
    text = page("m", (cause_of(SAMPLES["multi_page"](), {}),))
    (tmp_path / "report.html").write_text(
        text.replace("<h1>", f"<h1>{PLANTED}<script>window.ran=2</script><img src='http://127.0.0.1:9/'>")
    )
    browser.open((tmp_path / "report.html").as_uri())
    assert browser.evaluate("window.ran === undefined")
    assert any("Content Security Policy" in error for error in browser.errors)


def test_what_is_planted_would_run_without_the_escapes_and_the_policy(browser: Page, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(f"<!DOCTYPE html><script>{PLANTED}</script>")
    browser.open((tmp_path / "report.html").as_uri())
    assert browser.evaluate("window.ran") == 1
    assert "http://127.0.0.1:9/" in browser.requests


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_picture_of_a_hostile_trace_runs_nothing_either(browser: Page, tmp_path: Path, wrapped: bool) -> None:
    picture = draw(hostile_trace(), {hostile_trace().model: f"#\n{PLANTED}\n"})
    file = tmp_path / ("picture.html" if wrapped else "picture.svg")
    file.write_text(
        f"<!DOCTYPE html><title>{html.escape('a picture')}</title>{picture[picture.index('<svg') :]}" if wrapped else picture
    )
    browser.open(file.as_uri())
    browser.evaluate("new Promise(done => setTimeout(done, 100))")
    assert browser.evaluate("window.ran === undefined && document.title !== 'ran'")
    assert browser.evaluate("document.querySelectorAll('img, script, foreignObject, [onload], [onerror]').length") == 0
    assert [url for url in browser.requests if not url.startswith("file:///")] == []


def test_a_printed_page_has_every_finding_with_its_decisive_steps(browser: Page, report: str) -> None:
    browser.size(*SIZES[0], media="print")
    browser.open(report)
    assert browser.evaluate("[...document.querySelectorAll('article h2, article .story')].every(e => e.getClientRects().length)")
    browser.size(*SIZES[0])


def test_everything_that_can_be_pressed_has_a_name(browser: Page, report: str) -> None:
    browser.size(*SIZES[0])
    browser.open(report + "#f1")
    nameless = """[...document.querySelectorAll('button, a, input, [role=region]')].filter(one =>
        !(one.textContent.trim() || one.getAttribute('aria-label') || one.closest('label'))).length"""
    assert browser.evaluate(nameless) == 0
    tree = browser.call("Accessibility.getFullAXTree")["nodes"]
    pressed = [n for n in tree if n.get("role", {}).get("value") in ("button", "slider", "checkbox", "link") and not n["ignored"]]
    assert len(pressed) > 30
    assert [node for node in pressed if not node.get("name", {}).get("value", "").strip()] == []
