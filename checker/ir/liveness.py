# SPDX-License-Identifier: GPL-2.0-only
"""Which locals a frame has to keep at each location: those that a later step may read before it sets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.ir import system as ir

Labels = Mapping[str, frozenset[str]]


def expression_locals(e: ir.Expression) -> frozenset[str]:
    """The locals that an expression reads."""
    match e:
        case ir.Local(name):
            return frozenset((name,))
        case ir.Over(local=name, body=body):
            return expression_locals(body) - {name}
        case ir.Let(name, value, body):
            return expression_locals(value) | (expression_locals(body) - {name})
    return frozenset().union(*map(expression_locals, ir.operands(e)))


class _Liveness:
    """live: what is known to be live at each location so far. after: what is live after each allocation met, by its identity."""

    def __init__(self, live: Mapping[int, frozenset[str]]) -> None:
        self.live = live
        self.after: dict[int, frozenset[str]] = {}

    def block(self, block: ir.Block, after: frozenset[str], leave: Labels, next_: Labels) -> frozenset[str]:
        for instruction in reversed(block):
            after = self.instruction(instruction, after, leave, next_)
        return after

    def instruction(self, i: ir.Instruction, after: frozenset[str], leave: Labels, next_: Labels) -> frozenset[str]:
        reads = expression_locals
        match i:
            case ir.Set(local, value):
                return (after - {local}) | reads(value)
            case ir.Store(_, indices, value):
                return after.union(reads(value), *map(reads, indices))
            case ir.If(test, then, otherwise):
                return self.block(then, after, leave, next_) | self.block(otherwise, after, leave, next_) | reads(test)
            case ir.Loop(label, local, low, high, _, body):
                around = after
                while True:
                    inside = self.block(body, around, {**leave, label: after}, {**next_, label: around})
                    wider = around | (inside - {local})
                    if wider == around:
                        return around | reads(low) | reads(high)
                    around = wider
            case ir.Turn(label, body):
                around = frozenset()
                while True:
                    inside = self.block(body, frozenset(), leave, {**next_, label: around})
                    if inside == around:
                        return around
                    around = inside
            case ir.Region(label, body):
                return self.block(body, after, {**leave, label: after}, next_)
            case ir.Leave(label):
                return leave[label]
            case ir.Next(label):
                return next_[label]
            case ir.Choose(local, _, values, low, high, _, condition):
                read = frozenset[str]() if condition is None else reads(condition)
                read = read.union(*map(reads, values or ()))
                return ((after | read) - {local}) | reads(low) | reads(high)
            case ir.Require(test) | ir.Check(test):
                return after | reads(test)
            case ir.Push(_, owner, _, arguments):
                return after.union(reads(owner), *map(reads, arguments))
            case ir.Allocate(local):
                self.after[id(i)] = self.after.get(id(i), frozenset()) | after - {local}
                return after - {local}
            case ir.Goto(location):
                return self.live[location]
            case ir.Call(_, arguments, location):
                return (self.live[location] - {ir.RESULT}).union(*map(reads, arguments))
            case ir.Return(value):
                return frozenset() if value is None else reads(value)
            case ir.Halt() | ir.Outside():
                return frozenset()
            case ir.Cover() | ir.Called() | ir.Stand():
                return after
        raise TypeError(i)


def live_locals(locations: Sequence[ir.Location]) -> dict[int, frozenset[str]]:
    """The locals that are live at each location, by its number: the least solution."""
    live: dict[int, frozenset[str]] = {location.number: frozenset() for location in locations}
    changed = True
    while changed:
        changed = False
        for location in reversed(locations):
            found = _Liveness(live).block(location.body, frozenset(), {}, {})
            if found != live[location.number]:
                live[location.number] = found
                changed = True
    return live


def after_allocations(body: ir.Block, live: Mapping[int, frozenset[str]]) -> dict[int, frozenset[str]]:
    """The locals that a transition may still read after each allocation in its body, by the identity of that instruction. Where
    one instruction stands in several places of the body, those of all. live: at each location."""
    found = _Liveness(live)
    found.block(body, frozenset(), {}, {})
    return found.after
