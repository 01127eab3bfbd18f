# SPDX-License-Identifier: GPL-2.0-only
"""Searches in several processes, whose results come in the order in which they were asked for."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

from checker.language.errors import UsageError
from checker.trace.confirmation.build import Disagreement
from checker.verify.workers import Died, Workers

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

OUT_OF_MEMORY = "out of memory"

SECOND = 1.0
"""How often it is told how far they are."""

Waiting = Callable[[ItemT], AbstractContextManager[Callable[[int], None]]]
"""The context in which a result is waited for, and what to call with how many there are."""


def in_order(
    items: Sequence[ItemT],
    work: Callable[[ItemT], ResultT],
    jobs: int,
    waiting: Waiting[ItemT],
    found: Callable[[ItemT], ResultT | None] = lambda item: None,
    then: Callable[[ItemT, ResultT], None] = lambda item, result: None,
) -> Generator[ResultT | UsageError | str]:
    """What comes of each item, done in that many processes; what comes early waits for its turn. A text is why it came to
    nothing. work: must not print. found: what is known of an item, so that no work is done. then: called here with each result
    as it comes. Raises Disagreement, and RuntimeError for what must not happen."""
    results: dict[int, ResultT | UsageError | str | Disagreement | RuntimeError] = {}
    for number, item in enumerate(items):
        known = found(item)
        if known is not None:
            results[number] = known
    left = [number for number in range(len(items)) if number not in results]

    def one(number: int) -> tuple[ResultT | None, UsageError | str | Disagreement | RuntimeError | None]:
        try:
            return work(items[number]), None
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

    def take(number: int, came: tuple[ResultT | None, UsageError | str | Disagreement | RuntimeError | None] | Died) -> None:
        result, wrong = (None, str(came)) if isinstance(came, Died) else came
        if wrong is not None:
            results[number] = wrong
            return
        assert result is not None
        results[number] = result
        then(items[number], result)

    with Workers(min(jobs, len(left)), one) as workers:
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
