# SPDX-License-Identifier: GPL-2.0-only
"""Searches that stop and go on from a checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from checker.explicit.compiled.c.generate import Generated, generate
from checker.explicit.compiled.compiler import Build
from checker.explicit.compiled.driver import CompiledSearch
from checker.explicit.compiled.resuming import Checkpoints
from checker.explicit.search.results import Limits, Result
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.ir.system import System
from checker.language.front.load import load_program
from checker.language.tree import Program
from checker.project import PROJECT
from tests.support.judges.confirming import all_replay


@dataclass
class Subject:
    """A system, and the C source of its search; replace changes that."""

    program: Program
    reductions: frozenset[str] = frozenset()
    replace: Callable[[str], str] = str

    def __post_init__(self) -> None:
        self.system: System = lower(self.program)
        search = Search(self.system, None, self.reductions)
        generated = generate(search.transitions, search.canonical)
        self.generated = Generated(self.replace(generated.source), *list(vars(generated).values())[1:])
        build = Build(self.generated.source)
        self.library = build.library()

    def run(self, threads: int, limits: Limits, file: Path | None = None, resume: bool = False, every: float = 600.0) -> Result:
        telling = Search(self.system, None, self.reductions)
        checkpoints = None if file is None else Checkpoints(file, every, file if resume else None, lambda line: None)
        properties = frozenset(self.program.properties)
        search = CompiledSearch(telling, self.generated, self.library, properties, threads, 0, checkpoints)
        result = search.run(limits)
        all_replay(self.program, telling, result)
        return result

    def in_pieces(self, file: Path, steps: list[int], threads: list[int]) -> tuple[Result, int]:
        """Stop after about so many states each, and go on with so many threads each; how often it was stopped."""
        file.unlink(missing_ok=True)
        limit, stops = 0, 0
        while True:
            limit += steps[stops % len(steps)]
            result = self.run(threads[stops % len(threads)], Limits(states=limit), file, resume=stops > 0)
            if result.stopped is None or result.error is not None:
                return result, stops
            stops += 1
            assert file.exists()


def pieces(text: str) -> str:
    """Workers look up from their work after 16 states, and table, chunks and blocks are small, so that all kinds of pauses occur."""
    for old, new in (
        ("++turns % 1024 == 0", "++turns % 16 == 0"),
        ("#define CHUNK 1024", "#define CHUNK 8"),
        ("#define PIECE 256", "#define PIECE 4"),
        ("#define BLOCK_BITS 17", "#define BLOCK_BITS 12"),
        ("#define FIRST_SLOTS ((size_t)1 << 16)", "#define FIRST_SLOTS ((size_t)1 << 6)"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


def dks(**values: int) -> Program:
    return load_program(PROJECT / "models" / "dks.py", values)
