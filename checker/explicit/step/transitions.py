# SPDX-License-Identifier: GPL-2.0-only
"""The transitions of a system as functions, and which of them to try in a state.

Most transitions of a state are ruled out by a look at a few of its bits: the location where a processor stands, the
first `require` of an action. What those bits rule out is remembered for each value of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from checker.explicit.step.generated_names import Frame
from checker.explicit.step.outcome import Raised
from checker.explicit.step.python_code import FunctionMaker
from checker.ir import system as ir
from checker.ir.analysis.footprint import Footprints
from checker.ir.simplify import Specialiser, action_code

SMALL = 20
"""Bits of a guard that is worth remembering: at most 2 ** SMALL entries, in practice a few hundred."""

Function = Callable[..., int | None]


@dataclass(frozen=True, eq=False)
class Transition:
    """One action with arguments, or the step from one location of one frame by one processor.

    function: state -> next state, or None if it is not possible; takes a Tape if it `branches`.
    """

    function: Function
    branches: bool
    interrupt: bool
    action: ir.Action | None = None
    arguments: tuple[int, ...] = ()
    location: ir.Location | None = None
    frame: Frame | None = None
    processor: int | None = None


@dataclass(frozen=True, eq=False)
class Group:
    """Actions that share the beginning of their guard. ready: the part of it that is not remembered, if any."""

    ready: Callable[[int], object] | None
    transitions: tuple[Transition, ...]


@dataclass(eq=False)
class Selector:
    """The groups whose remembered guards read the bits of `mask`."""

    mask: int
    groups: list[tuple[Callable[[int], object] | None, Group]] = field(default_factory=list)
    known: dict[int, tuple[Group, ...]] = field(default_factory=dict)

    def select(self, key: int) -> tuple[Group, ...]:
        """The groups to try in states with these bits."""
        found = tuple(group for guard, group in self.groups if guard is None or holds(guard, key))
        self.known[key] = found
        return found


def holds(test: Callable[[int], object], state: int) -> bool:
    """Whether a guard holds; one that raises is left to the transition itself, which raises the same."""
    try:
        return bool(test(state))
    except Raised:
        return True


class Transitions:
    """All transitions of a system."""

    def __init__(self, maker: FunctionMaker) -> None:
        self.maker = maker
        self.system = maker.system
        self.layout = maker.layout
        self.footprints = Footprints(self.system, self.layout)
        self.selectors = list(self._selectors())
        self.processors = [ProcessorSteps(self, index) for index in range(self._processor_count())]

    def _processor_count(self) -> int:
        processors = self.system.processors
        return 0 if processors is None else self.system.arenas[processors.record].instances

    # -- actions --

    def _selectors(self) -> Iterator[Selector]:
        by_mask: dict[int, Selector] = {}
        for action in self.system.actions:
            for instances in self._grouped(action):
                guards = [self._guard(action, arguments) for arguments in instances]
                common = guards[0][: _agreeing(guards)]
                small, mask = self._small(common)
                remembered = self.maker.predicate(ir.Logical("and", tuple(small))) if small else None
                # Where a remembered test raises, the transition has to be run, whatever the later tests say.
                rest = common if any(map(ir.may_raise, small)) else common[len(small) :]
                ready = self.maker.predicate(ir.Logical("and", tuple(rest))) if len(common) > len(small) else None
                transitions = tuple(self._action(action, arguments) for arguments in instances)
                selector = by_mask.setdefault(mask, Selector(mask))
                selector.groups.append((remembered, Group(ready, transitions)))
        return iter(by_mask.values())

    @staticmethod
    def _grouped(action: ir.Action) -> Iterator[list[tuple[int, ...]]]:
        """The instances of an action, those together that differ in the last of several arguments only."""
        domains = [values for _, _, values in action.parameters]
        if len(domains) < 2:
            yield from ([arguments] for arguments in itertools.product(*domains))
            return
        for prefix in itertools.product(*domains[:-1]):
            yield [(*prefix, last) for last in domains[-1]]

    def _guard(self, action: ir.Action, arguments: tuple[int, ...]) -> list[ir.Expression]:
        """The conditions that the action's code requires before it does anything else, in order."""
        body = action_code(self.system.variables, self.system.arenas, action, arguments)
        if len(body) == 1 and isinstance(body[0], ir.Region):
            body = body[0].body
        found: list[ir.Expression] = []
        values: dict[str, ir.Expression] = {}
        for instruction in body:
            match instruction:
                case ir.Cover():
                    continue
                case ir.Set(local, value):
                    if local in values:
                        break  # a Let of the same local inside would change what the outer one means
                    values[local] = substitute(value, values)
                case ir.Require(test):
                    test = substitute(test, values)
                    found.extend(test.operands if isinstance(test, ir.Logical) and test.operator == "and" else (test,))
                case _:
                    break
        return found

    def _small(self, tests: list[ir.Expression]) -> tuple[list[ir.Expression], int]:
        """The first tests that read few bits together, and those bits."""
        found: list[ir.Expression] = []
        mask = 0
        for test in tests:
            wider = mask | self.footprints.reads(test)
            if wider.bit_count() > SMALL:
                break
            found.append(test)
            mask = wider
        return found, mask

    def _action(self, action: ir.Action, arguments: tuple[int, ...]) -> Transition:
        function = self.maker.action(action, arguments)
        return Transition(function, chooses(action.body), action.interrupt, action=action, arguments=arguments)

    def actions(self) -> Iterator[tuple[ir.Action, tuple[int, ...]]]:
        """The actions with their arguments, in the order in which they are tried."""
        for selector in self.selectors:
            for _, group in selector.groups:
                for transition in group.transitions:
                    assert transition.action is not None
                    yield transition.action, transition.arguments

    # -- steps --

    def step(self, location: ir.Location, frame: Frame, processor: int) -> Transition:
        function = self.maker.step(location, frame, processor)
        return Transition(function, chooses(location.body), False, location=location, frame=frame, processor=processor)

    def possible(self, state: int) -> Iterator[Transition]:
        """The transitions to try in a state; some may turn out not to be possible."""
        for processor in self.processors:
            transition = processor.transition(state)
            if transition is not None:
                yield transition
        for selector in self.selectors:
            key = state & selector.mask
            groups = selector.known.get(key)
            for group in selector.select(key) if groups is None else groups:
                if group.ready is None or holds(group.ready, state):
                    yield from group.transitions


class ProcessorSteps:
    """The steps of one processor: of its own top frame, else of the top frame of the owner that it executes."""

    def __init__(self, transitions: Transitions, index: int) -> None:
        self.transitions = transitions
        self.index = index
        system, layout = transitions.system, transitions.layout
        processors = system.processors
        assert processors is not None
        alignment = system.arenas[processors.record].alignment
        known = {processors.local: (index + 1) * alignment}
        executes = Specialiser(system.variables, system.arenas, known).expression(processors.executes)
        self.owner_record = processors.owner
        self.owner_alignment = system.arenas[processors.owner].alignment
        self.executes = transitions.maker.value(executes)
        self.record = processors.record
        locations = layout.location_width
        self.own_mask = 0
        if processors.record in layout.frames:
            self.own_mask = transitions.footprints.frames(processors.record, ir.Constant(index), locations)
        self.masks = {
            (number + 1) * self.owner_alignment: transitions.footprints.frames(processors.owner, ir.Constant(number), locations)
            for number in range(system.arenas[processors.owner].instances)
        }
        self.own: dict[int, Transition] = {}
        self.others: dict[int, dict[int, Transition | None]] = {reference: {} for reference in self.masks}

    def transition(self, state: int) -> Transition | None:
        """The step that the processor takes next in a state, if it has one."""
        key = state & self.own_mask
        if key:
            found = self.own.get(key)
            if found is None:
                found = self._top(self.record, self.index, state)
                assert found is not None
                self.own[key] = found
            return found
        try:
            reference = self.executes(state)
        except Raised:
            return None
        if reference is None or reference not in self.masks:
            return None
        key = state & self.masks[reference]
        table = self.others[reference]
        if key not in table:
            table[key] = self._top(self.owner_record, reference // self.owner_alignment - 1, state)
        return table[key]

    def _top(self, record: str, index: int, state: int) -> Transition | None:
        layout = self.transitions.layout.frames[record]
        mask = (1 << self.transitions.layout.location_width) - 1
        for depth in range(layout.frames - 1, -1, -1):
            number = state >> layout.base(index, depth) & mask
            if number:
                return self.transitions.step(self.transitions.system.location(number), Frame(record, index, depth), self.index)
        return None


def _agreeing(guards: list[list[ir.Expression]]) -> int:
    """How many tests all guards begin with in common."""
    count = 0
    for tests in zip(*guards, strict=False):
        if len(set(tests)) != 1:
            break
        count += 1
    return count


def substitute(e: ir.Expression, values: dict[str, ir.Expression]) -> ir.Expression:
    """The expression with locals replaced by expressions."""
    for name, value in values.items():
        e = ir.Let(name, value, e)
    return e


def chooses(block: ir.Block) -> bool:
    """Whether code contains a choice, or an allocation that may be one."""
    return any(isinstance(i, ir.Choose) or (isinstance(i, ir.Allocate) and i.held is not None) for i in ir.instructions(block))
