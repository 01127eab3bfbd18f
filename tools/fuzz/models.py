# SPDX-License-Identifier: GPL-2.0-only
"""The models that are tried, each by its number: of which kind it is, its text, and the events that are on."""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from checker.language.front.load import load_program
from checker.language.tree import Program
from tests.support.judges.reducing import symmetric
from tests.support.random.random_allocations import random_allocations
from tests.support.random.random_programs import Writer
from tests.support.random.random_systems import random_system
from tests.support.random.random_workers import random_workers
from tests.support.systems.small_programs import HEADER, ONE_PROCESSOR

from .declarations import EVENTS
from .degenerate import degenerate


@dataclass(frozen=True)
class Model:
    """kind: of KINDS. text: without the imports."""

    number: int
    kind: str
    text: str
    events: tuple[str, ...]

    def program(self) -> Program:
        """ModelError if it is refused."""
        declared = [name for name in self.events if f'event("{name}"' in self.text]
        with tempfile.TemporaryDirectory(prefix="stackproof-fuzz-") as folder:
            path = Path(folder) / "model.py"
            path.write_text(HEADER + self.text, encoding="utf-8")
            return load_program(path, {}, declared)


def model(number: int) -> Model:
    """The model of a number: always the same one."""
    chance = random.Random(number)
    kind = chance.choices(list(KINDS), [share for share, _ in KINDS.values()])[0]
    text = KINDS[kind][1](chance)
    events = tuple(name for name in EVENTS if chance.random() < 0.4)
    return Model(number, kind, text, events)


def _program(chance: random.Random) -> str:
    text = Writer(chance).module()
    return text.removeprefix(HEADER) + ONE_PROCESSOR


def _reduced(chance: random.Random) -> str:
    return symmetric(random_system(chance))


def _lessened(chance: random.Random) -> str:
    """A random system or symmetric system from which some of its variety is taken."""
    text = chance.choice((random_system, _reduced, random_workers))(chance)
    text = f'OFF = event("{EVENTS[0]}", "test")\n' + text
    for change in chance.sample(CHANGES, chance.randint(1, 3)):
        text = change(text)
    return text


def _one_value(text: str) -> str:
    """Integers that are 0 and nothing else."""
    return re.sub(r"Range\((-1|0), [123]\)", "Range(0, 0)", text)


def _one_instance(text: str) -> str:
    return re.sub(r"count=\d", "count=1", text).replace("instance(Task, 1)", "instance(Task, 0)")


def _no_actions(text: str) -> str:
    return re.sub(
        r"(?m)^def (act\d+)\((.*)\) -> None:\n((?:    global .*\n)?)", r"def \1(\2) -> None:\n\3    require(OFF)\n", text
    )


def _nothing_entered(text: str) -> str:
    return re.sub(r"(?m)^( +)(enter\(.*\))$", r"\1if OFF:\n\1    \2", text)


def _nothing_demanded(text: str) -> str:
    return re.sub(r"(?m)^no_\w+ = demand\(.*\)\n", "", text)


def _wide(text: str) -> str:
    return text.replace("alignment=2", "alignment=1024")


def _narrow(text: str) -> str:
    return text.replace("alignment=2", "alignment=1")


CHANGES = (_one_value, _one_instance, _no_actions, _nothing_entered, _nothing_demanded, _wide, _narrow)

KINDS: dict[str, tuple[int, Callable[[random.Random], str]]] = {
    "degenerate": (52, degenerate),
    "lessened": (17, _lessened),
    "system": (7, random_system),
    "symmetric": (7, _reduced),
    "allocations": (8, random_allocations),
    "workers": (6, random_workers),
    "program": (3, _program),
}
"""Kind -> how many in a hundred, and what writes one."""
