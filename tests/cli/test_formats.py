# SPDX-License-Identifier: GPL-2.0-only
"""`--format` and `--output`: what goes where, with which exit status, also where something ends it early."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from junitparser import JUnitXml
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Report

import checker.cli.check
from checker.cli.main import run
from checker.project import PROJECT
from checker.report.formats.names import DOCUMENTS
from tests.ci.tree import commit, environment, git
from tests.support.command import stackproof
from tests.support.printed import schema

SMALL = ("--cpus", "1", "--tasks", "1", "--stack-pages", "2", "--events", "switch-fault")
BUG = "bug-13-switch-window.json"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_format_does_not_change_the_exit_status_and_is_alone_on_standard_output(name: str) -> None:
    found = stackproof("check", "rfc_v1", *SMALL, "--format", name)
    assert found.returncode == 1
    assert "fault-resolved" in found.stdout
    assert found.stderr == ""
    held = stackproof("check", "rfc_v1", *SMALL, "--format", name, "--property", "one-owner")
    assert held.returncode == 0, held.stderr
    assert (held.stdout == "") == (name in ("github", "checkpatch"))


def test_one_search_gives_several_files_and_the_text(tmp_path: Path) -> None:
    files = ("--format", "sarif", "--output", "a.sarif", "--format", "junit", "--output", "a.xml")
    done = stackproof("check", "rfc_v1", *SMALL, *files, cwd=tmp_path)
    assert done.returncode == 1
    assert "VIOLATED in 9 steps" in done.stdout
    Report.model_validate_json((tmp_path / "a.sarif").read_text())
    assert sum(suite.failures for suite in JUnitXml.fromfile(str(tmp_path / "a.xml"))) == 1


def test_the_last_format_without_a_file_is_on_standard_output(tmp_path: Path) -> None:
    done = stackproof("check", "rfc_v1", *SMALL, "--format", "sarif", "--output", "a", "--format", "github", cwd=tmp_path)
    assert done.stdout.startswith("::error ")
    assert done.stdout.count("\n") == 1
    Report.model_validate_json((tmp_path / "a").read_text())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--output", "a"), "--output a has no format; put --format NAME before it"),
        (("--format", "b4", "--format", "ktap"), "b4 and ktap cannot both go to standard output"),
        (("--format", "text", "--output", "a"), "text goes to standard output"),
        (("--format", "b4", "--output", "a", "--format", "ktap", "--output", "a"), "two formats are to go to a;"),
        (("--format", "b4", "--output", "a", "--format", "ktap", "--output", "../one/a"), "two formats are to go to ../one/a;"),
        (("--format", "b4", "--output", "../one/a", "--html", "a"), "--html and --output both name a;"),
        (("--format", "b4", "--output", "none/a"), "none/a: error: cannot write it: No such file or directory"),
    ],
)
def test_what_cannot_be_is_refused_before_the_search(arguments: tuple[str, ...], told: str, tmp_path: Path) -> None:
    here = tmp_path / "one"
    here.mkdir()
    done = stackproof("check", "rfc_v1", *SMALL, *arguments, cwd=here)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stdout == ""
    assert not list(here.iterdir())


def test_json_has_the_causes() -> None:
    found = json.loads(stackproof("check", "rfc_v1", *SMALL, "--format", "json").stdout)
    jsonschema.validate(found, schema("stackproof-check"))
    (cause,) = found["causes"]
    assert cause["symptoms"][0]["property"] == "fault-resolved"
    assert cause["symptoms"][0]["length"] == 9
    assert cause["notes"]


WRONG = "from checker.language import action\n\nx: int = 1\n\n\n@action\ndef go() -> None:\n    y = unknown\n"


def test_a_wrong_input_is_an_annotation_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(WRONG)
    plain = stackproof("check", "m.py", cwd=tmp_path)
    done = stackproof("check", "m.py", "--format", "github", cwd=tmp_path)
    assert (plain.returncode, done.returncode) == (2, 2)
    assert done.stderr == "", "it is told once"
    line = plain.stderr.split(":")[1]
    assert done.stdout.splitlines()[0].startswith(f"::error file=m.py,line={line},title=stackproof%3A model-error::")


def test_a_wrong_input_is_a_result_in_a_file_and_an_error(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(WRONG)
    done = stackproof("check", "m.py", "--format", "sarif", "--output", "a", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("m.py:")
    Report.model_validate_json((tmp_path / "a").read_text())
    (result,) = json.loads((tmp_path / "a").read_text())["runs"][0]["results"]
    assert result["ruleId"] == "model-error"


def interrupted(*arguments: Any) -> Any:
    raise KeyboardInterrupt


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_interruption_before_anything_was_found_leaves_a_whole_document(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checker.cli.check, "check_configuration", interrupted)
    file = tmp_path / "out"
    assert run(["check", "rfc_v1", "--format", name, "--output", str(file)]) == 3
    text = file.read_text()
    assert "interrupted" in text
    if name == "json":
        found = json.loads(text)
        jsonschema.validate(found, schema("stackproof-check"))
        assert (found["exit_status"], found["runs"], found["stopped"]) == (3, [], "interrupted")
    if name == "sarif":
        Report.model_validate_json(text)
        assert json.loads(text)["runs"][0]["invocations"][0]["executionSuccessful"] is False


def test_a_limit_makes_a_document_incomplete(tmp_path: Path) -> None:
    done = stackproof("check", "rfc_v1", *SMALL, "--max-states", "5", "--format", "checkpatch")
    assert done.returncode == 3
    assert "WARNING: not-known: UNKNOWN(" in done.stdout
    assert "ERROR:" not in done.stdout


def test_a_run_is_shown_in_other_formats(tmp_path: Path) -> None:
    trace = str(PROJECT / "counterexamples" / "rfc_v1" / BUG)
    assert stackproof("show", trace, "--format", "mermaid").stdout.startswith("sequenceDiagram\n")
    done = stackproof("show", trace, "--format", "itf", "--output", "a.itf.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert len(json.loads((tmp_path / "a.itf.json").read_text())["states"]) == 10
    assert run(["show", trace, "--output", "x"]) == 2


@pytest.mark.parametrize(
    ("sides", "status", "word"), [(("rfc_v1", "rfc_v1_nr_fixed"), 0, "FIXED"), (("rfc_v1_nr_fixed", "rfc_v1"), 1, "NEW")]
)
def test_diff_has_the_formats_as_well(sides: tuple[str, str], status: int, word: str, tmp_path: Path) -> None:
    sizes = ("--cpus", "1", "--tasks", "1", "--stack-pages", "3", "--events", "touch")
    files = ("--format", "sarif", "--output", "a", "--format", "junit", "--output", "b", "--format", "checkpatch")
    done = stackproof("diff", *sides, *sizes, *files, cwd=tmp_path, STACKPROOF_CACHE=str(tmp_path / "cache"))
    assert done.returncode == status, done.stderr
    level = "ERROR" if status else "CHECK"
    lines = done.stdout.splitlines()
    assert lines
    assert all(f": {level}: " in line and f": {word}: " in line for line in lines)
    Report.model_validate_json((tmp_path / "a").read_text())
    results = json.loads((tmp_path / "a").read_text())["runs"][0]["results"]
    assert {result["baselineState"] for result in results} == {"new" if status else "absent"}
    assert sum(suite.failures for suite in JUnitXml.fromfile(str(tmp_path / "b"))) == (len(lines) if status else 0)


RECORDS = """
from checker.language import Expected, action, invariant

up: bool = False


@action
def go() -> None:
    global up
    up = not up


@invariant("low", "up")
def low() -> bool:
    '''It matters.'''
    return not up


EXPECTED = (Expected(settings={{}}, violated={{{violated}}}, states=2, transitions={transitions}),)
"""


def test_gate_has_the_formats_as_well(tmp_path: Path) -> None:
    model = tmp_path / "m.py"
    model.write_text(RECORDS.format(violated='"low": 1', transitions=0))
    assert stackproof("gate", "--update", "m.py", cwd=tmp_path).returncode == 0
    files = ("--format", "junit", "--output", "a", "--format", "sarif", "--output", "b", "--format", "json")
    passed = stackproof("gate", "m.py", *files, cwd=tmp_path)
    assert passed.returncode == 0, passed.stderr
    found = json.loads(passed.stdout)
    assert (found["schema"], found["exit_status"], found["findings"]) == ("stackproof-gate", 0, [])
    assert [case["outcome"] for group in found["groups"] for case in group["cases"]] == ["passed"]
    model.write_text(model.read_text().replace('"low": 1', '"low": 2'))
    failed = stackproof("gate", "m.py", *files, cwd=tmp_path)
    assert failed.returncode == 1, failed.stderr
    assert json.loads(failed.stdout)["findings"][0]["level"] == "error"
    assert sum(suite.failures for suite in JUnitXml.fromfile(str(tmp_path / "a"))) == 1
    Report.model_validate_json((tmp_path / "b").read_text())
    assert stackproof("gate", "--update", "m.py", "--format", "ktap", cwd=tmp_path).returncode == 2


def test_gate_with_a_base_has_the_formats_as_well(tmp_path: Path) -> None:
    env = environment(tmp_path)
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, env, "init", "--quiet")
    model = folder / "m.py"
    bad = RECORDS.format(violated='"low": 1', transitions=0)
    model.write_text(bad.replace("return not up", "return up or not up"))
    commit(folder, env, "held")
    arguments = ("gate", "--base", "HEAD", "m.py", "--format", "checkpatch")
    cache = {"STACKPROOF_CACHE": str(tmp_path / "cache")}
    same = stackproof(*arguments, cwd=folder, **cache)
    assert (same.returncode, same.stdout) == (0, ""), same.stderr
    model.write_text(bad)
    worse = stackproof(*arguments, cwd=folder, **cache)
    assert worse.returncode == 1, worse.stderr
    assert worse.stdout.startswith("m.py:")
    assert ": ERROR: low: NEW: up" in worse.stdout
