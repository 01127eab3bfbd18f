# SPDX-License-Identifier: GPL-2.0-only
"""Every way to hand over the same change gives the same source, with the places where it stands."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from checker.language.c.patch.reading import Base, ContentKind, PatchError, content_kind, read_c_source
from checker.language.c.source import CSource
from checker.project import PROJECT
from tests.language.c.patch.samples import COVER, CREATED, DELETED, DIFF, MAIL, MIDDLE, NEW, OLD, PATH, SECOND, SERIES, damaged
from tests.language.c.patch.writing import diff, file_diff, hunks, mail, mbox, patch_mail
from tests.support.rfc_mail import WITH_MAIL, rfc_mail

PAGE = f"[PATCH 3/14] pool: take\n\nFrom: A Developer\nDate: Mon Mar 11 2024 - 12:49:03 EST\n\n\nTake it.\n---\n{DIFF}--\n2.44.0"


def attached(subtype: str, *, base64: bool = False) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@b.c", "=?utf-8?q?=5BPATCH=5D_p=C3=B6ol?="
    message.set_content("See the attachment.\n")
    if base64:
        message.add_attachment(DIFF.encode(), maintype="application", subtype="octet-stream", filename="pool.patch")
    else:
        message.add_attachment(DIFF, subtype=subtype, cte="8bit", filename="pool.patch")
    return message.as_bytes()


ALTERNATIVE = EmailMessage()
ALTERNATIVE["From"], ALTERNATIVE["Subject"] = "a@b.c", "[PATCH] pool"
ALTERNATIVE.set_content(DIFF)
ALTERNATIVE.add_alternative("<p>pool</p>", subtype="html")

WAYS: dict[str, bytes] = {
    "diff": DIFF.encode(),
    "diff with a byte order mark": b"\xef\xbb\xbf" + DIFF.encode(),
    "diff without prefixes": DIFF.replace("a/kernel", "kernel").replace("b/kernel", "kernel").encode(),
    "diff with mnemonic prefixes": DIFF.replace("a/kernel", "i/kernel").replace("b/kernel", "w/kernel").encode(),
    "plain diff": f"--- linux.orig/{PATH}\t2024-03-11 10:00:00\n+++ linux/{PATH}\t2024-03-11 10:00:01\n{hunks(OLD, MIDDLE)}".encode(),
    "plain diff of a backup": f"--- {PATH}.orig\n+++ {PATH}\n{hunks(OLD, MIDDLE)}".encode(),
    "diff with carriage returns": DIFF.replace("\n", "\r\n").encode(),
    "diff with empty lines in place of empty context": DIFF.replace("\n \n", "\n\n").encode(),
    "git show": f"commit {'1' * 40}\nAuthor: a\n\n    pool: take\n\n{DIFF}".encode(),
    "mail": MAIL,
    "mail with carriage returns": MAIL.replace(b"\n", b"\r\n"),
    "quoted-printable": patch_mail(DIFF, encoding="quoted-printable"),
    "base64": patch_mail(DIFF, encoding="base64"),
    "mbox": mbox([MAIL]),
    "mbox with a cover letter and a reply": mbox(
        [COVER.replace(b"0/2", b"0/1"), patch_mail(DIFF, "[PATCH v2 1/1] a"), mail("Hm.", "Re: a")]
    ),
    "subject that is not UTF-8": MAIL.replace(b"fork: change", b"\xc4nderung"),
    "a character set that there is not": MAIL.replace(b'charset="utf-8"', b"charset=y"),
    "attachment": attached("x-patch"),
    "attachment in base64": attached("", base64=True),
    "text beside HTML": ALTERNATIVE.as_bytes(),
    "latin-1": MAIL.replace(b'charset="utf-8"', b"charset=iso-8859-1").replace(b"Change it", b"\xc4ndere es"),
    "saved page": PAGE.encode(),
    "saved page without leading blanks": damaged(PAGE).encode(),
}


def content(source: CSource) -> list[tuple[int, str, bool]]:
    """Number, text without its blanks, and mark of each line."""
    (file,) = source.files
    (fragment,) = file.fragments
    assert fragment.path == file.path == PATH
    return [(line.number, " ".join(line.text.split()), line.added) for line in fragment.lines]


@pytest.mark.parametrize("way", WAYS)
def test_each_way_gives_the_same(way: str) -> None:
    data = WAYS[way]
    source = read_c_source(data, "p")
    assert content(source) == content(read_c_source(DIFF.encode(), "p"))
    rows = data.split(b"\n")
    for line in source.files[0].fragments[0].lines:
        assert line.mail_line is not None
        if b"base64" not in data:
            assert rows[line.mail_line - 1].strip(b"+ \t\r").replace(b"=3D", b"=").rstrip(b"=20") == line.text.strip().encode()
    assert content_kind(data) is (ContentKind.MAIL if b"ubject:" in data and b"saved page" not in data else ContentKind.PATCH)


def test_lines_of_a_base64_mail_are_those_that_their_first_byte_is_in() -> None:
    data = patch_mail(DIFF, encoding="base64")
    places = [line.mail_line for line in read_c_source(data, "p").files[0].fragments[0].lines]
    body = data.index(b"\n\n") + 2
    first = data[:body].count(b"\n") + 1
    text = f"Change it, as it must be.\n\nSigned-off-by: A Developer <dev@example.org>\n---\n\n{DIFF}"
    kept = [row for row in text[text.index("@@") :].split("\n")[1:-1] if not row.startswith("-")]
    at = text.index("@@")
    expected = []
    for row in kept:
        at = text.index(f"\n{row}\n", at) + 1
        expected.append(first + at // 57)  # a line of 76 characters is 57 bytes
    assert places == expected


def test_what_a_patch_gives() -> None:
    source = read_c_source(MAIL, "pool.mbox")
    assert source.name == "pool.mbox"
    assert source.subjects == ("[PATCH] fork: change",)
    assert not source.repairs
    (file,) = source.files
    assert (file.path, file.whole, file.deleted) == (PATH, False, False)
    assert [(line.text, line.number, line.mail_line) for line in file.removed] == [("\tpool_size--;", 10, 22)]
    (fragment,) = file.fragments
    assert fragment.heading == "static int pool_take(void)"
    assert [line.number for line in fragment.lines] == list(range(7, 16))
    assert [line.mail_line for line in fragment.lines if line.added] == [23, 24, 25]


def test_repairs_are_told() -> None:
    source = read_c_source(damaged(DIFF).encode(), "p")
    assert [(repair.mail_line, repair.what) for repair in source.repairs] == [
        (6, f"{PATH}: 5 context lines of the hunk at line 5 had lost the leading blank")
    ]


def test_a_series_applies_in_the_order_of_its_numbers() -> None:
    for order in (SERIES, SERIES[::-1]):
        source = read_c_source(mbox([order[0], COVER, order[1]]), "p")
        assert source.subjects == ("[PATCH v2 1/2] pool: take", "[PATCH v2 2/2] pool: give")
        (file,) = source.files
        (fragment,) = file.fragments  # the second hunk touches the first
        assert fragment.heading == "static int pool_take(void)"
        assert [line.text for line in fragment.lines] == NEW.split("\n")[fragment.lines[0].number - 1 :][: len(fragment.lines)]
        assert sum(line.added for line in fragment.lines) == 5


def test_a_lone_patch_of_a_series_says_so() -> None:
    source = read_c_source(PAGE.encode(), "p")
    assert source.subjects == ("[PATCH 3/14] pool: take",)
    assert "patch 3 of 14 alone: what the others change was not read" in source.notes


def test_patches_without_numbers_apply_in_the_order_given() -> None:
    source = read_c_source(mbox([patch_mail(DIFF, "[PATCH] a"), patch_mail(SECOND, "[PATCH] b")]), "p")
    assert source.subjects == ("[PATCH] a", "[PATCH] b")
    assert "the patches have no numbers, and were applied in the order given" in source.notes


def test_saved_pages_of_a_series_apply_in_order() -> None:
    pages = [PAGE.replace("3/14", "1/2").replace(DIFF, DIFF) + "\n", PAGE.replace("3/14", "2/2").replace(DIFF, SECOND) + "\n"]
    source = read_c_source("".join(reversed(pages)).encode(), "p")
    assert sum(line.added for line in source.files[0].fragments[0].lines) == 5


def test_a_whole_c_file() -> None:
    source = read_c_source(OLD.encode(), "pool.c")
    (file,) = source.files
    assert file.whole
    (fragment,) = file.fragments
    assert (fragment.path, fragment.heading) == ("pool.c", "")
    assert [line.text for line in fragment.lines] == OLD.split("\n")[:-1]
    assert {(line.mail_line, line.added) for line in fragment.lines} == {(None, False)}


def test_new_and_deleted_files_are_whole() -> None:
    source = read_c_source((CREATED + DELETED).encode(), "p")
    new, gone = source.files
    assert (new.path, new.whole, [line.added for line in new.fragments[0].lines]) == ("kernel/new.c", True, [True, True])
    assert (gone.path, gone.whole, gone.deleted, gone.fragments, len(gone.removed)) == (PATH, False, True, (), OLD.count("\n"))


def test_renames_copies_and_modes(tmp_path: Path) -> None:
    (tmp_path / "kernel").mkdir()
    (tmp_path / PATH).write_text(OLD)
    body = hunks(OLD, MIDDLE)
    patch = (
        f"diff --git a/{PATH} b/kernel/copy.c\nsimilarity index 90%\ncopy from {PATH}\ncopy to kernel/copy.c\n"
        f"--- a/{PATH}\n+++ b/kernel/copy.c\n{body}"
        f"diff --git a/{PATH} b/kernel/two words.c\nold mode 100644\nnew mode 100755\nsimilarity index 100%\n"
        f"rename from {PATH}\nrename to kernel/two words.c\n"
    )
    for base in (None, Base(tmp_path)):
        files = {file.path: file for file in read_c_source(patch.encode(), "p", base).files}
        assert list(files) == ["kernel/copy.c", PATH, "kernel/two words.c"]
        assert files[PATH].deleted
        if base is not None:
            assert [
                "\n".join(line.text for line in files[path].fragments[0].lines) + "\n"
                for path in ("kernel/copy.c", "kernel/two words.c")
            ] == [MIDDLE, OLD]


def test_a_mode_alone() -> None:
    source = read_c_source(b"diff --git a/tool b.sh b/tool b.sh\nold mode 100644\nnew mode 100755\n", "p")
    assert [(file.path, file.fragments) for file in source.files] == [("tool b.sh", ())]


def test_binary_files_that_hold_no_c_are_left_out() -> None:
    picture = "diff --git a/a.png b/a.png\nindex 1111111..2222222 100644\nBinary files a/a.png and b/a.png differ\n"
    source = read_c_source((picture + DIFF).encode(), "p")
    assert "binary change of a.png not read" in source.notes


@pytest.mark.parametrize("single", [True, False])
@pytest.mark.parametrize("index", [True, False])
def test_lost_blanks_come_from_the_base(tmp_path: Path, single: bool, index: bool) -> None:
    (tmp_path / "kernel").mkdir()
    (tmp_path / PATH).write_text(OLD)
    patch = damaged(diff({PATH: OLD}, {PATH: MIDDLE}, index=index))
    source = read_c_source(patch.encode(), "p", Base(tmp_path / PATH if single else tmp_path))
    (file,) = source.files
    assert file.whole
    for line, row in zip(file.fragments[0].lines, MIDDLE.split("\n"), strict=False):
        assert line.text == row or (line.added and line.text.split() == row.split())
    assert [repair.what for repair in source.repairs] == [
        f"{PATH}: 5 context lines of the hunk at line {5 if index else 4} had lost the leading blank",
        f"3 lines differ in blanks from the base of {PATH}, whose blanks were taken",
    ]
    assert any("not checked" in note for note in source.notes)


def test_hashes_are_told(tmp_path: Path) -> None:
    (tmp_path / "pool.c").write_text(OLD)
    base = Base(tmp_path / "pool.c")
    assert read_c_source(DIFF.encode(), "p", base).notes == (f"git hash of the result agrees for {PATH}",)
    notes = read_c_source(diff({PATH: OLD}, {PATH: MIDDLE}, index=False).encode(), "p", base).notes
    assert notes == (f"git hash of {PATH} not checked: the patch has no `index` line for it",)


def test_kinds() -> None:
    models = sorted((PROJECT / "models").glob("[!_]*.py"))
    assert models
    assert {content_kind(path.read_bytes()) for path in models} == {ContentKind.PYTHON}
    sources = sorted((PROJECT / "checker").rglob("*.[ch]"))
    assert sources
    assert {content_kind(path.read_bytes()) for path in sources} == {ContentKind.C}
    assert content_kind(b"") is ContentKind.EMPTY
    assert content_kind(b"\0") is ContentKind.OTHER
    assert content_kind(file_diff("models/a.py", "a = 1\n", "a = 2\n").encode()) is ContentKind.PATCH


@WITH_MAIL
def test_the_mail_of_the_rfc() -> None:
    path = rfc_mail()
    source = read_c_source(path.read_bytes(), "rfc10.txt")
    rows = path.read_text().split("\n")
    fork = next(file for file in source.files if file.path == "kernel/fork.c")
    first = next(line for line in fork.fragments[0].lines if line.added)
    assert (first.text, first.number, first.mail_line) == ("#ifdef CONFIG_DYNAMIC_STACK", 207, 191)
    assert [len(file.fragments) for file in source.files] == [1, 1, 2, 5, 1]
    assert sum(line.added for file in source.files for fragment in file.fragments for line in fragment.lines) == 315
    assert sum(len(file.removed) for file in source.files) == 2
    assert len(source.repairs) == 10
    for file in source.files:
        for fragment in file.fragments:
            for line in fragment.lines:
                assert rows[(line.mail_line or 0) - 1].removeprefix("+" if line.added else " ") == line.text


def test_a_base_decides_what_the_counts_leave_open(tmp_path: Path) -> None:
    old = OLD.replace("\tpool_size--;\n", "\tpool_size = pool_size\n\t\t- 1;\n\tx = a\n\t\t+ b;\n")
    new = old.replace("\treturn 0;", "\tx = x\n\t\t+ 2;\n\treturn 0;")
    patch = damaged(diff({PATH: old}, {PATH: new})).encode()
    with pytest.raises(PatchError, match=r"3 ways to choose them, this line first; .* or give the base"):
        read_c_source(patch, "p")
    (tmp_path / "pool.c").write_text(old)
    source = read_c_source(patch, "p", Base(tmp_path / "pool.c"))
    (fragment,) = source.files[0].fragments
    assert [" ".join(line.text.split()) for line in fragment.lines] == [" ".join(row.split()) for row in new.split("\n")[:-1]]
    assert source.repairs[0].what == (
        f"{PATH}: 4 context lines of the hunk at line 5 had lost the leading blank; what was known of the file decided which"
    )
