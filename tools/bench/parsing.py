# SPDX-License-Identifier: GPL-2.0-only
"""Reading C text beside reading a model in Python.

python -m tools.bench.parsing [ROUNDS]      prints the table of docs/results/performance.md; some seconds

All take turns within a round, in one process that has done each once before. A ratio is the median of the quotients within one
round. Times are processor time. Only ratios within one run mean anything.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

from checker.language.c.parse import ChunkKind, is_c, parse_chunk, scan_file
from checker.language.c.patch.reading import read_c_source
from checker.language.c.source import PatchedFile
from checker.language.c.syntax import Unparsed
from checker.language.front.load import load_program
from checker.project import PROJECT

LINES = 3_500
"""How long the text is, about."""

PATCH = PROJECT / "models" / "hardened" / "0001-fork-dynamic-kernel-stacks-hardened.patch"
MODEL = PROJECT / "models" / "hardened.py"
LIST = PROJECT / "models" / "llist" / "llist.c"
CONFIG = {"CONFIG_DYNAMIC_STACK": True}


def added_functions(file: PatchedFile) -> list[str]:
    """The lines of the functions that a patch adds as a whole: what it changes in others is text of the kernel."""
    lines = {line.number: line for fragment in file.fragments for line in fragment.lines}
    found: list[str] = []
    for chunk in scan_file(file, CONFIG).chunks:
        if chunk.kind is ChunkKind.FUNCTION:
            first, last = chunk.tokens[0].line.number, chunk.tokens[-1].line.number
            if all(number in lines and lines[number].added for number in range(first, last + 1)):
                found += [lines[number].text for number in range(first, last + 1)]
    return found


def text() -> bytes:
    """A C file of about LINES lines: the list of models/llist and the functions of the hardened patch, again and again."""
    once = LIST.read_text(encoding="utf-8").splitlines()
    for file in read_c_source(PATCH.read_bytes(), PATCH.name).files:
        if is_c(file.path):
            once += added_functions(file)
    return "\n".join(once * round(LINES / len(once))).encode()


def parsed(data: bytes) -> int:
    """Read and parse all of a C file; how many parts it has at file scope. ValueError if one is not understood."""
    (file,) = read_c_source(data, "repeated.c").files
    nodes = [node for chunk in scan_file(file, CONFIG).chunks for node in parse_chunk(chunk)]
    wrong = [f"{node.at}: {node.reason}" for node in nodes if isinstance(node, Unparsed)]
    if wrong:
        raise ValueError(wrong[0])
    return len(nodes)


def contenders(data: bytes) -> dict[str, Callable[[], object]]:
    """What is measured; the first one is what the others are compared with."""
    return {
        "read models/hardened.py, and what it imports": lambda: load_program(MODEL),
        "read the patch of hardened: the same protocol, parsed, translated and assembled": lambda: load_program(PATCH),
        f"parse a C file of {len(data.splitlines()):,} lines": lambda: parsed(data),
    }


def measured(given: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of processor time of each, round by round."""
    for work in given.values():
        work()
    found: dict[str, list[float]] = {name: [] for name in given}
    for _ in range(rounds):
        for name, work in given.items():
            begun = time.process_time()
            work()
            found[name].append((time.process_time() - begun) * 1_000)
    return found


def table(times: Mapping[str, Sequence[float]]) -> str:
    """Median and least milliseconds, and the median of the quotients with the first line, each taken within one round."""
    base = next(iter(times.values()))
    lines = ["|  | ms | min | ratio |", "| --- | --: | --: | --: |"]
    for name, here in times.items():
        ratio = median(one / other for one, other in zip(here, base, strict=True))
        lines.append(f"| {name} | {median(here):.0f} | {min(here):.0f} | {ratio:.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(measured(contenders(text()), int(sys.argv[1]) if len(sys.argv) > 1 else 3)))
