# SPDX-License-Identifier: GPL-2.0-only
"""Commands that a signal ends at a random moment, or whose reader goes away: what is wrong afterwards?

`python -m tools.signals` (make signals) ends each command 20 times in each way and prints how these runs came out.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import jsonschema
import psutil

from checker import writing
from checker.project import PROJECT
from checker.trace.store import load_trace

NOTHING = "error: interrupted before anything was found\n"
INCONCLUSIVE = 3
STARTING = re.compile(rf'File "{re.escape(str(PROJECT))}/checker/__(main|init)__.py", line \d+, in <module>')
"""A place at which Python still loads the first lines of the program."""
PATIENCE = 60.0
"""Seconds after which a command that was told to end counts as one that does not; other work slows the machine down."""
LINGERING = 5.0
"""Seconds that processes of a command may outlive it."""


class Kind(Enum):
    """How a run is ended."""

    INTERRUPT = "SIGINT"
    CTRL_C = "Ctrl-C"  # SIGINT to the whole group, as a terminal sends it
    TERMINATE = "SIGTERM"
    HANG_UP = "SIGHUP"
    TWICE = "SIGINT twice"
    CLOSED = "stdout closed"


@dataclass(frozen=True)
class Work:
    """A command that takes a moment. status: of an undisturbed run; marker: what its text says at the end; schema: of its JSON;
    saved: an option for a folder that it writes to."""

    name: str
    arguments: tuple[str, ...]
    status: int
    marker: str = ""
    schema: str | None = None
    saved: str | None = None

    def command(self, place: Path) -> list[str]:
        written = [self.saved, str(place / "saved")] if self.saved is not None else []
        return [sys.executable, "-m", "checker", self.name, *self.arguments, *written]


LOCK = "tests/mutation/lock.py"
JSON = ("--format", "json")
SMALL = ("--set", "C=1", "--set", "T=2", "--set", "S=2")
WORK = (
    Work(
        "check",
        ("models/dks.py", "--set", "C=2", "--set", "T=2", "--reduce", "none", *JSON),
        1,
        schema="stackproof-check",
        saved="--save",
    ),
    Work("prove", ("models/dks.py", *SMALL, "--property", "I4"), 0, "I4  PROVED(", saved="--certificates"),
    Work("gate", ("models/dks.py",), 0, "all as recorded", saved="--save"),
    Work(
        "conform",
        ("models/rfc_v1.py", "--cpus", "1", "--tasks", "2", "--stack-pages", "3", "--events", "touch"),
        0,
        ": no difference",
    ),
    Work("mutate", (LOCK, *JSON, "--jobs", "2"), 1, schema="stackproof-mutate"),
    Work("simulate", ("models/rfc_v1.py", "--walks", "300", *JSON), 1, schema="stackproof-simulate", saved="--save"),
)


@dataclass(frozen=True)
class Ended:
    """A run that has ended. delay: seconds from its start to the signal; seconds: from the signal to its end."""

    work: Work
    kind: Kind | None
    delay: float
    seconds: float
    status: int
    output: str
    errors: str
    left: tuple[str, ...]
    """Files and processes that should be gone."""


def run(work: Work, kind: Kind | None, delay: float) -> Ended:
    """Run the command in a folder of its own, and end it so after that time; without a kind it ends by itself."""
    with tempfile.TemporaryDirectory(prefix="signals-") as name:
        place = Path(name)
        (place / "tmp").mkdir()
        environment = {
            **os.environ,
            "PYTHONPATH": str(PROJECT),
            "COLUMNS": "110",
            "TMPDIR": str(place / "tmp"),
            "STACKPROOF_CACHE": str(place / "cache"),
        }
        with (place / "stderr").open("w") as errors:
            child = subprocess.Popen(
                work.command(place),
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
                preexec_fn=_default_signals,
            )
        output, sent = _end(child, kind, delay)
        seconds = time.monotonic() - sent
        left = (*_processes(place), *_files(place))
        return Ended(
            work, kind, delay, seconds, child.returncode, output.decode(), (place / "stderr").read_text(), (*left, *_torn(place))
        )


def _default_signals() -> None:
    """A shell's background jobs ignore SIGINT, and so would what they start."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _end(child: subprocess.Popen[bytes], kind: Kind | None, delay: float) -> tuple[bytes, float]:
    """What the command printed, and when it was told to end."""
    assert child.stdout is not None
    if kind is Kind.CLOSED:
        time.sleep(delay)
        os.set_blocking(child.stdout.fileno(), False)
        output = child.stdout.read() or b""
        child.stdout.close()
        sent = time.monotonic()
        child.wait(PATIENCE)
        return output, sent
    try:
        return child.communicate(timeout=delay if kind is not None else PATIENCE)[0], time.monotonic()
    except subprocess.TimeoutExpired:
        pass
    sent = time.monotonic()
    _send(child, kind)
    if kind is Kind.TWICE:
        time.sleep(0.05)
        _send(child, kind)
    try:
        return child.communicate(timeout=PATIENCE)[0], sent
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        return child.communicate()[0], sent


def _send(child: subprocess.Popen[bytes], kind: Kind | None) -> None:
    match kind:
        case Kind.CTRL_C:
            os.killpg(child.pid, signal.SIGINT)
        case Kind.TERMINATE:
            child.terminate()
        case Kind.HANG_UP:
            child.send_signal(signal.SIGHUP)
        case _:
            child.send_signal(signal.SIGINT)


def _processes(place: Path) -> list[str]:
    """The processes that a run in this place has left."""
    deadline = time.monotonic() + LINGERING
    while (found := list(_of(place))) and time.monotonic() < deadline:
        time.sleep(0.1)
    for process in found:
        process.kill()
    return [f"process {process.pid}" for process in found]


def _of(place: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            if process.environ().get("STACKPROOF_CACHE") == str(place / "cache"):
                yield process
        except (psutil.AccessDenied, psutil.NoSuchProcess):  # of others, or a zombie
            continue


def _files(place: Path) -> list[str]:
    """Temporary files that were left behind."""
    temporary = [path.name for path in (place / "tmp").iterdir()]
    return temporary + [str(path.relative_to(place)) for path in place.rglob(".stackproof-*")]


def _torn(place: Path) -> list[str]:
    """What was saved and is not whole."""
    found = []
    for path in sorted((place / "saved").rglob("*")):
        try:
            if path.name == "certificate.json" or path.name == "findings.index":
                for name, known in json.loads(path.read_text())["files"].items():
                    assert writing.digest((path.parent / name).read_bytes()) == known, name
            elif path.suffix == ".json":
                load_trace(path)
                assert path.with_suffix(".svg").exists()
            elif path.suffix == ".svg":
                assert path.read_text().endswith("</svg>\n")
            elif path.suffix == ".smt2":
                assert (path.parent / "certificate.json").exists()
        except Exception as error:
            found.append(f"{path.relative_to(place)}: {type(error).__name__}: {error}")
    return found


class Outcome(Enum):
    """What became of a run."""

    WHOLE = "to its end"
    PART = "part was told"
    NOTHING = "one line"
    EARLY = "before the program"
    NO_READER = "no reader"
    WRONG = "wrong"


def judge(ended: Ended) -> tuple[Outcome, str]:
    """What became of a run, and if it is wrong, what is wrong with it."""
    wrong = _wrong(ended)
    if wrong:
        return Outcome.WRONG, "; ".join(wrong)
    if _is_early(ended):
        return Outcome.EARLY, ""
    if ended.errors == NOTHING:
        return Outcome.NOTHING, ""
    if ended.kind is Kind.CLOSED and ended.status == INCONCLUSIVE:
        return Outcome.NO_READER, ""
    return (Outcome.PART if _says_interrupted(ended) else Outcome.WHOLE), ""


def _is_early(ended: Ended) -> bool:
    """Whether Python was ended before it had loaded a line of the program."""
    by_signal = {Kind.TERMINATE: -signal.SIGTERM, Kind.HANG_UP: -signal.SIGHUP}.get(ended.kind or Kind.CLOSED, -signal.SIGINT)
    statuses = (by_signal, 1) if "Traceback" in ended.errors else (by_signal,)
    errors = STARTING.sub("", ended.errors)
    return not ended.output and ended.status in statuses and str(PROJECT / "checker") not in errors


def _says_interrupted(ended: Ended) -> bool:
    if ended.work.schema is None:
        return any(word in ended.output + ended.errors for word in ("interrupted", "interruption"))
    found = json.loads(ended.output)
    return bool(found.get("interrupted") or found.get("stopped"))


def _wrong(ended: Ended) -> list[str]:
    found = [f"left: {what}" for what in ended.left]
    if ended.seconds >= PATIENCE:
        found.append("it does not end")
    if _is_early(ended):
        return found
    if "Traceback" in ended.errors or "Exception ignored" in ended.errors or len(ended.errors.splitlines()) > 1:
        found.append(f"stderr: {ended.errors[-600:]}")
    if ended.status not in (INCONCLUSIVE, ended.work.status):
        found.append(f"exit status {ended.status}")
    elif ended.kind is Kind.CLOSED and ended.status == INCONCLUSIVE:
        if ended.errors:
            found.append(f"stderr: {ended.errors}")
    elif not ended.output:
        if ended.status != INCONCLUSIVE or ended.errors != NOTHING:
            found.append(f"status {ended.status} and nothing told; stderr: {ended.errors}")
    elif ended.work.schema is not None:
        found += _wrong_json(ended, ended.work.schema)
    elif ended.errors != NOTHING and _says_interrupted(ended) != (ended.status == INCONCLUSIVE):
        found.append(f"status {ended.status} with: {ended.output[-300:]}")
    elif ended.status == ended.work.status and ended.work.marker not in ended.output:
        found.append(f"status {ended.status} without {ended.work.marker}")
    return found


def _wrong_json(ended: Ended, schema: str) -> list[str]:
    """What the JSON says that does not agree with the exit status."""
    try:
        told: dict[str, Any] = json.loads(ended.output)
        jsonschema.validate(told, json.loads((PROJECT / "docs" / "reference" / "schema" / f"{schema}.json").read_text()))
    except (ValueError, jsonschema.ValidationError) as error:
        return [f"JSON: {error}"[:300]]
    if told["exit_status"] != ended.status:
        return [f"JSON says {told['exit_status']}, exit status {ended.status}"]
    if ended.status == INCONCLUSIVE and not _says_interrupted(ended):
        return ["exit status 3, and the JSON does not say why"]
    return []


def duration(work: Work) -> float:
    """Seconds that an undisturbed run takes."""
    begun = time.monotonic()
    ended = run(work, None, 0.0)
    outcome, why = judge(ended)
    assert (outcome, ended.status) == (Outcome.WHOLE, work.status), (work.name, why, ended)
    return time.monotonic() - begun


def moments(work: Work, kind: Kind, number: int, seconds: float, seed: int) -> list[float]:
    """When to end so many runs: at random, from the first moment to a little after the last."""
    generator = random.Random(f"{seed} {work.name} {kind.value}")
    return [generator.uniform(0.0, 1.1 * seconds) for _ in range(number)]


def sample(
    works: Sequence[Work], kinds: Sequence[Kind], number: int, seed: int, jobs: int, tell: Callable[[str], object]
) -> dict[tuple[str, Kind], Counter[Outcome]]:
    """End each command so often in each way. tell: called with each wrong run."""
    outcomes: dict[tuple[str, Kind], Counter[Outcome]] = {}
    for work in works:
        seconds = duration(work)
        planned = [(kind, delay) for kind in kinds for delay in moments(work, kind, number, seconds, seed)]
        with ThreadPoolExecutor(jobs) as pool:
            for ended in pool.map(lambda plan, work=work: run(work, *plan), planned):
                assert ended.kind is not None
                outcome, why = judge(ended)
                outcomes.setdefault((work.name, ended.kind), Counter())[outcome] += 1
                if outcome is Outcome.WRONG:
                    tell(f"{work.name}, {ended.kind.value} after {ended.delay:.3f} s of {seconds:.1f} s: {why}")
    return outcomes


def table(outcomes: dict[tuple[str, Kind], Counter[Outcome]]) -> str:
    """The outcomes, as a table."""
    lines = [
        "| command | ended by | " + " | ".join(outcome.value for outcome in Outcome) + " |",
        "|---" * (2 + len(Outcome)) + "|",
    ]
    for (name, kind), found in outcomes.items():
        lines.append(f"| {name} | {kind.value} | " + " | ".join(str(found[outcome]) for outcome in Outcome) + " |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.signals", description="End commands at random moments.")
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help=f"only these of {', '.join(w.name for w in WORK)}")
    parser.add_argument("--number", type=int, default=20, metavar="N", help="runs of each command and way; default 20")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="runs at a time; default 2")
    given = parser.parse_args()
    works = [work for work in WORK if not given.commands or work.name in given.commands]
    outcomes = sample(works, list(Kind), given.number, given.seed, given.jobs, lambda line: print(line, flush=True))
    print(table(outcomes))
    return int(any(found[Outcome.WRONG] for found in outcomes.values()))


if __name__ == "__main__":
    sys.exit(main())
