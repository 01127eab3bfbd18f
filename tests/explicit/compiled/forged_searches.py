# SPDX-License-Identifier: GPL-2.0-only
"""Searches that resume forged checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from checker.explicit.compiled import driver as compiled
from checker.explicit.search.results import Limits
from checker.language.front.load import load_program
from checker.project import PROJECT
from tests.support.judges.in_pieces import Subject, dks, pieces

BLOCK = 1 << 12
"""Rows in a block, in `pieces`."""


def in_heap(text: str) -> str:
    """Memory of states is taken one by one from the heap, where AddressSanitizer sees what goes beyond it; madvise is for pages."""
    text = pieces(text)
    for old, new in (
        ("mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)", "calloc(1, bytes)"),
        ("memory == MAP_FAILED", "!memory"),
        ("madvise(memory, bytes, MADV_HUGEPAGE);", ""),
        ("munmap(memory, bytes);", "free(memory);"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def subjects(
    folder: Path, replace: Callable[[str], str] = in_heap
) -> Iterator[tuple[str, Callable[[bytes], object], bytes, int]]:
    """Searches by a name: what resumes one from the content of a checkpoint, a checkpoint of it, and the rows in a block."""
    rfc = load_program(PROJECT / "models/rfc_v1.py", {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3}, ("touch", "oom"))
    file = folder / "file"
    for name, subject, states in (
        ("dks", Subject(dks(C=1, T=2, S=2, FAIL=1, LATE=1), frozenset(), replace), 90),
        ("dks, exchanged", Subject(dks(C=1, T=2, S=2, FAIL=1, LATE=1), frozenset({"pages", "symmetry"}), replace), 50),
        ("rfc_v1", Subject(rfc, frozenset(), replace), 400),
    ):
        file.unlink(missing_ok=True)
        before, compiled.SLICE = compiled.SLICE, 0
        assert subject.run(2, Limits(states=states), file).stopped is not None
        compiled.SLICE = before

        def resume(content: bytes, subject: Subject = subject) -> object:
            file.write_bytes(content)
            return subject.run(1, Limits(states=5000), file, resume=True)

        yield name, resume, file.read_bytes(), BLOCK
