# SPDX-License-Identifier: GPL-2.0-only
"""The command: `python -m tools.fuzz --models 20000 --seed 1 --jobs 2`."""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path

from tests.support.systems.small_programs import HEADER

from .models import KINDS, Model, model
from .shrinking import kind_of, shrunk
from .ways import Difference, Tried, plan, try_model

TOGETHER = 50
"""Models that one process tries: each library that is loaded stays until its process ends."""

PATIENCE = 300.0
"""Seconds that a model may take, with what is done about a difference."""


@dataclass(frozen=True)
class Found:
    """A difference, with the smallest model that still has it."""

    model: Model
    kind: str
    what: str


@dataclass(frozen=True)
class Task:
    """The models that a process is to try, by their numbers."""

    numbers: range
    compiled: float
    solvers: float


@dataclass
class Totals:
    """What came of all models."""

    models: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)

    def add(self, number: int, came: Tried | Found) -> None:
        if isinstance(came, Found):
            self.found.append(came)
            self.models[came.model.kind, "different"] += 1
            return
        self.models[model(number).kind, "refused" if came.refused is not None else "tried"] += 1
        if came.refused is not None:
            self.refused[came.refused.partition(":")[0]] += 1
        self.ways.update(set(came.ways))
        self.notes.update(set(came.notes))

    def text(self) -> Iterator[str]:
        for kind in KINDS:
            counts = {what: self.models[kind, what] for what in ("tried", "refused", "different")}
            yield f"{kind:<12}" + ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
        for title, counted in (("went through", self.ways), ("had", self.notes)):
            yield f"{title}:"
            yield from (f"  {count:>7,}  {name}" for name, count in counted.most_common())
        kinds = Counter(found.kind for found in self.found)
        yield f"{len(self.found)} differences, of {len(kinds)} kinds"
        yield from (f"  {count:>7,}  {kind}" for kind, count in kinds.most_common())


def try_all(task: Task, pipe: Connection) -> None:
    """In a process of its own: try models and send what came of each. Ctrl-C is for the process that reads."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in task.numbers:
        written, tries = model(number), plan(number, task.compiled, task.solvers)
        came: Tried | Found
        try:
            came = try_model(written, tries)
        except Difference as difference:
            came = Found(shrunk(written, tries, difference), kind_of(difference), str(difference))
        pipe.send((number, came))


class Workers:
    """Processes that try models. One that dies or hangs is a difference of the model that it was at, and is replaced."""

    def __init__(self, task: Task, jobs: int) -> None:
        self.jobs = jobs
        numbers = task.numbers
        self.tasks = [Task(numbers[n : n + TOGETHER], task.compiled, task.solvers) for n in range(0, len(numbers), TOGETHER)][
            ::-1
        ]
        self.context = multiprocessing.get_context("fork")

    def results(self) -> Iterator[tuple[int, Tried | Found]]:
        """What came of each model, as it comes."""
        running: dict[Connection, tuple[multiprocessing.process.BaseProcess, Task, float]] = {}
        while self.tasks or running:
            while self.tasks and len(running) < self.jobs:
                self._start(self.tasks.pop(), running)
            for pipe in wait(list(running), timeout=1.0) or list(running):
                assert isinstance(pipe, Connection)
                process, task, last = running[pipe]
                late = time.monotonic() - last > PATIENCE
                if not pipe.poll() and not late:
                    continue
                try:
                    if late:
                        raise EOFError
                    number, came = pipe.recv()
                    left = Task(task.numbers[task.numbers.index(number) + 1 :], task.compiled, task.solvers)
                    running[pipe] = process, left, time.monotonic()
                    yield number, came
                except EOFError:
                    del running[pipe]
                    process.kill()
                    process.join()
                    if task.numbers:
                        number = task.numbers[0]
                        what = f"no answer in {PATIENCE:g} seconds" if late else f"the process died, {process.exitcode}"
                        yield number, Found(model(number), what, what)
                        if len(task.numbers) > 1:
                            self.tasks.append(Task(task.numbers[1:], task.compiled, task.solvers))

    def _start(self, task: Task, running: dict[Connection, tuple[multiprocessing.process.BaseProcess, Task, float]]) -> None:
        here, there = self.context.Pipe(duplex=False)
        process = self.context.Process(target=try_all, args=(task, there), daemon=True)
        process.start()
        there.close()
        running[here] = process, task, time.monotonic()


def save(found: Found, folder: Path) -> Path:
    """Write the model with what is wrong about it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{found.model.number}.py"
    events = ",".join(name for name in found.model.events if f'event("{name}"' in found.model.text) or "none"
    comment = "\n".join(
        f"# {line}" for line in [f"{found.model.kind}, model {found.model.number}, events: {events}", *found.what.splitlines()]
    )
    path.write_text(f"{comment}\n{HEADER}{found.model.text}", encoding="utf-8")
    return path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("--models", type=int, default=1_000, help="how many models to try (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="number of the first model; each has the next one (default: 1)")
    parser.add_argument("--jobs", type=int, default=1, help="processes to work with (default: 1)")
    parser.add_argument("--compiled", type=float, default=0.8, help="share of the models that are compiled (default: 0.8)")
    parser.add_argument("--solvers", type=float, default=0.1, help="share that a solver looks at (default: 0.1)")
    parser.add_argument("--save", type=Path, default=Path("fuzz-differences"), help="folder for models with a difference")
    options = parser.parse_args()
    totals, begun = Totals(), time.monotonic()
    task = Task(range(options.seed, options.seed + options.models), options.compiled, options.solvers)
    interrupted = False
    try:
        for count, (number, came) in enumerate(Workers(task, options.jobs).results(), 1):
            totals.add(number, came)
            if isinstance(came, Found):
                print(f"model {number}: {came.what.splitlines()[0][:200]}: {save(came, options.save)}", flush=True)
            if count % 500 == 0:
                seconds = time.monotonic() - begun
                print(f"{count:,} models, {seconds:.0f} s, {len(totals.found)} differences", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        interrupted = True
    print("\n".join(totals.text()))
    print(f"{'interrupted after' if interrupted else 'all'} {totals.models.total():,} models, {time.monotonic() - begun:.0f} s")
    return 1 if totals.found else 3 if interrupted else 0


if __name__ == "__main__":
    sys.exit(main())
