# SPDX-License-Identifier: GPL-2.0-only
"""The graph of a routine, and how steps are read off it.

Its nodes are access points and what lies between them. A step is the code on the way from a location to the next ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from checker.ir import system as ir
from checker.language import tree
from checker.language.schedule import Call as CallSite

Chain = tuple[CallSite, ...]


@dataclass(eq=False)
class Node:
    """A place in the graph."""


@dataclass(eq=False)
class Local(Node):
    """Local computation."""

    code: ir.Block
    next: Node


@dataclass(eq=False)
class Branch(Node):
    test: ir.Expression
    then: Node
    otherwise: Node


@dataclass(eq=False)
class Access(Node):
    """An access point. code: makes its instructions, the walk of what follows included."""

    calls: Chain
    code: Callable[[Walk], ir.Block]


@dataclass(eq=False)
class Begin(Node):
    """Where a step may begin with local computation, the routine's entry or after a call; or (is_loop) a loop's test, where
    none does."""

    calls: Chain
    is_loop: bool
    next: Node = field(default_factory=Node)


@dataclass(eq=False)
class CallNode(Node):
    procedure: str
    arguments: tuple[ir.Expression, ...]
    resume: Begin
    position: tree.Position


@dataclass(eq=False)
class ReturnNode(Node):
    value: ir.Expression | None


@dataclass(eq=False)
class HaltNode(Node):
    position: tree.Position


Walk = Callable[[Node], ir.Block]


class StepReader:
    """Numbers the locations of all routines, and reads their steps."""

    def __init__(self) -> None:
        self.locations: list[ir.Location] = []
        self._numbers: dict[Node, int] = {}
        self._pending: list[tuple[Node, str]] = []
        self._turns: dict[Node, int] = {}

    def read(self, entry: Begin | Access, procedure: str) -> int:
        """Make all locations that are reached from a routine's entry; the number of the entry."""
        first = self.number(entry, procedure)
        while self._pending:
            node, name = self._pending.pop(0)
            code = self.step(node, name)
            number = self._numbers[node]
            assert isinstance(node, (Access, Begin))
            self.locations[number - 1] = ir.Location(number, name, (), node.calls, code)
        return first

    def number(self, node: Node, procedure: str) -> int:
        if node not in self._numbers:
            assert isinstance(node, (Access, Begin))
            self._numbers[node] = len(self.locations) + 1
            self.locations.append(ir.Location(self._numbers[node], procedure, (), node.calls, ()))
            self._pending.append((node, procedure))
        return self._numbers[node]

    def step(self, node: Node, procedure: str) -> ir.Block:
        def after_access(node: Node) -> ir.Block:
            return self.walk(node, procedure, frozenset(), None)

        if isinstance(node, Access):
            return node.code(after_access)
        assert isinstance(node, Begin)
        return self.walk(node.next, procedure, frozenset(), after_access)

    def walk(self, node: Node, procedure: str, passed: frozenset[Node], run: Walk | None) -> ir.Block:
        """The code from a node to the next locations. passed: loop tests since the last access point; at the second time
        the code turns back to the first. run: given while the step's access point is still to come; it walks what
        follows that."""
        match node:
            case Local(code, following):
                return (*code, *self.walk(following, procedure, passed, run))
            case Branch(test, then, otherwise):
                return (ir.If(test, self.walk(then, procedure, passed, run), self.walk(otherwise, procedure, passed, run)),)
            case Access(code=code):
                if run is None:
                    return (ir.Goto(self.number(node, procedure)),)
                instructions = code(run)
                looks = ir.looks_at_frames(instructions)
                return (ir.Stand(self.number(node, procedure)), *instructions) if looks else instructions
            case Begin(next=following):
                if not node.is_loop:
                    return (ir.Goto(self.number(node, procedure)),)
                label = f"turn {self._turns.setdefault(node, len(self._turns))}"
                if node in passed:
                    return (ir.Next(label),)
                return (ir.Turn(label, self.walk(following, procedure, passed | {node}, run)),)
            case CallNode(callee, arguments, resume, position):
                return (ir.Call(callee, arguments, self.number(resume, procedure), position),)
            case ReturnNode(value):
                return (ir.Return(value),)
            case HaltNode(position):
                return (ir.Halt(position),)
        raise TypeError(node)


def branch(test: ir.Expression, then: Node, otherwise: Node) -> Node:
    """Goes to one of two nodes, without a branch if it is known to which."""
    if isinstance(test, ir.Constant):
        return then if test.value else otherwise
    return Branch(test, then, otherwise)


def first_stand(entry: Begin) -> Access:
    """Where a frame stands as it is entered, of a routine that begins with a loop that begins with an atomic statement: where it
    stands each time that the loop begins anew. That step notes what lies on the way."""
    node, covers = entry.next, list[ir.Instruction]()
    while not isinstance(node, Access):
        match node:
            case Local(code, following):
                assert all(isinstance(i, ir.Cover) for i in code)
                covers += code
                node = following
            case Begin(is_loop=True, next=following):
                node = following
            case _:
                raise AssertionError("something is in between")
    code_of = node.code
    node.code = lambda walk: (*covers, *code_of(walk))
    return node
