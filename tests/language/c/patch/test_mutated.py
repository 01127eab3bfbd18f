# SPDX-License-Identifier: GPL-2.0-only
"""Valid inputs with random damage: a result whose lines are those of the input, or one line of error; never a traceback."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from checker.language.c.patch.reading import Base, PatchError, content_kind, read_c_source
from tests.language.c.patch.samples import COVER, CREATED, DELETED, DIFF, MAIL, OLD, PATH, SECOND, SERIES
from tests.language.c.patch.test_inputs import ALTERNATIVE, PAGE, attached
from tests.language.c.patch.writing import mbox, patch_mail

SEEDS = (
    DIFF.encode(),
    (CREATED + DIFF + SECOND).encode(),
    (DELETED + CREATED).encode(),
    MAIL,
    mbox([COVER, *SERIES]),
    PAGE.encode(),
    attached("x-patch"),
    attached("", base64=True),
    ALTERNATIVE.as_bytes(),
    patch_mail(DIFF, encoding="quoted-printable"),
    patch_mail(DIFF, encoding="base64"),
    OLD.encode(),
    b"diff --git a/a b/b\nsimilarity index 90%\nrename from a\nrename to b\nindex 1111111..2222222 100644\n" + DIFF.encode(),
)
PIECES = st.one_of(
    st.binary(max_size=4),
    st.sampled_from(
        [
            b"\n",
            b"@@ -1 +1 @@\n",
            b"--- a\n+++ b\n",
            b"\\ No newline at end of file\n",
            b"+",
            b"-",
            b" ",
            b"-- \n2.4\n",
            b"/dev/null",
        ]
    )
    | st.sampled_from(
        [b"diff --git a/x b/x\n", b"new file mode 100644\n", b"../", b"\xff", b"\r\n", b"0", b"9999999999", b"GIT binary patch\n"]
    )
    | st.sampled_from(
        [b'"\\377"', b"Content-Type: multipart/mixed; boundary=b\n", b"--b--\n", b"=?utf-8?q?=FF?=", b"[PATCH 2/3]", b"Re: "]
    ),
)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(SEEDS), st.data(), st.booleans())
def test_random_damage(seed: bytes, data: st.DataObject, based: bool) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(seed)))
        stop = min(len(seed), start + data.draw(st.sampled_from([0, 0, 1, 2, 40, 10_000])))
        seed = seed[:start] + data.draw(PIECES) + seed[stop:]
    content_kind(seed)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "kernel").mkdir()
        (Path(folder) / PATH).write_text(OLD)
        try:
            source = read_c_source(seed, "p", Base(Path(folder)) if based else None)
        except PatchError as error:
            assert "\n" not in str(error)
            return
    count = seed.count(b"\n") + 1
    for file in source.files:
        for fragment in file.fragments:
            for line in fragment.lines:
                assert line.number >= 1 and (line.mail_line is None or 1 <= line.mail_line <= count)
                assert "\n" not in line.text
