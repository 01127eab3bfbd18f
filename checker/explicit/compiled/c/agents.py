# SPDX-License-Identifier: GPL-2.0-only
"""C by which a search with partial order knows whose transition it takes, and where each agent stands."""

from __future__ import annotations

from collections.abc import Iterator

from checker.explicit.compiled.c.selection import Selected
from checker.ir import system as ir
from checker.ir.analysis.ownership import agent_of


class Agents:
    """record: the one whose instances the agents are; None: there is no partial order, and nothing to know."""

    def __init__(self, system: ir.System, record: str | None) -> None:
        self.system = system
        self.record = record

    def acting(self, instance: Selected) -> Iterator[str]:
        """Whose action comes next."""
        if self.record is not None:
            agent = agent_of(self.system, self.record, instance.action, instance.arguments)
            yield f"\tagent_is(w, {-1 if agent is None else agent});"

    def stepping(self, agent: int) -> Iterator[str]:
        """Whose step comes next."""
        if self.record is not None:
            yield f"\tagent_is(w, {agent});"

    def standing(self) -> Iterator[str]:
        """The location of the frame that an agent steps, 0 if there is none."""
        if self.record is None:
            return
        agents = self.system.arenas[self.record].instances
        steps = self.system.processors is not None
        yield f"#define AGENTS {agents}"
        yield f"#define STEPS {len(self.system.locations) if steps else 0}"
        yield "static int standing(int agent, const word *s)"
        yield "{"
        if steps:
            yield "\tunsigned base;"
            yield "\tint depth, owner;"
            yield "\tswitch (agent) {"
            yield from (f"\tcase {index}: return processor_{index}(s, &base, &depth, &owner);" for index in range(agents))
            yield "\t}"
        yield "\treturn 0;"
        yield "}"
