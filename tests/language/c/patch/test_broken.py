# SPDX-License-Identifier: GPL-2.0-only
"""Broken inputs: each is one line that says where, what, and what to do."""

from __future__ import annotations

import base64
import gzip
import pickle
import re
from pathlib import Path

import pytest

from checker.language.c.patch.reading import Base, PatchError, read_c_source
from tests.language.c.patch.samples import COVER, CREATED, DELETED, DIFF, MAIL, MIDDLE, NEW, OLD, PATH, SECOND, SERIES
from tests.language.c.patch.writing import SIGNATURE, diff, file_diff, mail, mbox, patch_mail

PICTURE = (
    f"diff --git a/{PATH} b/{PATH}\nindex 1111111..2222222 100644\nGIT binary patch\nliteral 3\nKcmZ\n\nliteral 0\nHcmV?d00001\n"
)
ENCODED = base64.encodebytes(DIFF.encode())
MULTIPART = (
    b"From: a\nSubject: [PATCH] x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
    + DIFF.encode()
)


def header(fields: bytes, body: bytes) -> bytes:
    return b"From: a@b.c\nSubject: [PATCH] pool\n" + fields + b"\n" + body


def swapped(text: str, old: str, new: str) -> bytes:
    """The text with a part replaced that is there."""
    assert old in text
    return text.replace(old, new, 1).encode()


def without_line(text: str, start: str) -> bytes:
    rows = text.split("\n")
    rows.remove(next(row for row in rows if row.startswith(start)))
    return "\n".join(rows).encode()


NESTED = b"From: a\nSubject: x\n" + b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(11)
)
NESTED += b"".join(b"\n--b%d--\n" % n for n in reversed(range(11)))
LONG = "+\tif (pool_size > 4 && pool_size < some_other_limit_of_pools_that_is_long)"
WRAPPED = diff({PATH: OLD}, {PATH: OLD.replace("\tpool_size--;\n", LONG[1:] + "\n\t\treturn 1;\n")}).replace(
    "_pools_that", "_pools\nthat"
)
PLUS = OLD.replace("\tpool_size--;\n", "\tpool_size = pool_size\n+ 1\n;\n")
AMBIGUOUS = diff({PATH: PLUS}, {PATH: PLUS.replace("\treturn 0;", "+ 2;\n\treturn 0;")}).replace("\n ", "\n")

BROKEN: dict[str, tuple[bytes, str, str]] = {
    "empty": (b"", "p", "is empty"),
    "blank": (b" \n\n\t\n", "p", "is empty"),
    "nul": (b"int a;\0\n", "p", "binary"),
    "gzip": (gzip.compress(DIFF.encode()), "p", "gunzip"),
    "utf-16": (DIFF.encode("utf-16"), "p", "UTF-16"),
    "not utf-8": (DIFF.encode() + b"\xff\xfe\n", "p:16", "not UTF-8"),
    "carriage returns": (DIFF.replace("\n", "\r").encode(), "p", "carriage return"),
    "prose": (b"Hello,\n\nplease look at the patch.\n", "p", "neither a patch"),
    "html page with a diff": (f"<!DOCTYPE html>\n<html><body><pre>\n{DIFF}".encode(), "p", "HTML"),
    "html page": (b"<!DOCTYPE html>\n<html><body><p>a patch</p></body></html>\n", "p", "HTML"),
    "python": (b"from enum import Enum\n\n\nclass A(Enum):\n    B = 1\n", "p", "in Python"),
    "cut in a hunk": (DIFF[:-60].encode(), "p:5", "cut off"),
    "cut before the hunk": (DIFF[: DIFF.index("@@")].encode(), "p:4", "cut off"),
    "cut behind the index line": (DIFF[: DIFF.index("---")].encode() + SIGNATURE.encode(), "p:1", "cut off"),
    "mail cut in its header": (MAIL[: MAIL.index(b"\n\n")], "p:1", "cut off"),
    "mail cut in a hunk": (MAIL[:-80], "p:18", "cut off"),
    "wrapped line": (WRAPPED.encode(), "p:11", "wrapped"),
    "wrapped line and lost blanks": (WRAPPED.replace("\n ", "\n").encode(), "p:11", "wrapped"),
    "ambiguous repair": (AMBIGUOUS.encode(), "p:6", "2 ways"),
    "old count too large": (swapped(DIFF, "-7,7 +7,9", "-7,8 +7,9"), "p:5", "8 old and 9 new"),
    "old count too small": (swapped(DIFF, "-7,7 +7,9", "-7,6 +7,9"), "p:5", "6 old and 9 new"),
    "new count too large": (swapped(DIFF, "-7,7 +7,9", "-7,7 +7,10"), "p:5", "7 old and 10 new"),
    "counts too small": (swapped(DIFF, "-7,7 +7,9", "-7,6 +7,8"), "p:5", "fits none"),
    "huge count": (swapped(DIFF, "-7,7", "-7,99999999999999999999"), "p:5", "above"),
    "line 0": (swapped(DIFF, "-7,7", "-0,7"), "p:5", "line 0"),
    "malformed hunk header": (swapped(DIFF, "@@ -7,7 +7,9 @@", "@@ -7,7 +x @@"), "p:5", "@@ -1,2 +1,3 @@"),
    "other place": (swapped(DIFF, "+7,9", "+9,9"), "p:5", "comes to line 9"),
    "hunk without file": (DIFF[DIFF.index("@@") :].encode(), "p:1", "belongs to no file"),
    "line removed": (without_line(DIFF, "+\t\treturn"), "p:5", "7 old and 9 new"),
    "hunk twice": ((DIFF + DIFF[DIFF.index("@@") :]).encode(), "p:16", "before the end"),
    "binary C": (PICTURE.encode(), "p:1", "binary"),
    "binary C, plain": (f"Binary files a/{PATH} and b/{PATH} differ\n".encode(), "p:1", "binary"),
    "merge": (f"diff --cc {PATH}\nindex 1,2..3\n--- a/{PATH}\n+++ b/{PATH}\n@@@ -1,1 -1,1 +1,1 @@@\n".encode(), "p:1", "merge"),
    "context diff": (f"*** a/{PATH}\n--- b/{PATH}\n***************\n*** 1 ****\n".encode(), "p:1", "unified"),
    "several commits": ((f"commit {'1' * 40}\n\n{DIFF}\ncommit {'2' * 40}\n\n{SECOND}").encode(), "p:19", "format-patch"),
    "path up": (DIFF.replace(PATH, "kernel/../../pool.c").encode(), "p:1", "leaves the tree"),
    "absolute path": (swapped(DIFF, f"+++ b/{PATH}", "+++ /etc/passwd"), "p:1", "leaves the tree"),
    "path with a control character": (
        DIFF.replace(f"a/{PATH}", '"a/kernel/\\033.c"').replace(f"b/{PATH}", '"b/kernel/\\033.c"').encode(),
        "p:1",
        "control character",
    ),
    "two names": (swapped(DIFF, f"+++ b/{PATH}", "+++ b/kernel/other.c"), "p:1", "two different files"),
    "new and old": (CREATED.replace("-0,0 +1,2", "-1,1 +1,1").replace("+int a;", "-int a;").encode(), "p:1", "new, and yet"),
    "mode and /dev/null disagree": (without_line(CREATED, "new file"), "p:1", "disagree"),
    "deleted twice": ((DELETED + DELETED).encode(), "p:30", "deletes kernel/pool.c"),
    "changed after its deletion": ((DELETED + DIFF).encode(), "p:30", "deletes kernel/pool.c"),
    "created twice": ((CREATED + CREATED).encode(), "p:9", "new in this patch"),
    "past the end": ((CREATED + file_diff("kernel/new.c", "int a;\n" * 9, "int a;\n" * 8)).encode(), "p:9", "hash"),
    "cover letter only": (COVER, "p:1", "cover letter only"),
    "no patch": (mail("Looks good to me.\n", "Re: [PATCH] pool"), "p:1", "no diff"),
    "html mail": (mail(f"<pre>{DIFF}</pre>", html=True), "p:1", "HTML"),
    "patch missing": (mbox([COVER, SERIES[1]]), "p:15", "patch 1 of 2 is missing"),
    "patches missing": (
        mbox([patch_mail(DIFF, "[PATCH 2/9] a"), patch_mail(SECOND, "[PATCH 3/9] b")]),
        "p:2",
        "1, 4, 5, 6, 7, ... of 9",
    ),
    "patch twice": (mbox([SERIES[0], *SERIES]), "p:34", "here already, at line 2"),
    "two series": (mbox([SERIES[0], patch_mail(SECOND, "[PATCH v3 2/2] pool")]), "p:34", "version 3"),
    "number above the last": (mbox([SERIES[0], patch_mail(SECOND, "[PATCH v2 3/2] pool")]), "p:34", "no patch 3 of 2"),
    "patch without number": (mbox([SERIES[0], patch_mail(SECOND, "[PATCH] pool")]), "p:34", "no number"),
    "patch without diff": (mbox([SERIES[0], mail("Nothing.\n", "[PATCH v2 2/2] pool")]), "p:34", "holds no diff"),
    "patch in HTML": (mbox([SERIES[0], mail("<p>a</p>", "[PATCH v2 2/2] pool", html=True)]), "p:34", "in HTML"),
    "series that contradicts itself": (
        mbox(
            [
                SERIES[0],
                patch_mail(diff({PATH: MIDDLE}, {PATH: NEW}, 10).replace(" \treturn 0;", " \treturn 1;"), "[PATCH v2 2/2] pool"),
            ]
        ),
        "p:57",
        "line 14 of kernel/pool.c is `return 1;` here, and `return 0;`",
    ),
    "flowed": (header(b"Content-Type: text/plain; format=flowed\n", DIFF.encode()), "p:5", "format=flowed"),
    "unknown encoding": (header(b"Content-Transfer-Encoding: x-uuencode\n", DIFF.encode()), "p:5", "x-uuencode"),
    "unknown character set": (header(b"Content-Type: text/plain; charset=klingon\n", DIFF.encode() + b"\xe9"), "p:5", "klingon"),
    "slow character set": (header(b"Content-Type: text/plain; charset=punycode\n", DIFF.encode()), "p:5", "punycode"),
    "not its character set": (header(b"Content-Type: text/plain; charset=utf-8\n", DIFF.encode() + b"\xe9\n"), "p:20", "utf-8"),
    "not base64": (header(b"Content-Transfer-Encoding: base64\n", ENCODED[:-7]), "p:5", "base64"),
    "no boundary": (MULTIPART.replace(b"; boundary=b", b""), "p:6", "separates"),
    "cut before the last part ends": (MULTIPART, "p:6", "cut off"),
    "nested too deep": (NESTED, "p:35", "nest too deep"),
    "unfinished mail of parts": (MULTIPART.replace(b"text/plain", b"multipart/mixed; boundary=c"), "p:6", "cut off"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_input_is_one_line(case: str) -> None:
    data, at, what = BROKEN[case]
    with pytest.raises(PatchError) as raised:
        read_c_source(data, "p")
    check(raised.value, at, what)
    assert raised.value.line is None or raised.value.line in data.decode(errors="replace")


def check(error: PatchError, at: str, what: str) -> None:
    text = str(error)
    assert text.startswith(f"{at}: error: "), text
    assert what in text
    assert re.fullmatch(r"[^:]+(:\d+)?: error: .+[;,] .+", text), text
    assert text.isprintable()
    assert str(pickle.loads(pickle.dumps(error))) == text


def tree(folder: Path, text: str = OLD, path: str = PATH) -> Base:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return Base(folder)


NO_INDEX = diff({PATH: OLD}, {PATH: MIDDLE}, index=False)
WRONG: dict[str, tuple[str, str, str, str]] = {  # patch, text of the base, place, what
    "other version": (DIFF, MIDDLE, "p:1", "is not the file that the patch was made for"),
    "other version without index": (
        NO_INDEX,
        MIDDLE,
        "p:8",
        "line 10 of kernel/pool.c is `pool_size--;` here, and `if (pool_size > 4)`",
    ),
    "moved without index": (NO_INDEX, "\n" + OLD, "p:5", "line 7 of kernel/pool.c is `{` here"),
    "shorter without index": (NO_INDEX, OLD[:150] + "EM;\n", "p:8", "9 lines in the base"),
    "edited patch": (DIFF.replace("+\tif (pool_size > 4)", "+\tif (pool_size > 5)"), OLD, "p:1", "not what its author had"),
    "new file that is there": (file_diff(PATH, None, MIDDLE), OLD, "p:1", "the base has it already"),
    "deletes part of it": (DELETED, OLD + "int more;\n", "p:1", "is not the file"),
    "leaves lines": (file_diff(PATH, OLD, None, index=False), OLD + "int more;\n", "p:1", "lines of it are left"),
    "not utf-8": (DIFF, "", "F:1", "UTF-8"),
    "newline missing": (file_diff(PATH, OLD, OLD + "int b;\n", index=False), OLD[:-1], "p:4", "newline"),
    "binary": (DIFF, "int a;\0", "F", "binary"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_base_that_does_not_fit_is_one_line(case: str, tmp_path: Path) -> None:
    patch, text, at, what = WRONG[case]
    base = tree(tmp_path, text)
    if case == "not utf-8":
        (tmp_path / PATH).write_bytes(b"\xff")
    with pytest.raises(PatchError) as raised:
        read_c_source(patch.encode(), "p", base)
    check(raised.value, at.replace("F", str(tmp_path / PATH)), what)


def test_a_link_does_not_lead_out_of_the_base(tmp_path: Path) -> None:
    (tmp_path / "secret.c").write_text(OLD)
    (tmp_path / "base" / "kernel").mkdir(parents=True)
    (tmp_path / "base" / PATH).symlink_to(tmp_path / "secret.c")
    with pytest.raises(PatchError, match="a link leads out of the base"):
        read_c_source(DIFF.encode(), "p", Base(tmp_path / "base"))
    (tmp_path / "base" / PATH).unlink()
    (tmp_path / "base" / "real.c").write_text(OLD)
    (tmp_path / "base" / PATH).symlink_to("../real.c")
    assert read_c_source(DIFF.encode(), "p", Base(tmp_path / "base")).files[0].whole


def test_a_base_without_the_file(tmp_path: Path) -> None:
    with pytest.raises(PatchError, match=r"p:1: error: the base has no kernel/pool.c; "):
        read_c_source(DIFF.encode(), "p", tree(tmp_path, path="kernel/other.c"))
