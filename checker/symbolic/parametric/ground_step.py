# SPDX-License-Identifier: GPL-2.0-only
"""Steps of a system with any number of instances, as ways through the code: each with its condition and what it writes.

The acting processor, what is chosen and what is allocated are instances of which nothing is known but what the step asks.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from checker.ir import system as ir
from checker.language import tree
from checker.symbolic.parametric.ground_expressions import RAISES, GroundExpressions, GroundFlow, Standing
from checker.symbolic.parametric.ground_state import Ground, Heap, Place, frame_name, local_name
from checker.symbolic.terms.integers import Integer
from checker.symbolic.terms.terms import Term, Unsupported

CUT = "a cut"
"""No property has a name with a space."""
MOST_ROUNDS = 64


@dataclass(frozen=True)
class Way:
    """A way through a step to a new state."""

    guard: Term
    heap: Heap


class GroundCode(GroundExpressions):
    """Runs code on a ground state. ways: those that come to an end."""

    def __init__(self, ground: Ground, processor: Integer | None = None, standing: Standing | None = None) -> None:
        super().__init__(ground, processor, standing)
        self.ways: list[Way] = []

    def run(self, block: ir.Block, flow: GroundFlow) -> Iterator[tuple[str, GroundFlow]]:
        """The ways through a block: how each leaves it ("": at its end; else a label, after what jumps), and how it is then."""
        if flow.guard is self.terms.false:
            return
        if not block:
            yield "", flow
            return
        for how, after in self.instruction(block[0], flow):
            if after.guard is self.terms.false:
                continue
            if how:
                yield how, after
            else:
                yield from self.run(block[1:], after)

    def instruction(self, i: ir.Instruction, flow: GroundFlow) -> Iterator[tuple[str, GroundFlow]]:
        t = self.terms
        match i:
            case ir.Set(local, value):
                flow.locals[local] = self.value(value, flow)
            case ir.Store(name, indices, value):
                stored = self.value(value, flow)
                yield from self.store_at(name, tuple(self.value(index, flow) for index in indices), stored, flow)
                return
            case ir.If(test, then, otherwise):
                holds = self.truth(test, flow)
                yield from self.run(then, flow.copy(t.conjunction(flow.guard, holds)))
                yield from self.run(otherwise, flow.copy(t.conjunction(flow.guard, t.negation(holds))))
                return
            case ir.Region(label, body):
                for how, after in self.run(body, flow):
                    yield ("" if how == f"leave {label}" else how), after
                return
            case ir.Turn(label, body):
                yield from self.rounds(label, body, flow, 0)
                return
            case ir.Loop():
                yield from self.loop(i, flow)
                return
            case ir.Leave(label):
                yield f"leave {label}", flow
                return
            case ir.Next(label):
                yield f"next {label}", flow
                return
            case ir.Choose():
                yield from self.chosen(i, flow)
                return
            case ir.Require(test):
                flow.guard = t.conjunction(flow.guard, self.truth(test, flow))
            case ir.Check(test, name, _):
                fails = t.negation(self.truth(test, flow))
                self.ended.append((name, t.conjunction(flow.guard, fails)))
                flow.guard = t.conjunction(flow.guard, t.negation(fails))
            case ir.Halt():
                return
            case ir.Allocate(local, record, resets, _):
                self.allocated(local, record, resets, flow)
            case ir.Push(record, owner, procedure, arguments, _):
                entry = self.entered(procedure, arguments, flow)
                yield from self.pushed(record, self.value(owner, flow), entry, flow)
                return
            case ir.Stand(location):
                flow.stand = t.constant(location, max(len(self.system.locations).bit_length(), 1))
                if len(self.system.locations) == 1:
                    flow.stand = t.true
            case ir.Cover() | ir.Called():
                pass
            case ir.Goto() | ir.Call() | ir.Return():
                self.end(i, flow)
                return
            case _:
                raise TypeError(i)
        yield "", flow

    def rounds(self, label: str, body: ir.Block, flow: GroundFlow, number: int) -> Iterator[tuple[str, GroundFlow]]:
        if number > MOST_ROUNDS:
            raise Unsupported(f"a loop of the model goes round more than {MOST_ROUNDS} times in a step")
        for how, after in self.run(body, flow):
            if how == f"next {label}":
                yield from self.rounds(label, body, after, number + 1)
            else:
                yield ("" if how == f"leave {label}" else how), after

    def loop(self, i: ir.Loop, flow: GroundFlow, done: int = 0) -> Iterator[tuple[str, GroundFlow]]:
        low, high = self.value(i.low, flow), self.value(i.high, flow)
        yield from self.turned(i, low, high, flow, 0)

    def turned(self, i: ir.Loop, low: Integer, high: Integer, flow: GroundFlow, number: int) -> Iterator[tuple[str, GroundFlow]]:
        if number > MOST_ROUNDS:
            raise Unsupported(
                f"the loop over `{i.local}` goes round more than {MOST_ROUNDS} times, perhaps once for each instance"
            )
        local = self.integers.operation("+", [low, self.integers.constant(number * i.step)])
        goes = self.integers.less(local, high) if i.step > 0 else self.integers.less(high, local)
        stops = flow.copy(self.terms.conjunction(flow.guard, self.terms.negation(goes)))
        if stops.guard is not self.terms.false:
            yield "", stops
        if goes is self.terms.false:
            return
        into = flow.copy(self.terms.conjunction(flow.guard, goes))
        into.locals[i.local] = local
        for how, after in self.run(i.body, into):
            if how in ("", f"next {i.label}"):
                yield from self.turned(i, low, high, after, number + 1)
            else:
                yield ("" if how == f"leave {i.label}" else how), after

    def store_at(self, name: str, place: Place, value: Integer, flow: GroundFlow) -> Iterator[tuple[str, GroundFlow]]:
        """A store, each place in an array a way of its own."""
        variable = self.system.variables[name]
        for number, (part, key, size) in enumerate(zip(place, variable.keys, variable.dimensions, strict=True)):
            if key is None and part.constant is None:
                for n in range(max(part.low, 0), min(part.high, size - 1) + 1):
                    there = self.integers.constant(n)
                    case = flow.copy(self.terms.conjunction(flow.guard, self.integers.equal(part, there)))
                    yield from self.store_at(name, (*place[:number], there, *place[number + 1 :]), value, case)
                return
        function = self.ground.functions[name]
        if not function.low <= value.low <= value.high <= function.high:
            self.ends(flow, self.terms.negation(self.integers.within(value, function.low, function.high)), RAISES)
        if function.known is None:
            self.write(name, place, self.clipped(value, function.low, function.high), flow)
        yield "", flow

    def write(self, name: str, place: Place, value: Integer, flow: GroundFlow) -> None:
        flow.heap[name] = (*flow.heap.get(name, ()), (place, value))

    def chosen(self, i: ir.Choose, flow: GroundFlow) -> Iterator[tuple[str, GroundFlow]]:
        if i.values is None and isinstance(i.type, tree.ReferenceType):
            options = [self.ground.instance(i.type.record, "chosen")]
            tests = [self.terms.true]
        elif i.values is None:
            low, high = self.value(i.low, flow), self.value(i.high, flow)
            options = [self.integers.constant(n) for n in range(low.low, high.high, i.step)]
            tests = [
                self.terms.conjunction(self.terms.negation(self.integers.less(n, low)), self.integers.less(n, high))
                for n in options
            ]
            if low.constant is None and i.step != 1:
                raise Unsupported(f"{i.position}: a choice in steps of {i.step} from what is not known")
        else:
            options = [self.value(value, flow) for value in i.values]
            tests = [self.terms.true] * len(options)
        for value, test in zip(options, tests, strict=True):
            case = flow.copy(self.terms.conjunction(flow.guard, test))
            case.locals[i.local] = value
            if i.condition is not None:
                holds = self.truth(i.condition, case)
                case.guard = self.terms.conjunction(case.guard, holds)
            yield "", case

    def allocated(self, local: str, record: str, resets: tuple[tuple[str, int], ...], flow: GroundFlow) -> None:
        """Any free instance. There always is one: what cannot have one is cut, and says nothing."""
        found = self.ground.instance(record, "allocated")
        index = self.ground.index(record, found)
        name = f"{record}.allocated"
        taken = self.integers.truth(self.ground.load(flow.heap, name, (index,)))
        flow.guard = self.terms.conjunction(flow.guard, self.terms.negation(taken))
        self.write(name, (index,), self.integers.constant(1), flow)
        for reset, value in resets:
            variable = self.system.variables[reset]
            if self.ground.functions[reset].known is None:
                for rest in itertools.product(*(range(size) for size in variable.dimensions[1:])):
                    place = (index, *(self.integers.constant(n) for n in rest))
                    self.write(reset, place, self.integers.constant(value), flow)
        flow.locals[local] = found

    # -- frames --

    def entered(self, procedure: str, arguments: tuple[ir.Expression, ...], flow: GroundFlow) -> list[tuple[str, str, Integer]]:
        """What a new frame of a procedure holds: (procedure, local, value), the location first."""
        made = self.system.procedures[procedure]
        live = self.system.location(made.entry).live
        values = [self.value(argument, flow) for argument in arguments]
        found = [("", "", self.integers.constant(made.entry))]
        found += [(procedure, name, value) for name, value in zip(made.parameters, values, strict=True) if name in live]
        return found

    def put(self, record: str, owner: Integer, depth: int, frame: list[tuple[str, str, Integer]], flow: GroundFlow) -> None:
        for procedure, local, value in frame:
            name = local_name(record, depth, procedure, local) if local else frame_name(record, depth)
            function = self.ground.functions[name]
            if not function.low <= value.low <= value.high <= function.high:
                self.ends(flow, self.terms.negation(self.integers.within(value, function.low, function.high)), RAISES)
            if function.known is None:
                self.write(name, (owner,), self.clipped(value, function.low, function.high), flow)

    def pushed(
        self, record: str, owner: Integer, frame: list[tuple[str, str, Integer]], flow: GroundFlow
    ) -> Iterator[tuple[str, GroundFlow]]:
        """A push is a way of its own for each depth; with no room there is none, as it is cut."""
        full = self.terms.true
        for depth in range(self.system.owners[record].frames):
            here = self.integers.truth(self.at(record, owner, depth, flow))
            case = flow.copy(self.terms.conjunction(flow.guard, full, self.terms.negation(here)))
            self.put(record, owner, depth, frame, case)
            yield "", case
            full = self.terms.conjunction(full, here)
        self.ended.append((CUT, self.terms.conjunction(flow.guard, full)))

    def end(self, i: ir.Goto | ir.Call | ir.Return, flow: GroundFlow) -> None:
        s = self.standing
        assert s is not None
        match i:
            case ir.Goto(location):
                self.put(s.record, s.owner, s.depth, self.kept(location, flow), flow)
            case ir.Call(procedure, arguments, location, _):
                entry = self.entered(procedure, arguments, flow)
                if s.depth + 1 == self.system.owners[s.record].frames:
                    self.ended.append((CUT, flow.guard))
                    return
                self.put(s.record, s.owner, s.depth, self.kept(location, flow), flow)
                self.put(s.record, s.owner, s.depth + 1, entry, flow)
            case ir.Return(value):
                result = None if value is None else self.value(value, flow)
                self.put(s.record, s.owner, s.depth, [("", "", self.integers.constant(0))], flow)
                name = local_name(s.record, s.depth - 1, "", ir.RESULT)
                if result is not None and s.depth and name in self.ground.functions:
                    self.put(s.record, s.owner, s.depth - 1, [("", ir.RESULT, result)], flow)
        self.ways.append(Way(flow.guard, flow.heap))

    def kept(self, number: int, flow: GroundFlow) -> list[tuple[str, str, Integer]]:
        location = self.system.location(number)
        found = [("", "", self.integers.constant(number))]
        found += [(location.procedure, name, flow.locals[name]) for name in location.live if name != ir.RESULT]
        return found


@dataclass(frozen=True)
class Kind:
    """A kind of step. action: with the values of its parameters that are not references; or the location of a frame at a depth
    of a record. own: whether the frame is the processor's own, or of what it executes."""

    name: str
    action: ir.Action | None
    values: tuple[int | None, ...]
    location: int = 0
    record: str = ""
    depth: int = 0
    own: bool = False


def kinds(system: ir.System) -> list[Kind]:
    """All kinds of steps of a system, whoever takes them."""
    found: list[Kind] = []
    for action in system.actions:
        domains = [(None,) if isinstance(type_, tree.ReferenceType) else values for _, type_, values in action.parameters]
        for values in itertools.product(*domains):
            shown = ", ".join("any" if value is None else str(value) for value in values)
            found.append(Kind(f"{action.name}({shown})", action, values))
    if system.processors is None:
        return found
    for location in system.locations:
        call = location.calls[-1]
        for record, own in ((system.processors.record, True), (system.processors.owner, False)):
            for depth in range(system.owners[record].frames if record in system.owners else 0):
                whose = "its own" if own else f"a {record}'s"
                name = f"{call.position.file}:{call.position.line} ({call.routine}) in {whose} frame {depth}"
                found.append(Kind(name, None, (), location.number, record, depth, own))
    return found


def step(ground: Ground, kind: Kind) -> GroundCode:
    """The ways of all steps of a kind, from the state that the functions of `ground` say."""
    return _action(ground, kind.action, kind.values) if kind.action is not None else _frame(ground, kind)


def _action(ground: Ground, action: ir.Action, values: tuple[int | None, ...]) -> GroundCode:
    code = GroundCode(ground)
    flow = GroundFlow(ground.terms.true, [], {})
    for (name, type_, _), value in zip(action.parameters, values, strict=True):
        if value is None:
            assert isinstance(type_, tree.ReferenceType)
            flow.locals[name] = ground.instance(type_.record, name)
        else:
            flow.locals[name] = ground.integers.constant(value)
    for _, after in code.run(action.body, flow):
        code.ways.append(Way(after.guard, after.heap))
    return code


def _frame(ground: Ground, kind: Kind) -> GroundCode:
    system, t, i = ground.system, ground.terms, ground.integers
    processors = system.processors
    assert processors is not None
    processor = ground.instance(processors.record, "processor")
    code = GroundCode(ground, processor)
    flow = GroundFlow(t.true, [], {processors.local: processor})
    owner = own = ground.index(processors.record, processor)
    guards: list[Term] = []
    if not kind.own:
        if processors.record in system.owners:
            guards.append(t.negation(i.truth(code.at(processors.record, own, 0, flow))))
        flow.guard = t.conjunction(*guards)
        executed = code.value(processors.executes, flow)
        guards = [flow.guard, ground.is_instance(kind.record, executed)]
        ground.name(kind.record, executed)
        owner = ground.index(kind.record, executed)
    guards.append(i.equal(code.at(kind.record, owner, kind.depth, flow), i.constant(kind.location)))
    if kind.depth + 1 < system.owners[kind.record].frames:
        guards.append(t.negation(i.truth(code.at(kind.record, owner, kind.depth + 1, flow))))
    location = system.location(kind.location)
    locals_ = {
        name: ground.load({}, local_name(kind.record, kind.depth, location.procedure, name), (owner,)) for name in location.live
    }
    code.standing = Standing(kind.record, owner, kind.depth)
    for _ in code.run(location.body, GroundFlow(t.conjunction(*guards), [], locals_)):
        raise AssertionError("a step ends by itself")
    return code
