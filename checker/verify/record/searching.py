# SPDX-License-Identifier: GPL-2.0-only
"""Searching the configurations that models record, one after the other or side by side."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from checker.cluster.messages import Cluster
from checker.explicit.engines import Method
from checker.explicit.search.results import Limits, Progress
from checker.language import tree
from checker.language.errors import UsageError
from checker.language.front.inputs import NOTHING, Inputs
from checker.result.verdict import Configuration, Run, Subject
from checker.verify.configuration import Shipped, check_configuration, search_shipped, ship
from checker.verify.in_order import Far, in_order
from checker.verify.in_order import Waiting as ManyWaiting
from checker.verify.known.key import key_of
from checker.verify.known.store import Outcomes
from checker.verify.request import Request

Found = Run | UsageError | str
"""What came of a search: how it ended, what is wrong with the model or its settings, or why it did not end."""

Waiting = Callable[[Path], AbstractContextManager[Progress]]
"""A context in which a search goes on, and what to call with how far it is."""


@dataclass(frozen=True)
class Search:
    """How all configurations are searched. limits: of each. outcomes: of earlier searches, which are not run
    again. inputs: what reading C text takes."""

    method: Method
    limits: Limits
    outcomes: Outcomes | None = None
    inputs: Inputs = NOTHING

    def known(self, path: Path, program: tree.Program, expected: tree.Expectation) -> Run | None:
        """What is known of a configuration, without counterexamples if the model records what they come to; None if it has to be
        searched."""
        if self.outcomes is None:
            return None
        request = self._request(path, program, expected)
        settings = {parameter.name: parameter.default for parameter in program.parameters} | dict(expected.settings)
        events = tuple(event.name for event in program.events if event.name in expected.events)
        configuration = Configuration(tuple(settings.items()), events, bool(program.events))
        key = key_of(program, request, self.method)
        return self.outcomes.find(key, program, configuration, request.properties, with_traces=program.translation is not None)

    def keep(self, path: Path, program: tree.Program, expected: tree.Expectation, found: Found) -> None:
        """Remember what came of a configuration."""
        if self.outcomes is not None and isinstance(found, Run):
            self.outcomes.keep(key_of(program, self._request(path, program, expected), self.method), found, program)

    def _request(self, path: Path, program: tree.Program, expected: tree.Expectation) -> Request:
        events = expected.events if program.events else None
        # The model may be edited meanwhile: all its configurations are those of the text that was read first.
        of_c = program.translation is not None
        inputs = self.inputs if of_c else Inputs({path.resolve(): program.sources[program.model]})
        return Request(path, dict(expected.settings), events, inputs=inputs)

    def configuration(
        self, path: Path, program: tree.Program, expected: tree.Expectation, progress: Progress | None = None
    ) -> Run:
        """Search a configuration in full, without reductions. Raises as check_configuration."""
        run = check_configuration(self._request(path, program, expected), self.method, self.limits, progress)
        _check_text(path, program, run.subject)
        return run

    def shipped(self, path: Path, program: tree.Program, expected: tree.Expectation) -> Shipped:
        """The same search, for a process of a cluster. Raises as reading a model."""
        found = ship(self._request(path, program, expected), self.method, self.limits)
        _check_text(path, program, found.loaded.subject)
        return found


def _check_text(path: Path, program: tree.Program, searched: Subject) -> None:
    if program.translation is not None and searched.sources != program.sources:
        raise UsageError("it was edited while it was searched; gate it again", path)


Programs = Sequence[tuple[Path, tree.Program]]
Configured = tuple[Path, tree.Program, tree.Expectation]


def one_after_the_other(programs: Programs, search: Search, waiting: Waiting) -> Generator[Found]:
    """Search all configurations of all models, in their order. Raises as check_configuration, but for UsageError."""
    for path, program in programs:
        for expected in program.expectations:
            found: Found
            known = search.known(path, program, expected)
            if known is not None:
                yield known
                continue
            try:
                with waiting(path) as progress:
                    found = search.configuration(path, program, expected, progress)
            except UsageError as error:
                found = error
            search.keep(path, program, expected, found)
            yield found


def side_by_side(
    programs: Programs, search: Search, waiting: ManyWaiting[Configured], jobs: int, cluster: Cluster | None = None
) -> Generator[Found]:
    """As one_after_the_other, in that many processes, or in those of a cluster that this process is connected to."""
    every = [(path, program, expected) for path, program in programs for expected in program.expectations]
    return in_order(
        every,
        lambda item: search.configuration(*item),
        jobs,
        waiting,
        lambda item: search.known(*item),
        lambda item, found: search.keep(*item, found),
        None if cluster is None else Far(cluster, lambda item: search.shipped(*item), search_shipped),
    )
