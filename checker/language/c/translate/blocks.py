# SPDX-License-Identifier: GPL-2.0-only
"""Blocks, and the ways out of them: break, continue, goto, return; and what guard() takes, which each way out gives back.

A goto forward is the statements from its label to the end of the label's block, in its place. A goto backward goes round a loop
that begins at its label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, unique

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.syntax.walking import walk
from checker.language.c.translate import rounds
from checker.language.c.translate.calls import CallTranslator
from checker.language.c.translate.code import CLocal
from checker.language.c.translate.parts import jumps_out
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.text import Text
from checker.language.flow import ends

_MOST_COPIES = 200
"""The most statements that gotos may copy in one function: far more than cleanup at its end needs."""


@dataclass
class _Block:
    """A block that is being translated. number: of the statement that is. scope: what names are there. guards, loops: how many
    blocks and loops there are around its statements, itself included."""

    statements: Sequence[syntax.Statement]
    number: int
    scope: dict[str, CLocal]
    guards: int
    loops: int


@unique
class Left(Enum):
    """What a break leaves: a loop; a switch that is one; a loop that a goto makes, or a scoped_guard, which a break leaves in C
    and here cannot."""

    LOOP = "loop"
    SWITCH = "switch"
    LABEL = "label"
    SCOPED_GUARD = "scoped_guard"


@dataclass(frozen=True)
class Loop:
    """A loop, or what is left like one. step: of a for loop. again: the condition of a do loop. label: of a loop that a goto
    makes. guards: how many blocks there are around it. scope: what names are around it. exits: for each way out that was met
    the locals that have a value there. continued: the flag that a `continue` of a loop around a switch sets, if there is one."""

    kind: Left
    step: syntax.Expression | None
    again: syntax.Expression | None
    label: str | None
    guards: int
    scope: dict[str, CLocal]
    exits: list[set[str]] = field(default_factory=list)
    continued: list[tree.Local] = field(default_factory=list)


class BlockTranslator(CallTranslator):
    """Translates blocks of statements."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.blocks: list[_Block] = []
        self.loops: list[Loop] = []
        self.guards: list[list[Callable[[], None]]] = []
        self.copied = 0
        self.in_force: dict[str, tree.Expression] = {}

    def statement(self, node: syntax.Statement) -> None:
        """Translate any statement; see StatementTranslator."""
        raise NotImplementedError

    def finish(self, node: syntax.Node) -> None:
        """What the end of the function does."""
        raise NotImplementedError

    def block(self, statements: Sequence[syntax.Statement]) -> None:
        """The statements of a block. What guard() takes in it is given back at its end."""
        self.guards.append([])
        with self.nested():
            self.sequence(statements, 0)
        if not self.ended():
            self.leave(len(self.guards) - 1)
        self.guards.pop()

    def sequence(self, statements: Sequence[syntax.Statement], begin: int) -> None:
        """The statements of a block from one on."""
        block = _Block(statements, begin, {}, len(self.guards), len(self.loops))
        self.blocks.append(block)
        for number in range(begin, len(statements)):
            block.number, block.scope = number, dict(self.scope)
            node = statements[number]
            if isinstance(node, syntax.Label) and self.is_come_back_to(node, statements[number + 1 :]):
                self.label_loop(node, statements, number)
                break
            self.statement(node)
            if self.ended():
                self.check_known(*statements[number + 1 :])
                break
        self.blocks.pop()

    def ended(self) -> bool:
        """Whether control cannot come to what stands next."""
        return ends(self.statements, endless_loops=True)

    def rest(self) -> list[syntax.Statement]:
        """The statements that come after the one that is translated, in all blocks around it."""
        return [statement for block in self.blocks for statement in block.statements[block.number + 1 :]]

    # -- loops --

    @contextmanager
    def looping(
        self,
        step: syntax.Expression | None = None,
        again: syntax.Expression | None = None,
        label: str | None = None,
        kind: Left = Left.LOOP,
    ) -> Iterator[Loop]:
        """While the context lasts, `continue` and `break` are of this loop."""
        self.loops.append(Loop(kind, step, again, label, len(self.guards), dict(self.scope)))
        yield self.loops[-1]
        self.loops.pop()

    def jump(self, node: syntax.Break | syntax.Continue) -> None:
        loop, position = self.loops[-1] if self.loops else None, at(node)
        match None if loop is None else loop.kind:
            case Left.SCOPED_GUARD:
                raise error(node, "in C this leaves the scoped_guard, not the loop around it; use a flag, or guard()")
            case None | Left.LABEL:
                raise error(node, "this leaves a switch or a loop in a way that a model does not have; use a flag, or return")
        assert loop is not None
        self.leave(loop.guards)
        if isinstance(node, syntax.Break):
            loop.exits.append(set(self.assigned))
            self.emit(tree.Break(position))
            return
        if loop.kind is Left.SWITCH:
            self.continue_from_switch(node, loop)
            return
        with self.nested():
            self.scope = dict(loop.scope)
            if loop.step is not None:
                self.effects(loop.step)
            if loop.again is not None:
                self.leave_unless(loop.again, position, loop.exits)
        self.emit(tree.Continue(position))

    def continue_from_switch(self, node: syntax.Continue, switch: Loop) -> None:
        """`continue` of a loop around a switch: it leaves the switch, behind which a flag says so."""
        if all(loop.kind is Left.SWITCH for loop in self.loops):
            raise error(node, "there is no loop around this that it could continue")
        if not switch.continued:
            switch.continued.append(self.fresh("continued", build.BOOL))
        self.emit(tree.Assign(at(node), switch.continued[0].name, build.boolean(at(node), True)))
        self.emit(tree.Break(at(node)))

    def leave_unless(self, test: syntax.Expression, position: tree.Position, exits: list[set[str]]) -> None:
        """Leave the loop where the test fails."""
        condition = self.condition(test)
        exits.append(set(self.assigned))
        self.emit(tree.If(position, condition, (), (tree.Break(position),)))

    def after(self, exits: Sequence[set[str]]) -> None:
        """Behind a loop only that has a value for certain which has one on every way out."""
        if exits:
            self.assigned = set.intersection(*exits)

    # -- goto --

    def is_come_back_to(self, label: syntax.Label, rest: Sequence[syntax.Statement]) -> bool:
        return any(isinstance(part, syntax.Goto) and part.label == label.name for statement in rest for part in walk(statement))

    def label_loop(self, node: syntax.Label, statements: Sequence[syntax.Statement], number: int) -> None:
        """The rest of a block, to whose begin a goto comes back."""
        if any(jumps_out(statement) for statement in statements[number:]):
            raise error(node, f"a goto comes back to `{node.name}`, and a break or continue leaves from there; write a loop")
        position = at(node)
        with self.looping(label=node.name, kind=Left.LABEL), self.collected() as body:
            self.sequence(statements, number + 1)
            if not self.ended():
                self.emit(tree.Break(position))
        self.emit(rounds.forever(position, body))

    def goto(self, node: syntax.Goto) -> None:
        if node.computed is not None:
            raise error(node, "a computed goto has no counterpart in a model; write a switch")
        if self.loops and self.loops[-1].label == node.label:
            self.leave(self.loops[-1].guards)
            self.emit(tree.Continue(at(node)))
            return
        for block in reversed(self.blocks):
            for number, statement in enumerate(block.statements):
                if isinstance(statement, syntax.Label) and statement.name == node.label:
                    if number <= block.number:
                        raise error(node, f"`{node.label}` stands before this, and this is in a loop of its own; write a loop")
                    self.copy(node, block, number)
                    return
        raise error(node, f"there is no label `{node.label}` in the blocks around this; a goto into a block is not understood")

    def copy(self, node: syntax.Goto, block: _Block, number: int) -> None:
        """The statements from a label on, in place of the goto."""
        tail = block.statements[number + 1 :]
        self.copied += sum(1 for statement in tail for _ in walk(statement))
        if self.copied > _MOST_COPIES * 10:
            raise error(node, "the gotos of this function jump to so much text that it is not copied; write functions")
        if len(self.loops) > block.loops and any(jumps_out(statement) for statement in tail):
            raise error(node, f"what stands at `{node.label}` leaves a loop around both; write a flag")
        for passed in block.statements[block.number + 1 : number]:
            if isinstance(passed, syntax.Declaration) and passed.name in block.scope:
                raise error(
                    node, f"this jumps over the declaration of `{passed.name}`, which hides another one; rename one of them"
                )
        self.leave(block.guards)
        outer = self.scope, self.blocks, self.loops, self.guards
        self.scope, self.loops = dict(block.scope), self.loops[: block.loops]
        self.guards = [list(held) for held in self.guards[: block.guards]]
        depth = self.blocks.index(block)
        self.blocks = self.blocks[:depth]
        self.sequence(block.statements, number)
        if not self.ended():
            if depth:
                raise error(node, f"what stands at `{node.label}` goes on behind its block; let it end in return")
            self.leave(0)
            self.finish(node)
        self.scope, self.blocks, self.loops, self.guards = outer

    # -- guards --

    def hold(self, give_back: Callable[[], None]) -> None:
        """From here to the end of the block something is held. give_back: emits what gives it back."""
        self.guards[-1].append(give_back)

    def leave(self, depth: int) -> None:
        """Emit what gives back all that the blocks from that depth on hold."""
        for block in reversed(self.guards[depth:]):
            for give_back in reversed(block):
                give_back()
