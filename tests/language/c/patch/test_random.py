# SPDX-License-Identifier: GPL-2.0-only
"""Random files and random edits: what is read is what was written, also where blanks were lost, or it is an error."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from checker.language.c.patch.reading import Base, PatchError, read_c_source
from checker.language.c.source import CSource, SourceLine
from tests.language.c.patch.writing import diff, lines_of, mbox, patch_mail

TAME = ("", "{", "}", "int a;", "\tif (a)", "\t\treturn;", "\tb = 1;", "void f(void)", "int g(int a)", "out:", "-EIO;", "+ 1")
NASTY = (
    "  b = 1;",
    "++i;",
    "--",
    "-- ",
    "--- a/x",
    "+++ b/x",
    "@@ -1 +1 @@",
    "\\",
    "diff --git a/x b/x",
    "é",
    "a\x0cb",
    "a\u2028b",
)
LINE = st.sampled_from((*TAME, *NASTY))


@st.composite
def edited(draw: st.DrawFn, line: st.SearchStrategy[str] = LINE) -> tuple[str, str]:
    """A file and what an edit makes of it; either may lack the last newline."""
    old = draw(st.lists(line, max_size=40))
    new = list(old)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(new)))
        new[at : at + draw(st.integers(0, 3))] = draw(st.lists(line, max_size=4))
    return tuple(
        "\n".join(lines) + ("\n" if lines and (not lines[-1] or draw(st.integers(0, 5))) else "") for lines in (old, new)
    )  # type: ignore[return-value]


def plain(source: CSource, path: str) -> list[str]:
    (file,) = [file for file in source.files if file.path == path]
    return [line.text for fragment in file.fragments for line in fragment.lines]


def shown(source: CSource) -> Iterator[tuple[str, SourceLine]]:
    for file in source.files:
        for fragment in file.fragments:
            assert [line.number for line in fragment.lines] == list(
                range(fragment.lines[0].number, fragment.lines[0].number + len(fragment.lines))
            )
            for line in fragment.lines:
                yield file.path, line


def texts(text: str) -> list[str]:
    return [line.rstrip("\n") for line in lines_of(text)]


@settings(max_examples=300, deadline=None)
@given(edited(), st.integers(0, 4), st.booleans())
def test_without_base_every_line_shown_has_its_place(files: tuple[str, str], context: int, as_mail: bool) -> None:
    old, new = files
    assume(old != new)
    body = diff({"kernel/a.c": old}, {"kernel/a.c": new}, context)
    data = patch_mail(body) if as_mail else body.encode()
    source = read_c_source(data, "p")
    rows, after = data.decode().split("\n"), texts(new)
    numbers = set()
    for _, line in shown(source):
        assert after[line.number - 1] == line.text
        assert line.mail_line is not None
        assert rows[line.mail_line - 1] == ("+" if line.added else " ") + line.text
        numbers.add(line.number)
    assert sum(line.added for _, line in shown(source)) == sum(row.startswith("+") for row in body.split("\n")) - body.count(
        "\n+++ b/kernel/a.c\n"
    )
    for removed in source.files[0].removed:
        assert texts(old)[removed.number - 1] == removed.text
        assert rows[removed.mail_line - 1] == "-" + removed.text
    assert not source.repairs


@settings(max_examples=200, deadline=None)
@given(edited(), st.integers(0, 4), st.booleans(), st.booleans())
def test_with_base_the_result_is_the_new_file(files: tuple[str, str], context: int, index: bool, single: bool) -> None:
    old, new = files
    assume(old != new)
    body = diff({"kernel/a.c": old}, {"kernel/a.c": new}, context, index)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kernel" / "a.c"
        path.parent.mkdir()
        path.write_bytes(old.encode())
        source = read_c_source(body.encode(), "p", Base(path if single else Path(folder)))
    assert source.files[0].whole
    assert plain(source, "kernel/a.c") == texts(new)
    assert [line.number for _, line in shown(source)] == list(range(1, len(texts(new)) + 1))
    assert index == any("agrees" in note for note in source.notes)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINE, max_size=30), st.data())
def test_a_series_has_every_line_where_the_last_patch_leaves_it(first: list[str], data: st.DataObject) -> None:
    states = ["".join(f"{line}\n" for line in first)]
    for _ in range(data.draw(st.integers(2, 4))):
        lines = texts(states[-1])
        at = data.draw(st.integers(0, len(lines)))
        lines[at : at + data.draw(st.integers(0, 3))] = data.draw(st.lists(LINE, min_size=1, max_size=4))
        states.append("".join(f"{line}\n" for line in lines))
    steps = [(old, new) for old, new in itertools.pairwise(states) if old != new]
    assume(steps)
    mails = [
        patch_mail(diff({"kernel/a.c": old}, {"kernel/a.c": new}), f"[PATCH v3 {number}/{len(steps)}] fork: step")
        for number, (old, new) in enumerate(steps, 1)
    ]
    source = read_c_source(mbox(data.draw(st.permutations(mails))), "p.mbox")
    after = texts(steps[-1][1])
    for _, line in shown(source):
        assert after[line.number - 1] == line.text
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.c"
        path.write_bytes(states[0].encode())
        assert plain(read_c_source(mbox(mails), "p.mbox", Base(path)), "kernel/a.c") == after


@settings(max_examples=500, deadline=None)
@given(edited(st.sampled_from(TAME)), st.data())
def test_lost_blanks_are_put_back_or_an_error_says_why_not(files: tuple[str, str], data: st.DataObject) -> None:
    old, new = files
    assume(old != new)
    body = diff({"kernel/a.c": old}, {"kernel/a.c": new})
    whole = read_c_source(body.encode(), "p")
    rows = body.split("\n")
    blank = [i for i, row in enumerate(rows) if row.startswith(" ")]
    lost = data.draw(st.sets(st.sampled_from(blank))) if blank else set()
    damaged = "\n".join(row[1:] if i in lost else row for i, row in enumerate(rows))
    try:
        source = read_c_source(damaged.encode(), "p")
    except PatchError as error:
        event("refused")
        assert "leading blanks were lost" in str(error) or "fits none" in str(error) or "cut off" in str(error)
        return
    event("repaired" if source.repairs else "as it was")
    assert source.files == whole.files


@settings(max_examples=300, deadline=None)
@given(edited(st.sampled_from(TAME)), st.data(), st.booleans())
def test_with_a_base_lost_blanks_cost_nothing_or_it_is_an_error(
    files: tuple[str, str], data: st.DataObject, signed: bool
) -> None:
    old, new = files
    assume(old != new)
    rows = diff({"kernel/a.c": old}, {"kernel/a.c": new}).split("\n")
    strip = data.draw(st.booleans())
    lost = {row for row in rows if row.startswith(" ") and (strip or data.draw(st.booleans()))}
    rows = [(row.lstrip() if strip else row[1:]) if row in lost else row for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.c"
        path.write_bytes(old.encode())
        try:
            source = read_c_source(("\n".join(rows) + ("-- \n2.44.0\n" if signed else "")).encode(), "p", Base(path))
        except PatchError as error:
            event("refused")
            assert "leading blanks were lost" in str(error) or "fits none" in str(error) or "cut off" in str(error)
            return
    event("decided by the base" if any("decided" in repair.what for repair in source.repairs) else "else")
    assert plain(source, "kernel/a.c") == texts(new)


MARKED = ("-EIO;", "+ 1", "\t+ b", "\t- c", "\t-EINVAL", "- item")


@pytest.mark.parametrize("loss", ["some", "one blank", "all blanks"])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.1, 0.3])
def test_what_lost_blanks_cost(loss: str, share: float) -> None:
    """The figures of docs/internals/c-front-end/reading.md: none is read wrongly, and some are refused."""
    random = Random(1)
    refused = read = 0
    while refused + read < 300:
        old = [random.choice(MARKED if random.random() < share else TAME[:-2]) for _ in range(random.randint(0, 60))]
        new = list(old)
        for _ in range(random.randint(1, 4)):
            at = random.randint(0, len(new))
            new[at : at + random.randint(0, 3)] = random.choices(
                MARKED if random.random() < share else TAME[:-2], k=random.randint(0, 4)
            )
        if old == new:
            continue
        body = diff({"a.c": "".join(f"{line}\n" for line in old)}, {"a.c": "".join(f"{line}\n" for line in new)})
        rows = body.split("\n")
        for i, row in enumerate(rows):
            if row.startswith(" ") and (loss != "some" or random.random() < 0.5):
                rows[i] = row[1:] if loss != "all blanks" else row.lstrip()
        data = "\n".join(rows) + ("-- \n2.44.0\n" if random.random() < 0.5 else "")
        try:
            found = read_c_source(data.encode(), "p")
        except PatchError:
            refused += 1
            continue
        read += 1
        assert places(found) == places(read_c_source(body.encode(), "p"))
    assert (refused > 0) == (share > 0)
    assert read > 40


def places(source: CSource) -> list[tuple[int | None, int, bool, str]]:
    """What each line is, but for its blanks."""
    lines = [(line.mail_line, line.number, line.added, "".join(line.text.split())) for _, line in shown(source)]
    return lines + [
        (line.mail_line, line.number, False, "".join(line.text.split())) for file in source.files for line in file.removed
    ]
