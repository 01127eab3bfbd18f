# SPDX-License-Identifier: GPL-2.0-only
"""Models of the kernel in one configuration, and what they violate there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.language.tree import Setting
from checker.project import MODELS
from checker.verify.configuration import check_configuration
from checker.verify.request import Request

OWN = Path(__file__).parent / "models"
"""Models that only tests use."""


@dataclass(frozen=True)
class Tried:
    """A model in one configuration. violated: what it violates. properties: those that
    are asked for, None: all."""

    model: str
    sizes: tuple[int, int, int]
    events: tuple[str, ...]
    violated: frozenset[str] = frozenset()
    settings: dict[str, Setting] = field(default_factory=dict)
    properties: tuple[str, ...] | None = None

    def __str__(self) -> str:
        settings = "".join(f"-{name}={value}" for name, value in self.settings.items())
        return f"{self.model}-{'/'.join(map(str, self.sizes))}-{','.join(self.events)}{settings}"

    def found(self) -> frozenset[str]:
        """What it violates, of a search that came to its end."""
        path = OWN / f"{self.model}.py"
        sizes = dict(zip(("CPUS", "TASKS", "STACK_PAGES"), self.sizes, strict=True))
        request = Request(
            path if path.is_file() else MODELS / path.name, {**sizes, **self.settings}, self.events, self.properties
        )
        run = check_configuration(request, Method("portable", 1), Limits())
        assert run.stopped is None
        assert run.cuts == ()
        return frozenset(run.violated)
