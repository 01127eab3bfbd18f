# SPDX-License-Identifier: GPL-2.0-only
"""Checkpoints that were made to harm are refused in one line before the C code works on them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.explicit.compiled.checkpoint import CheckpointError
from checker.project import PROJECT
from tests.explicit.compiled.forged_files import Parts, resumed
from tests.explicit.compiled.forged_searches import subjects
from tests.support.judges.in_pieces import pieces
from tests.support.sampling import some

Forge = Callable[[Parts], object]


@pytest.fixture(scope="module")
def searches(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Callable[[bytes], object], bytes, int]]:
    return list(subjects(tmp_path_factory.mktemp("forged"), pieces))


def put(name: str, value: object) -> Forge:
    return lambda parts: parts.header.update({name: value})


def listed(number: int, *pairs: list[int]) -> Forge:
    def forge(parts: Parts) -> None:
        parts.lists[number] += list(pairs)
        parts.lengths()

    return forge


def first_row(word: int) -> Forge:
    return lambda parts: parts.states[0].__setitem__(0, word)


def top_word(parts: Parts) -> None:
    parts.states[0][-1] |= 1 << 63


def rows_away(parts: Parts) -> None:
    """Rows that the header still speaks of, as far as it seems."""
    parts.states, parts.sources = parts.states[:5], parts.sources[:5]
    parts.lengths()


def again(parts: Parts) -> None:
    parts.lists[3] = [[0, 1]] * 9000
    parts.lengths()


FORGED: dict[str, Forge] = {
    "fewer words": put("words", 1),
    "more words": put("words", 10**6),
    "no words": put("words", 0),
    "a negative number": put("words", -1),
    "rows without end": put("rows", 2**32 - 1),
    "rows beyond 64 bits": put("rows", 2**70),
    "a number in words": put("rows", "5"),
    "a truth": put("rows", True),
    "no number": put("states", None),
    "a fraction": put("transitions", 0.5),
    "infinite time": put("seconds", float("inf")),
    "time before the beginning": put("seconds", -1.0),
    "lists that are none": put("lists", 4),
    "three lists": put("lists", [0, 0, 0]),
    "a list without end": put("lists", [2**31, 0, 0, 0]),
    "a negative list": put("lists", [-1, 0, 0, 0]),
    "more states than rows": put("states", 10**6),
    "more expanded than states": put("expanded", 2**62),
    "deeper than states": put("depth", 2**62),
    "more marks": put("covers", 10**6),
    "fewer marks": put("raisers", 0),
    "a field too many": put("more", 1),
    "a field too few": lambda parts: parts.header.pop("depth"),
    "a header that is a list": lambda parts: setattr(parts, "header", [parts.header]),
    "a reduction that is none": put("dropped", {"../x": "why"}),
    "a finding of a property too many": put("findings", [[10**6, 1, 0, 0]]),
    "a finding of no kind": put("findings", [[0, 4, 0, 0]]),
    "a finding in no row": put("findings", [[0, 1, 2**31, 0]]),
    "a finding of no raiser": put("findings", [[0, 2, 0, 10**6]]),
    "a finding that was none": put("findings", [[0, 1, 0, 0]]),
    "a finding twice": put("findings", [[0, 1, 0, 0], [0, 1, 0, 0]]),
    "a finding of three numbers": put("findings", [[0, 1, 0]]),
    "a range in no row": listed(2, [2**31, 2**31 + 1]),
    "a range backwards": listed(1, [5, 4]),
    "a range over all": listed(2, [0, 2**32 - 1]),
    "a range twice": listed(0, [0, 1]),
    "a row to expand that is not in use": lambda parts: listed(2, [len(parts.states), len(parts.states) + 1])(parts),
    "a row to expand again that is not in use": listed(3, [2**32 - 2, 2**32 - 1]),
    "rows to expand again without end": again,
    "several rows to expand again in one": listed(3, [0, 5]),
    "fewer rows": rows_away,
    "more bytes": lambda parts: setattr(parts, "rest", b"x" * 100),
    "a state of ones": first_row(2**64 - 1),
    "bits beyond a state": top_word,
    "a source that is not a row": lambda parts: parts.sources.__setitem__(0, 2**31),
    "a mark of 2": lambda parts: parts.marks.__setitem__(0, 2),
}


@pytest.mark.parametrize("name", some(FORGED, 4))
def test_a_forgery_is_refused(searches: list[tuple[str, Callable[[bytes], object], bytes, int]], name: str) -> None:
    for _, resume, content, block in searches:
        parts = Parts.of(content, block)
        assert parts.content(block) == content
        FORGED[name](parts)
        with pytest.raises(CheckpointError, match=r"start over without --resume$") as caught:
            resume(parts.content(block))
        assert "\n" not in str(caught.value)


def test_rows_that_lead_to_each_other(searches: list[tuple[str, Callable[[bytes], object], bytes, int]]) -> None:
    """They are seen when a path along them is told."""
    for _, resume, content, block in searches:
        parts = Parts.of(content, block)
        parts.sources = [(row + 1) % len(parts.sources) for row in range(len(parts.sources))]
        with pytest.raises(CheckpointError, match=r"states that lead to each other|transitions that led to it"):
            resume(parts.content(block))


@pytest.mark.parametrize("number", [12, pytest.param(40, marks=pytest.mark.slow)])
def test_random_forgeries(searches: list[tuple[str, Callable[[bytes], object], bytes, int]], number: int) -> None:
    for _, resume, content, block in searches:
        refused, _ = resumed(resume, content, block, range(number))
        assert refused > number / 2


@pytest.mark.parametrize("number", [pytest.param(120, marks=pytest.mark.slow), pytest.param(700, marks=pytest.mark.exhaustive)])
def test_random_forgeries_under_address_sanitizer(tmp_path: Path, number: int) -> None:
    """What the checks let through goes beyond no memory of the C code."""
    library = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True).stdout.strip()
    if not Path(library).is_absolute():
        pytest.skip("gcc has no AddressSanitizer")
    environment = {
        **os.environ,
        "CC": "gcc -fsanitize=address,bounds -fno-sanitize-recover=all -fno-omit-frame-pointer",
        "LD_PRELOAD": str(Path(library).resolve()),
        "ASAN_OPTIONS": "detect_leaks=0,abort_on_error=0,exitcode=99,verify_asan_link_order=0",
        "STACKPROOF_CACHE": str(tmp_path / "cache"),
        "PYTHONPATH": os.pathsep.join([str(PROJECT), *sys.path]),
        "PYTHONMALLOC": "malloc",
    }
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("forged_files.py")), str(tmp_path), "1000", str(number)],
        env=environment, capture_output=True, text=True, timeout=3000,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
    for line in done.stdout.splitlines():
        *_, refused, taken = line.split()
        assert int(refused) > number * 3 // 7
        assert int(taken) > number // 140
    assert len(done.stdout.splitlines()) == 3
