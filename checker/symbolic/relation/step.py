# SPDX-License-Identifier: GPL-2.0-only
"""One body of code -> what it does to a state, as terms.

The body is run once, along all its ways together: an `if` runs both branches and merges them, a loop is run as often as it
can go round at most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from checker.ir import system as ir
from checker.symbolic.relation.choices import MOST_ROUNDS, Choices
from checker.symbolic.relation.effect import CUT_CONSTRAINT, CUT_FRAMES, HALTED, VIOLATES, Effect, End, Frame, Inputs
from checker.symbolic.relation.expressions import MODEL_ERROR, Flow, Stepper
from checker.symbolic.relation.fields import Fields
from checker.symbolic.terms.integers import Integer
from checker.symbolic.terms.solving import can_hold
from checker.symbolic.terms.terms import Term, Unsupported

FEW_ROUNDS = 4
"""After so many rounds without access point, Z3 is asked whether there can be one more."""


class Body(Choices):
    """Runs one body. location: of the frame that steps, None for an action."""

    def __init__(self, fields: Fields, inputs: Inputs, stepper: Stepper, location: ir.Location | None, any_free: bool) -> None:
        super().__init__(fields, inputs, stepper, any_free)
        self.location_of_frame = location
        self.jumps: dict[str, tuple[list[Flow], list[Flow]]] = {}
        """For each label around the code, who left it and who went to its next round."""
        self.finished: list[End] = []
        self.no_frame = Frame(
            fields.location_constant(0), tuple(self.terms.constant(0, fields.slot_width(n)) for n in range(len(fields.slot_most)))
        )

    # -- the whole --

    def effect(self, block: ir.Block, locals_: dict[str, Integer]) -> Effect:
        """What the body does from the state of the fields' variables."""
        before = self.fields.variables
        flow = self.block(block, Flow(self.terms.true, list(before), dict(locals_)))
        if flow is not None:
            if self.location_of_frame is None:
                self.finished.append(End(flow, self.no_frame, self.no_frame, None))
            else:
                self.ends(flow, self.terms.true, MODEL_ERROR)  # a step ends by itself
        ends = [end for end in self.finished if end.flow.guard is not self.terms.false]
        guards = [end.flow.guard for end in ends]
        state = {}
        for number, old in enumerate(before):
            new = self.choice(guards, [end.flow.state[number] for end in ends], old)
            if new is not old:
                state[number] = new
        nothing = self.terms.constant(0, self.fields.slot_width(0))
        return Effect(
            ended=self.terms.disjunction(*guards),
            state=state,
            outcomes={name: self.outcome(name) for name in self.outcomes},
            inputs=tuple(self.inputs),
            may_fail=self.may_fail,
            own=self.merged_frame(guards, [end.own for end in ends]),
            above=self.merged_frame(guards, [end.above for end in ends]),
            returns=self.terms.disjunction(*(end.flow.guard for end in ends if end.result is not None)),
            result=self.choice(guards, [nothing if end.result is None else end.result for end in ends], nothing),
        )

    def choice(self, guards: Sequence[Term], values: Sequence[Term], otherwise: Term) -> Term:
        """The value whose guard holds; one of them does, or it does not matter."""
        found = values[-1] if values else otherwise
        for guard, value in zip(reversed(guards[:-1]), reversed(values[:-1]), strict=True):
            found = self.terms.conditional(guard, value, found)
        return found

    def merged_frame(self, guards: Sequence[Term], frames: Sequence[Frame]) -> Frame:
        slots = tuple(
            self.choice(guards, [frame.slots[n] for frame in frames], none) for n, none in enumerate(self.no_frame.slots)
        )
        return Frame(self.choice(guards, [frame.location for frame in frames], self.no_frame.location), slots)

    # -- control --

    def block(self, block: ir.Block, flow: Flow | None) -> Flow | None:
        """Run a block; None if its end is not reached."""
        for instruction in block:
            if flow is None or flow.guard is self.terms.false:
                return None
            flow = self.instruction(instruction, flow)
        return flow

    def instruction(self, i: ir.Instruction, flow: Flow) -> Flow | None:
        match i:
            case ir.Set(local, value):
                flow.locals[local] = self.value(value, flow)
            case ir.Store(variable, indices, value):
                stored = self.value(value, flow)
                self.store(variable, [self.value(index, flow) for index in indices], stored, flow)
            case ir.If(test, then, otherwise):
                return self.branch(self.truth(test, flow), then, otherwise, flow)
            case ir.Loop():
                return self.loop(i, flow)
            case ir.Turn(label, body):
                return self.turn(label, body, flow)
            case ir.Region(label, body):
                left, _ = self.inside(label, lambda: self.block(body, flow))
                return self.merged(left)
            case ir.Leave(label):
                self.jumps[label][0].append(flow)
                return None
            case ir.Next(label):
                self.jumps[label][1].append(flow)
                return None
            case ir.Choose():
                self.choose(i, flow)
            case ir.Require(test):
                holds = self.truth(test, flow)
                self.may_fail |= holds is not self.terms.true
                flow.guard = self.terms.conjunction(flow.guard, holds)
            case ir.Check(test, name, _):
                self.ends(flow, self.terms.negation(self.truth(test, flow)), VIOLATES + name)
            case ir.Halt():
                self.ends(flow, self.terms.true, HALTED)
                return None
            case ir.Outside(name):
                self.ends(flow, self.terms.true, CUT_CONSTRAINT + name)
                return None
            case ir.Allocate():
                self.allocate(i, flow)
            case ir.Push(record, owner, procedure, arguments, _):
                self.push(record, owner, procedure, arguments, flow)
            case ir.Stand(location):
                flow.stand = self.fields.location_constant(location)
            case ir.Cover() | ir.Called():
                pass
            case ir.Goto() | ir.Call() | ir.Return():
                self.end(i, flow)
                return None
            case _:
                raise TypeError(i)
        return flow

    def branch(self, test: Term, then: ir.Block, otherwise: ir.Block, flow: Flow) -> Flow | None:
        if test.is_constant:
            return self.block(then if test.value else otherwise, flow)
        a = self.block(then, flow.copy(self.terms.conjunction(flow.guard, test)))
        b = self.block(otherwise, flow.copy(self.terms.conjunction(flow.guard, self.terms.negation(test))))
        if a is None or b is None:
            return a or b
        return self.joined(test, a, b)

    def joined(self, test: Term, a: Flow, b: Flow) -> Flow:
        """One flow for two, of which the first runs only where the test holds, and the second only where it does not."""
        guard = self.terms.disjunction(a.guard, b.guard)
        state = [self.terms.conditional(test, x, y) for x, y in zip(a.state, b.state, strict=True)]
        locals_ = a.locals | b.locals
        for name in a.locals.keys() & b.locals.keys():
            if a.locals[name] is not b.locals[name]:
                locals_[name] = self.integers.conditional(test, a.locals[name], b.locals[name])
        stand = a.stand
        if a.stand is not b.stand:
            assert self.location_of_frame is not None
            here = self.fields.location_constant(self.location_of_frame.number)
            stand = self.terms.conditional(test, a.stand or here, b.stand or here)
        return Flow(guard, state, locals_, stand)

    def merged(self, flows: Sequence[Flow]) -> Flow | None:
        """One flow for several, of which never more than one runs."""
        flows = [flow for flow in flows if flow.guard is not self.terms.false]
        if not flows:
            return None
        found = flows[-1]
        for flow in reversed(flows[:-1]):
            found = self.joined(flow.guard, flow, found)
        return found

    def inside(self, label: str, run: Callable[[], Flow | None]) -> tuple[list[Flow], list[Flow]]:
        """Run what the label names: who comes out of it, and who goes to the next round."""
        hidden = self.jumps.get(label)
        left, again = self.jumps[label] = [], []
        end = run()
        if end is not None:
            left.append(end)
        if hidden is None:
            del self.jumps[label]
        else:
            self.jumps[label] = hidden
        return left, again

    def loop(self, i: ir.Loop, flow: Flow) -> Flow | None:
        low, high = self.value(i.low, flow), self.value(i.high, flow)
        operation, constant = self.integers.operation, self.integers.constant
        left: list[Flow] = []
        running: Flow | None = flow
        for number in range(MOST_ROUNDS + 1):
            if running is None:
                return self.merged(left)
            local = operation("+", [low, constant(number * i.step)])
            goes = self.integers.less(local, high) if i.step > 0 else self.integers.less(high, local)
            stops = self.terms.negation(goes)
            if goes is not self.terms.true:
                left.append(running.copy(self.terms.conjunction(running.guard, stops)))
            if goes is self.terms.false:
                return self.merged(left)
            into = running.copy(self.terms.conjunction(running.guard, goes))
            into.locals[i.local] = local
            fallen: list[Flow] = []
            leaving, again = self.inside(i.label, lambda into=into, fallen=fallen: self._fall(i.body, into, fallen))  # type: ignore[misc]
            left += leaving
            running = self.merged(again + fallen)
        raise Unsupported(f"a loop of the model goes round more than {MOST_ROUNDS} times")

    def _fall(self, body: ir.Block, flow: Flow, fallen: list[Flow]) -> Flow | None:
        """Run a loop's body, whose end is the next round."""
        end = self.block(body, flow)
        if end is not None:
            fallen.append(end)
        return None

    def turn(self, label: str, body: ir.Block, flow: Flow) -> Flow | None:
        left: list[Flow] = []
        running: Flow | None = flow
        for number in range(MOST_ROUNDS + 1):
            if running is None or (number > FEW_ROUNDS and not can_hold(self.terms.conjunction(self.valid, running.guard))):
                return self.merged(left)
            start = running
            leaving, again = self.inside(label, lambda start=start: self.block(body, start))  # type: ignore[misc]
            left += leaving
            running = self.merged(again)
        raise Unsupported(f"a loop of the model goes round more than {MOST_ROUNDS} times in a step")

    # -- frames --

    def frame(self, location: ir.Location, values: dict[str, Integer], flow: Flow) -> Frame:
        """A frame at a location, with the values of its live locals. A value out of range would be a model error."""
        slots = list(self.no_frame.slots)
        for name, value in values.items():
            place = self.fields.locals[location.procedure, name]
            if not place.low <= value.low <= value.high <= place.high:
                self.ends(flow, self.terms.negation(self.integers.within(value, place.low, place.high)), MODEL_ERROR)
            slot, kept = self.fields.kept(value, location.procedure, name)
            slots[slot] = kept
        return Frame(self.fields.location_constant(location.number), tuple(slots))

    def entry(self, procedure: str, arguments: Sequence[ir.Expression], flow: Flow) -> Frame:
        made = self.system.procedures[procedure]
        location = self.system.location(made.entry)
        values = [self.value(argument, flow) for argument in arguments]
        live = {name: value for name, value in zip(made.parameters, values, strict=True) if name in location.live}
        return self.frame(location, live, flow)

    def saved(self, number: int, flow: Flow) -> Frame:
        """The frame that steps, at a location."""
        location = self.system.location(number)
        return self.frame(location, {name: flow.locals[name] for name in location.live if name != ir.RESULT}, flow)

    def push(self, record: str, owner: ir.Expression, procedure: str, arguments: Sequence[ir.Expression], flow: Flow) -> None:
        frame = self.entry(procedure, arguments, flow)
        target = self.value(owner, flow)
        none = self.no_frame.location
        full: list[Term] = []
        changes: list[tuple[int, Term]] = []
        for index, frames in enumerate(self.fields.frames[record]):
            this = self.integers.equal(target, self.integers.constant(index))
            room = this
            for depth in range(len(frames)):
                fields = frames[depth]
                empty = self.terms.equal(self.location(record, index, depth, flow), none)
                here = self.terms.conjunction(room, empty)
                new = [(fields.location, frame.location), *zip(fields.slots, frame.slots, strict=True)]
                for place, value in new:
                    if place is not None:
                        changes.append((place, self.terms.conditional(here, value, flow.state[place])))
                room = self.terms.conjunction(room, self.terms.negation(empty))
            full.append(room)
        self.ends(flow, self.terms.disjunction(*full), CUT_FRAMES)
        for place, value in changes:
            flow.state[place] = value

    def end(self, i: ir.Goto | ir.Call | ir.Return, flow: Flow) -> None:
        own, above, result = self.no_frame, self.no_frame, None
        match i:
            case ir.Goto(location):
                own = self.saved(location, flow)
            case ir.Call(procedure, arguments, location, _):
                values = self.entry(procedure, arguments, flow)
                self.ends(flow, self.no_room(), CUT_FRAMES)
                own, above = self.saved(location, flow), values
            case ir.Return(value):
                if value is not None:
                    result = self.returned(self.value(value, flow))
        self.finished.append(End(flow, own, above, result))

    def no_room(self) -> Term:
        """Whether the frame that steps is the last that its owner can have."""
        last = [
            condition
            for (record, _, depth), condition in self.stepper.standing.items()
            if depth + 1 == self.system.owners[record].frames
        ]
        return self.terms.disjunction(*last)

    def returned(self, value: Integer) -> Term:
        """What a result is in the result slot of the frame below."""
        holders = [name for name, procedure in self.system.procedures.items() if ir.RESULT in procedure.locals]
        if not holders:
            return self.terms.constant(0, self.fields.slot_width(0))
        return self.fields.kept(value, holders[0], ir.RESULT)[1]
