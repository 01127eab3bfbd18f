# SPDX-License-Identifier: GPL-2.0-only
"""Random walks by the portable engine at once, and by the compiled one from the walk on for which it is ready.

Both take the same walks, so that it makes no difference to what is found when the compiled one takes over.
"""

from __future__ import annotations

from collections.abc import Callable

from checker.explicit.compiled.c.expressions import Unsupported
from checker.explicit.compiled.c.generate import Generated, generate_walks
from checker.explicit.compiled.compiler import Build, CompilerError
from checker.explicit.compiled.walks import CompiledWalks
from checker.explicit.engines import PATIENCE, EngineError, Method
from checker.explicit.search.results import Finding, Limits
from checker.explicit.simulation.simulation import Plan, Simulation, WalkResult, WalkStatistics
from checker.ir import system as ir


def walk(
    system: ir.System,
    properties: frozenset[str],
    method: Method,
    plan: Plan,
    limits: Limits,
    progress: Callable[[WalkStatistics], None] | None = None,
    announce: Callable[[Finding], None] | None = None,
) -> WalkResult:
    """Take random walks through a system. method: its engine and its threads. EngineError if the engine asked for cannot be
    used."""
    simulation = Simulation(system, properties)
    if method.engine == "portable":
        return simulation.run(plan, limits, progress, announce)
    takeover = Takeover(simulation, method.threads, at_once=method.engine == "compiled")
    try:
        return simulation.run(plan, limits, progress, announce, takeover)
    finally:
        takeover.close()


class Takeover:
    """Gets the compiled walks ready beside the portable ones; at_once: before them."""

    def __init__(self, simulation: Simulation, threads: int, at_once: bool) -> None:
        self.simulation = simulation
        self.threads = threads
        self.at_once = at_once
        self.build: Build | None = None
        self.generated: Generated | None = None
        self.useless = False

    def ready(self, seconds: float) -> bool:
        """Whether the library is there. A compiler is started once the portable engine has walked for a while."""
        if self.useless or not (self.at_once or seconds >= PATIENCE):
            return False
        try:
            if self.build is None:
                self.generated = generate_walks(self.simulation.transitions)
                self.build = Build(self.generated.source)
            if not self.build.wait(None if self.at_once else 0.0):
                return False
            self.library = self.build.library()
        except (Unsupported, CompilerError) as error:
            if self.at_once:
                raise EngineError(str(error)) from None
            self.useless = True
            return False
        return True

    def walk(self, simulation: Simulation, plan: Plan, number: int) -> None:
        """Take the walks from a number on."""
        assert self.generated is not None
        CompiledWalks(simulation, self.generated, self.library, self.threads).walk(plan, number)

    def close(self) -> None:
        """Stop a compiler that is still at work."""
        if self.build is not None:
            self.build.close()
