# SPDX-License-Identifier: GPL-2.0-only
"""The cache of outcomes: what is not exactly what was put there is not used."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.result.verdict import Run
from checker.stopping import INTERRUPTED
from checker.verify.configuration import check_configuration
from checker.verify.known.key import key_of
from checker.verify.known.store import Outcomes, open_outcomes
from checker.verify.request import Request

MODEL = PROJECT / "models" / "dks.py"
SETTINGS = {"C": 1, "T": 1, "S": 3}
METHOD = Method(engine="portable")


@pytest.fixture
def outcomes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outcomes:
    monkeypatch.setenv("STACKPROOF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return opened()


def opened() -> Outcomes:
    found = open_outcomes()
    assert isinstance(found, Outcomes)
    return found


def searched(settings: dict[str, int] = SETTINGS) -> tuple[str, Run]:
    request = Request(MODEL, dict(settings), None)
    key = key_of(load_program(MODEL), request, METHOD)
    assert key is not None
    return key, check_configuration(request, METHOD, Limits(None, None, None))


def find(outcomes: Outcomes, key: str, run: Run, with_traces: bool = True) -> Run | None:
    return outcomes.find(key, load_program(MODEL), run.subject.configuration, None, with_traces=with_traces)


def test_what_is_kept_is_found_as_it_was(outcomes: Outcomes) -> None:
    key, run = searched()
    outcomes.keep(key, run, load_program(MODEL))
    found = find(opened(), key, run)
    assert found is not None
    assert found.verdicts == run.verdicts
    assert any(verdict.trace is not None for verdict in found.verdicts)
    counts = dataclasses.replace(run.statistics, seconds=0.0, memory=0)
    assert found.statistics == counts
    assert (outcomes.folder / key).stat().st_mode & 0o777 == 0o600
    assert outcomes.folder.stat().st_mode & 0o777 == 0o700


def test_without_its_counterexamples_a_run_has_their_lengths(outcomes: Outcomes) -> None:
    key, run = searched()
    outcomes.keep(key, run, load_program(MODEL))
    found = opened().find(key, load_program(MODEL), run.subject.configuration, None, with_traces=False)
    assert found is not None
    assert found.violated == run.violated != {}
    assert all(verdict.trace is None for verdict in found.verdicts)
    assert [(v.property, v.kind, v.detail, v.fairness) for v in found.verdicts] == [
        (v.property, v.kind, v.detail, v.fairness) for v in run.verdicts
    ]


def test_every_byte_counts(outcomes: Outcomes) -> None:
    key, run = searched()
    outcomes.keep(key, run, load_program(MODEL))
    path = outcomes.folder / key
    whole = path.read_bytes()
    for place in [*range(64), *range(64, len(whole), 97), len(whole) - 1]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert find(outcomes, key, run) is None, place
        assert find(outcomes, key, run, with_traces=False) is None, place
    for end in (0, 1, 31, 32, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:end])
        assert find(outcomes, key, run) is None, end
    path.write_bytes(whole + b"x")
    assert find(outcomes, key, run) is None
    path.write_bytes(whole)
    assert find(outcomes, key, run) is not None


def test_entries_cannot_be_exchanged(outcomes: Outcomes) -> None:
    key, run = searched()
    other_key, other = searched({**SETTINGS, "S": 2})
    assert key != other_key
    for each, found in ((key, run), (other_key, other)):
        outcomes.keep(each, found, load_program(MODEL))
    first, second = (outcomes.folder / each for each in (key, other_key))
    contents = first.read_bytes(), second.read_bytes()
    first.write_bytes(contents[1])
    second.write_bytes(contents[0])
    assert find(outcomes, key, run) is None and find(outcomes, other_key, other) is None


def test_entries_of_others_are_none(outcomes: Outcomes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, run = searched()
    outcomes.keep(key, run, load_program(MODEL))
    path = outcomes.folder / key
    path.chmod(0o620)
    assert find(outcomes, key, run) is None
    path.chmod(0o600)
    kept = path.rename(tmp_path / "kept")
    path.symlink_to(kept)
    assert find(outcomes, key, run) is None
    path.unlink()
    os.mkfifo(path)
    assert find(outcomes, key, run) is None
    path.unlink()
    kept.rename(path)
    assert find(outcomes, key, run) is not None
    outcomes.folder.chmod(0o770)
    assert find(outcomes, key, run) is None
    outcomes.folder.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    assert find(outcomes, key, run) is None
    assert isinstance(open_outcomes(), str)


def test_an_entry_that_was_made_with_another_secret_is_none(
    outcomes: Outcomes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, run = searched()
    outcomes.keep(key, run, load_program(MODEL))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "elsewhere"))
    assert find(opened(), key, run) is None


def test_what_ended_early_is_not_kept(outcomes: Outcomes) -> None:
    key, run = searched()
    outcomes.keep(key, dataclasses.replace(run, stopped=INTERRUPTED), load_program(MODEL))
    outcomes.keep(key, dataclasses.replace(run, cuts=(("no room", "a page"),)), load_program(MODEL))
    assert list(outcomes.folder.iterdir()) == []


def test_the_key_changes_with_whatever_can_matter(tmp_path: Path) -> None:
    text = MODEL.read_text()
    path = tmp_path / "dks.py"

    def key(changed: str, request: Request | None = None, method: Method = METHOD) -> str | None:
        path.write_text(changed)
        return key_of(load_program(path), request or Request(path, dict(SETTINGS), None), method)

    first = key(text)
    assert key(text + "# a comment\n") == first
    assert key(text.replace("EXPECTED = (", "EXPECTED = (  # once more", 1)) == first
    others = [
        key(text.replace("return ", "return not ", 1)) if "return " in text else None,
        key(text, Request(path, {**SETTINGS, "S": 2}, None)),
        key(text, Request(path, dict(SETTINGS), None, ("I1",))),
        key(text, Request(path, dict(SETTINGS), None, liveness_states=1)),
        key(text, method=Method(engine="portable", reductions=frozenset({"pages"}))),
        key(text, method=Method(engine="portable", compact=True)),
    ]
    assert first not in others
