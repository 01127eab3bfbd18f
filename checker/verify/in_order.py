# SPDX-License-Identifier: GPL-2.0-only
"""Searches in several processes, whose results come in the order in which they were asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from checker.cluster.fan_out import FanOut
from checker.cluster.messages import Cluster
from checker.language.errors import UsageError
from checker.stopping import Died
from checker.trace.confirmation.build import Disagreement
from checker.verify.workers import Pool, Workers

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

OUT_OF_MEMORY = "out of memory"

SECOND = 1.0
"""How often it is told how far they are."""

Waiting = Callable[[ItemT], AbstractContextManager[Callable[[int], None]]]
"""The context in which a result is waited for, and what to call with how many there are."""


Wrong = UsageError | str | Disagreement | RuntimeError
"""Why an item came to nothing."""

Came = tuple[ResultT | None, Wrong | None]
"""What came of an item: one of the two."""


@dataclass(frozen=True)
class Far(Generic[ItemT, ResultT]):
    """Work on a cluster. ship: what is sent of an item. work: a function of a module, of that and of the memory in bytes that it
    may take; what both do is what the work here does."""

    cluster: Cluster
    ship: Callable[[ItemT], object]
    work: Callable[[Any, int], ResultT]


def in_order(
    items: Sequence[ItemT],
    work: Callable[[ItemT], ResultT],
    jobs: int,
    waiting: Waiting[ItemT],
    found: Callable[[ItemT], ResultT | None] = lambda item: None,
    then: Callable[[ItemT, ResultT], None] = lambda item, result: None,
    far: Far[ItemT, ResultT] | None = None,
) -> Generator[ResultT | UsageError | str]:
    """What comes of each item, done in that many processes; what comes early waits for its turn. A text is why it came to
    nothing. work: must not print. found: what is known of an item, so that no work is done. then: called here with each result
    as it comes. far: to do the work on a cluster in place of processes here. Raises Disagreement, and RuntimeError for what must
    not happen."""
    results: dict[int, ResultT | Wrong] = {}
    for number, item in enumerate(items):
        known = found(item)
        if known is not None:
            results[number] = known
    left = [number for number in range(len(items)) if number not in results]

    def take(number: int, came: Came[ResultT] | Died) -> None:
        result, wrong = (None, str(came)) if isinstance(came, Died) else came
        if wrong is not None:
            results[number] = wrong
            return
        assert result is not None
        results[number] = result
        then(items[number], result)

    pool: Pool[int, Came[ResultT]]
    if far is None:
        pool = Workers(min(jobs, len(left)), lambda number: _attempted(lambda: work(items[number])))
    else:
        ship, at = far.ship, functools.partial(_far, far.work)
        pool = FanOut(far.cluster, lambda number: _attempted(lambda: ship(items[number])), at, len(left))
    with pool as workers:
        steps = workers.results(left, take, SECOND)
        for number, item in enumerate(items):
            with waiting(item) as tell:
                while number not in results:
                    tell(number + len(results))
                    next(steps)
            result = results.pop(number)
            if isinstance(result, Disagreement | RuntimeError):
                raise result
            yield result


def _attempted(work: Callable[[], ResultT]) -> Came[ResultT]:
    """What comes of the work, in a form that can be sent to another process."""
    try:
        return work(), None
    except UsageError as error:
        return None, error
    except MemoryError:
        return None, OUT_OF_MEMORY
    except Disagreement as error:
        return None, Disagreement(str(error))
    except RecursionError:
        return None, UsageError("the model is nested too deeply; split its expressions")
    except Exception as error:
        return None, RuntimeError(f"{type(error).__name__}: {error}")


def _far(work: Callable[[Any, int], ResultT], shipped: Came[object], memory: int) -> Came[ResultT]:
    """The work in a process of a cluster, if there was something to ship."""
    what, wrong = shipped
    return (None, wrong) if wrong is not None else _attempted(lambda: work(what, memory))
