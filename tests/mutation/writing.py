# SPDX-License-Identifier: GPL-2.0-only
"""Small models around a few lines of code, and their mutants."""

from __future__ import annotations

from pathlib import Path

from checker.language.front.load import load_program
from checker.mutation.mutants import Mutant, mutants_of

HEAD = """\
from enum import Enum, IntFlag
from typing import Annotated
from checker.language import (
    Array, Range, array, atomic, check, choose, demand, enter, every, executes, function, initial, processor, record, require,
    routine,
)

no_wild_pointer = demand("no-wild-pointer", "test")
rule = demand("rule", "test")
Small = Annotated[int, Range(0, 9)]
a: Small = 0
b: Small = 0
p: bool = False
cells: Array[Small] = array(4, 0)


class Gfp(IntFlag):
    WAIT = 1
    NOFAIL = 2
    ZERO = 4


class Pc(Enum):
    IDLE = 0
    RUN = 1
    DONE = 2


FLAGS = Gfp.WAIT | Gfp.ZERO
pc: Pc = Pc.IDLE
gfp: Gfp = Gfp(0)


@record(count=1, frames=1)
class Cpu:
    own: Small = 0


@executes
def nobody(cpu: Cpu) -> Cpu | None:
    return None


@initial
def start() -> None:
    for cpu in every(Cpu):
        enter(cpu, main)


@routine
def use(flags: Gfp) -> None:
    global gfp
    gfp = flags


@function
def small(x: Small) -> bool:
    return x < 5


"""


def indented(text: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())


def routine(body: str, name: str = "main") -> str:
    return f"@routine\ndef {name}() -> None:\n    global a, b, p, pc\n{indented(body)}\n\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "model.py"
    path.write_text(HEAD + text)
    return path


def mutants(path: Path, definition: str | None = "main") -> list[Mutant]:
    """The mutants of one definition of a model, or of all."""
    found = mutants_of(path, [load_program(path)])
    return [m for m in found if definition is None or m.name.startswith(f"{definition}: ")]


def changed_lines(mutant: Mutant) -> list[str]:
    """The lines of a mutant that are not those of its file."""
    before, after = mutant.path.read_text().splitlines(), mutant.text.splitlines()
    assert len(before) == len(after)
    return [new.strip() for old, new in zip(before, after, strict=True) if old != new]
