# SPDX-License-Identifier: GPL-2.0-only
"""Large and hostile inputs: an error or a result in time that grows with their size only."""

from __future__ import annotations

import time

import pytest

from checker.language.c.patch.reading import PatchError, read_c_source
from checker.language.c.patch.text import MOST_BYTES, MOST_LINES
from tests.language.c.patch.samples import DIFF
from tests.language.c.patch.writing import file_diff, mbox, patch_mail

SECONDS = 20
"""Far above what any of these takes, far below what quadratic time would take."""


def many(count: int) -> str:
    return "".join(f"+\tx = {number};\n" for number in range(count))


HUNK = "--- a/a.c\n+++ b/a.c\n@@ -1,{old} +1,{new} @@\n"
LARGE = 200_000

HOSTILE: dict[str, tuple[bytes, str | None]] = {
    "a large hunk": ((HUNK.format(old=1, new=LARGE + 1) + many(LARGE) + " int a;\n").encode(), None),
    "a large repair": ((HUNK.format(old=LARGE, new=LARGE + 1) + "+int b;\n" + "int a;\n" * LARGE).encode(), None),
    "a large ambiguity": ((HUNK.format(old=3, new=LARGE + 1) + "int b;\n" + many(LARGE)).encode(), "many ways"),
    "marks of both kinds": ((HUNK.format(old=LARGE, new=LARGE) + "int b;\n" + "+a\n-b\n" * LARGE).encode(), "cut off|ways|fits"),
    "a count of lines that are not there": ((HUNK.format(old=9_000_000, new=9_000_000) + " a\n" * LARGE).encode(), "cut off"),
    "many hunks cut off": (
        (HUNK.format(old=1, new=1) + " a\n" + "".join(f"@@ -{n},1 +{n},1 @@\n a\n" for n in range(2, LARGE)) + "@@ -1").encode(),
        "not a hunk",
    ),
    "many files": ("".join(file_diff(f"k/{n}.c", None, "int a;\n") for n in range(20_000)).encode(), None),
    "many empty lines": ((DIFF + "\n" * (MOST_LINES - 100)).encode(), None),
    "many headers": (("--- a\n" * LARGE + DIFF).encode(), None),
    "separators of an mbox": (b"From a Thu Jan  1 00:00:00 1970\n\n" * LARGE, "no diff"),
    "a mail of one long line": (b"From: a\nSubject: b\n\n" + b"x" * (8 << 20), "no diff"),
    "a long header": (b"From: a\nSubject: b\n" + b"X: y\n" * LARGE * 2 + b"\n" + DIFF.encode(), "header"),
    "a long subject": (b"From: a\nSubject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\n" + DIFF.encode(), None),
    "a long content type": (
        b"From: a\nSubject: a\nContent-Type: text/plain; " + b"a=b;" * 50_000 + b"\n\n" + DIFF.encode(),
        "content type",
    ),
    "many parts": (
        b"From: a\nSubject: b\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n\n" * LARGE + DIFF.encode() + b"--b--\n",
        "parts",
    ),
    "too many lines": (b"\n" * (MOST_LINES + 1) + DIFF.encode(), "lines"),
    "too many bytes": (b"x" * (MOST_BYTES + 1), "MB"),
    "too many mails": (mbox([patch_mail(DIFF, f"[PATCH {n}/1001] a") for n in range(1, 1002)]), "more than 1000 mails"),
    "one file over and over": (
        file_diff("a.c", None, "a\n").encode() + (b"--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-a\n+a\n" * 1001),
        "1000 times",
    ),
    "a C file of one line": (b"int b;\n" + b"int a;" * (1 << 20), None),
    "semicolons": (b";" * (1 << 20) + b"\n" + b"; " * (1 << 20), None),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_time_grows_with_the_size_only(case: str) -> None:
    data, error = HOSTILE[case]
    start = time.process_time()
    if error is None:
        assert read_c_source(data, "p").files
    else:
        with pytest.raises(PatchError, match=error):
            read_c_source(data, "p")
    assert time.process_time() - start < SECONDS


def test_a_large_series_with_one_large_file() -> None:
    first = file_diff("a.c", None, "".join(f"int a{n};\n" for n in range(LARGE)), index=False)
    rest = [f"--- a/a.c\n+++ b/a.c\n@@ -{LARGE - n} +{LARGE - n} @@\n-int a{LARGE - n - 1};\n+int b{n};\n" for n in range(400)]
    mails = [patch_mail(body, f"[PATCH {number}/401] a") for number, body in enumerate([first, *rest], 1)]
    start = time.process_time()
    (file,) = read_c_source(mbox(mails), "p").files
    assert time.process_time() - start < SECONDS
    assert [line.text for line in file.fragments[0].lines[-400:]] == [f"int b{n};" for n in reversed(range(400))]
