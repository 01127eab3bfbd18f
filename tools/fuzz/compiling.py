# SPDX-License-Identifier: GPL-2.0-only
"""The compiled engine on a small model, made quickly: without optimisation, and with chunks and tables so small that they run out."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from checker.explicit.compiled import compiler
from checker.explicit.compiled.c.generate import Generated, generate
from checker.explicit.compiled.driver import CompiledSearch
from checker.explicit.compiled.on_disk import Disk
from checker.explicit.compiled.resuming import Checkpoints
from checker.explicit.reduction.assumptions import Broken
from checker.explicit.search.results import Finding, Limits, Result, told_once
from checker.explicit.search.search import Search
from checker.ir.system import System
from tests.support.judges.in_pieces import pieces
from tests.support.judges.on_disk import small


@dataclass(frozen=True)
class Library:
    """A compiled search over the states of a system, up to these reductions."""

    system: System
    reductions: frozenset[str]
    generated: Generated
    loaded: ctypes.CDLL

    def run(
        self,
        threads: int = 1,
        limits: Limits | None = None,
        checkpoints: Checkpoints | None = None,
        disk: Disk | None = None,
    ) -> tuple[Search, CompiledSearch, Result]:
        """Search from the beginning, or from a checkpoint; every thread from the first state on. disk: where the states go, of a
        library that was made for that."""
        telling = Search(self.system, None, self.reductions)
        properties = frozenset(self.system.properties)
        keep = threads == 1 and not self.generated.compact and checkpoints is None and disk is None
        known: dict[str, Finding] = {}
        while True:
            wanted = properties - known.keys()
            search = CompiledSearch(telling, self.generated, self.loaded, wanted, threads, 0, checkpoints, keep, disk)
            try:
                result = search.run(limits, None, told_once(known, None))
                break
            except Broken as broken:
                telling.weaken(broken, known.keys())
        result.findings = {**result.findings, **known}
        return telling, search, result


def make(system: System, reductions: frozenset[str], compact: bool, as_used: bool, disk: bool = False) -> Library:
    """Compile; Unsupported where C cannot hold the system. as_used: with the flags and sizes of the real engine. disk: with states
    in a file."""
    search = Search(system, None, reductions)
    agents = None if search.discipline is None else search.discipline.agents
    generated = generate(search.transitions, search.canonical, compact, agents, disk)
    flags = [flag for flag in compiler.FLAGS if as_used or not flag.startswith("-O")]
    if disk:
        generated = small(generated)
    if not as_used:
        generated = replace(generated, source=pieces(generated.source))
    with tempfile.TemporaryDirectory(prefix="stackproof-fuzz-") as folder:
        text, output = Path(folder) / "search.c", Path(folder) / "search.so"
        text.write_text(generated.source, encoding="utf-8")
        command = [
            *compiler.find_compiler().command,
            *flags,
            "-pipe",
            *(() if as_used else ("-O0",)),
            "-o",
            str(output),
            str(text),
        ]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return Library(system, search.reductions, generated, ctypes.CDLL(str(output)))
