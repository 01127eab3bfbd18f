# SPDX-License-Identifier: GPL-2.0-only
"""IR -> Python functions over packed states.

A function is made for one transition with everything known that can be: the action's arguments, or the processor, the
owner and the depth of the frame that steps. It takes a state `s` and gives the next one, or None where the transition
is not possible; it raises what outcome.py has.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable

from checker.explicit.step.generated_names import Frame, Names
from checker.explicit.step.python_expressions import ExpressionWriter
from checker.explicit.step.python_instructions import FunctionWriter
from checker.ir import system as ir
from checker.ir.simplify import Specialiser, action_code
from checker.language.errors import UsageError


@functools.lru_cache(maxsize=4096)
def _code(source: str, name: str) -> types.CodeType:
    """Compiled Python. A system is searched more than once, and its paths are run again: much of what that needs is the same."""
    return compile(source, name, "exec")


class FunctionMaker:
    """Makes the functions of one system."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.system = names.system
        self.layout = names.layout

    # -- whole functions --

    def compile(self, lines: list[str], name: str) -> Callable[..., int | None]:
        source = "\n".join(lines)
        namespace = self.names.namespace
        try:
            exec(_code(source, f"<{name}>"), namespace)  # the engine's own generated code, from a checked model
        except (SyntaxError, RecursionError, MemoryError):
            raise UsageError(
                f"`{name}` is nested too deeply for the engine; split it, or put parts in steps of their own"
            ) from None
        made: Callable[..., int | None] = namespace["transition"]
        return made

    def action(self, action: ir.Action, arguments: tuple[int, ...]) -> Callable[..., int | None]:
        """The transition of an action with its arguments: f(s, tape)."""
        body = action_code(self.system.variables, self.system.arenas, action, arguments)
        writer = FunctionWriter(self.names, None)
        writer.lines.append("def transition(s, tape=None):")
        writer.lines.append("    first = s")
        writer.block(body, 1, [])
        writer.lines.append("    return s")
        return self.compile(writer.finished(), action.name)

    def step(self, location: ir.Location, frame: Frame, processor: int) -> Callable[..., int | None]:
        """The step from a location, in one frame, by one processor."""
        assert self.system.processors is not None
        alignment = self.system.arenas[self.system.processors.record].alignment
        specialiser = Specialiser(self.system.variables, self.system.arenas, {}, (processor + 1) * alignment)
        body = specialiser.block(location.body)
        writer = FunctionWriter(self.names, frame)
        writer.lines.append("def transition(s, tape=None):")
        writer.lines.append("    first = s")
        base = self.layout.frames[frame.record].base(frame.index, frame.depth)
        for local in location.live:
            offset, width, low = self.layout.locals[location.procedure, local]
            if local == ir.RESULT:
                offset, width, low = self.layout.result
            bias = f" + {low}" if low else ""
            writer.lines.append(f"    {writer.local(local)} = (s >> {base + offset} & {(1 << width) - 1}){bias}")
        writer.block(body, 1, [])
        writer.lines.append("    raise AssertionError('a step fell out of its end')")
        return self.compile(writer.finished(), location.procedure)

    def predicate(self, body: ir.Expression) -> Callable[[int], object]:
        """An expression over a state, for its truth: f(s). It may raise."""
        return self._over_a_state(ExpressionWriter(self.names).truth(body))

    def on_step(self, body: ir.Expression) -> Callable[[int, tuple[int, int]], object]:
        """A condition on a state and the transition that follows, for its truth: f(s, c). c: the processor that steps (a
        reference, 0 for none) and the routines that it calls, as in Names.called. It may raise."""
        written = ExpressionWriter(self.names).truth(body)
        return self.compile(["def transition(s, c):", f"    return {written}"], "condition")

    def value(self, body: ir.Expression) -> Callable[[int], int | None]:
        """An expression over a state, for its value: f(s). It may raise."""
        return self._over_a_state(ExpressionWriter(self.names).expression(body))

    def _over_a_state(self, written: str) -> Callable[[int], int | None]:
        return self.compile(["def transition(s):", f"    return {written}"], "expression")
