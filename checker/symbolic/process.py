# SPDX-License-Identifier: GPL-2.0-only
"""A solver in a process of its own, with hard limits. Whatever happens to it, what it told before stays.

python -m checker.symbolic.process IN OUT      the other process; IN and OUT are file descriptors
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from multiprocessing.connection import Connection
from typing import Any

from checker.stopping import Stop, Why, seconds_limit
from checker.symbolic.bmc.question import Message, Problem, Reached, Stopped
from checker.symbolic.kinduction.k_induction import InductionMessage, InductionProblem, Inductive, NotInductive, induct
from checker.symbolic.lemmas.proof_question import Failed, ProofMessage, ProofProblem, Proved
from checker.symbolic.solvers.isolated import isolated
from checker.symbolic.solvers.solvers import Z3
from checker.symbolic.spacer.spacer_question import Safe, SpacerMessage, SpacerProblem, Unsafe

LOOK = 0.2
"""Seconds between two looks at the clock while nothing is told."""

NO_MEMORY = Stop(Why.OUT_OF_MEMORY, "the solver ran out of memory")
SELF = "checker.symbolic.process"


Messages = Generator[Message | None, None, None]
ProofMessages = Generator[ProofMessage | None, None, None]
InductionMessages = Generator[InductionMessage | None, None, None]
SpacerMessages = Generator[SpacerMessage | None, None, None]


def messages(problem: Problem, seconds: float | None, memory: int | None) -> Messages:
    """What the solver finds out, in order; None now and then, while there is nothing new. The last message is Stopped, or
    Reached at the problem's depth. seconds, memory (bytes): limits, None for none. When the iterator is closed, the process
    ends."""
    return _messages(problem, lambda message: message == Reached(problem.depth), seconds, memory)


def proof_messages(problem: ProofProblem, seconds: float | None, memory: int | None) -> ProofMessages:
    """The same for a proof. The last message is Proved, Failed or Stopped."""
    return _messages(problem, lambda message: isinstance(message, Proved | Failed), seconds, memory)


def spacer_messages(problem: SpacerProblem, seconds: float | None, memory: int | None) -> SpacerMessages:
    """The same for Spacer. The last message is Safe, Unsafe or Stopped."""
    return _messages(problem, lambda message: isinstance(message, Safe | Unsafe), seconds, memory)


def induction_messages(problem: InductionProblem, seconds: float | None, memory: int | None) -> InductionMessages:
    """The same for k-induction. The last message is Inductive, NotInductive or Stopped."""
    return _messages(problem, lambda message: isinstance(message, Inductive | NotInductive), seconds, memory)


def _messages(
    problem: Problem | ProofProblem | SpacerProblem | InductionProblem,
    is_last: Callable[[Any], bool],
    seconds: float | None,
    memory: int | None,
) -> Generator[Any, None, None]:
    begun = time.monotonic()
    down_read, down_write = os.pipe()
    up_read, up_write = os.pipe()
    process = subprocess.Popen(
        isolated(SELF, str(down_read), str(up_write)),
        pass_fds=(down_read, up_write),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for this process, which ends the other
    )
    os.close(down_read)
    os.close(up_write)
    try:
        with Connection(down_write, readable=False) as down, Connection(up_read, writable=False) as up:
            try:
                down.send((problem, memory))
            except OSError:
                yield Stopped(Stop(Why.SOLVER, ended(process)))
                return
            while True:
                if seconds is not None and time.monotonic() - begun >= seconds:
                    yield Stopped(seconds_limit(seconds))
                    return
                if not up.poll(LOOK):
                    yield None
                    continue
                try:
                    message = up.recv()
                except (EOFError, OSError):
                    yield Stopped(Stop(Why.SOLVER, ended(process)))
                    return
                yield message
                if isinstance(message, Stopped) or is_last(message):
                    return
    finally:
        process.kill()
        process.wait()


def ended(process: subprocess.Popen[bytes]) -> str:
    """How the process ended, which it should not have."""
    code = process.wait()
    if code < 0:
        name = signal.Signals(-code).name
        return f"the solver's process was killed by {name}" + ("; perhaps memory ran out" if code == -signal.SIGKILL else "")
    return f"the solver's process ended with status {code}"


def _serve(down: Connection, up: Connection) -> None:
    """The other process: solve the problem that is sent."""
    problem, memory = down.recv()
    if memory is not None:
        import resource

        if not isinstance(problem, Problem) or problem.solver == Z3:
            import z3

            z3.set_param("memory_max_size", max(memory >> 20, 1))
        # What the solver does not count, Python's own memory among it, shall not go far beyond.
        most = memory + (1 << 30)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    from checker.symbolic.bmc.bounded import search
    from checker.symbolic.lemmas.strengthening import prove

    try:
        if isinstance(problem, ProofProblem):
            prove(problem, up.send)
        elif isinstance(problem, InductionProblem):
            induct(problem, up.send)
        elif isinstance(problem, SpacerProblem):
            from checker.symbolic.spacer.spacer import find_invariant

            find_invariant(problem, up.send)
        else:
            search(problem, up.send, memory)
    except MemoryError:
        up.send(Stopped(NO_MEMORY))
    except Exception as error:
        text = " ".join(str(error).split()) or type(error).__name__
        up.send(Stopped(NO_MEMORY if "memory" in text else Stop(Why.SOLVER, f"the solver failed: {text}")))


if __name__ == "__main__":
    incoming, outgoing = (int(argument) for argument in sys.argv[1:3])
    _serve(Connection(incoming, writable=False), Connection(outgoing, readable=False))
