# SPDX-License-Identifier: GPL-2.0-only
"""A machine that executes a program transition by transition, straight from the syntax tree.

The independent judge of counterexamples: it shares no code with the engines, keeps everything in dictionaries and runs
each frame as a Python generator. docs/reference/steps.md, "What a step is", is its specification.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker.language.raised import NO_OUT_OF_RANGE
from checker.language.schedule import Allocated, Call, Choice
from checker.language.tree import (
    Action,
    Assumption,
    Binding,
    Eventuality,
    Invariant,
    Position,
    Program,
    ReferenceType,
    Type,
    leading_requirements,
)
from checker.language.values import format_value
from checker.trace.data import Activation, InitialChoice, Stack
from checker.trace.evaluation import Scope, scope_of
from checker.trace.execution import Execution
from checker.trace.state import (
    Allocation,
    Boundary,
    Chooser,
    Frame,
    Kind,
    NextStep,
    Owner,
    Reads,
    State,
    Stopped,
    ValueOutside,
    WildPointer,
    chooser_of,
)


@dataclass(frozen=True)
class Outcome:
    """How a transition went.

    kind: DONE, or why not. message, position: of anything else, in one line and in the model's text (a position is missing
    where there is no code to blame). property: what a check, a wild pointer or a value out of range violates. options: of an
    open choice. choices: the type and value of each choice made. reads: the cells that made a check fail, with the values it
    found there. stacks: the owners whose frames it asked about.
    """

    kind: Kind
    message: str = ""
    position: Position | None = None
    property: str | None = None
    options: tuple[Choice, ...] = ()
    choices: tuple[tuple[Type | Allocation, int], ...] = ()
    reads: Reads = ()
    stacks: tuple[Stack, ...] = ()

    def taken(self) -> tuple[Choice, ...]:
        """The choices, as a transition has them."""
        return tuple(
            Allocated(type_.record, value, type_.number) if isinstance(type_, Allocation) else value
            for type_, value in self.choices
        )

    def __str__(self) -> str:
        place = f"{self.position}: " if self.position else ""
        return f"{place}{self.kind.value}{': ' if self.message else ''}{self.message}"


@dataclass(frozen=True)
class Transition:
    """A step of the processor of that index, or (processor is None) an action with its arguments; and its choices."""

    processor: int | None
    action: str = ""
    arguments: tuple[int, ...] = ()
    choices: tuple[Choice, ...] = ()


class Machine:
    """A program and its current state.

    spoiled: the last step ended half-way, so that no further transition can be run; `cells` still gives the state
    before that step. Build another machine and run the same transitions to go on from there. ran: the routines that the access
    point of the last step is in, or where that step ended if it met none; empty for an action. reads: the
    cells that decided the invariant evaluated last. stacks: the owners whose frames it asked about. initial,
    initial_choices: what @initial code chose.
    """

    def __init__(self, program: Program, initial: Sequence[int] | Chooser = ()) -> None:
        """Makes the initial state. initial: what @initial code chooses. Raises Stopped where that does not come to its end: with
        an open choice; not possible, where these choices make no initial state; with a cut; or with a model error, since it is
        no step that could violate a property."""
        self.program = program
        self.state = State(program)
        self.state.chooser = _lowest_allocated(initial if callable(initial) else chooser_of(initial))
        self.spoiled = False
        self.ran: tuple[Activation, ...] = ()
        self.reads: Reads = ()
        self.stacks: tuple[Stack, ...] = ()
        execution = Execution(self.state)
        try:
            execution.at_once(execution.block(program.initial, scope_of((), program.initial_locals)))
        except Stopped as stopped:
            own = (Kind.CUT, Kind.OPEN_CHOICE, Kind.NOT_POSSIBLE)
            kind = stopped.kind if stopped.kind in own else Kind.MODEL_ERROR
            raise Stopped(kind, stopped.message, stopped.position, options=stopped.options) from None
        self.initial = tuple(value for _, value in self.state.chosen)
        self.initial_choices = tuple(
            InitialChoice(format_value(program, type_, value), position)
            for (type_, value), position in zip(self.state.chosen, self.state.chosen_at, strict=True)
            if not isinstance(type_, Allocation)
        )

    # --- transitions -------------------------------------------------------------------------------------------------

    def take(self, transition: Transition) -> Outcome:
        """Runs one transition."""
        if transition.processor is not None:
            return self.step(transition.processor, transition.choices)
        return self.act(transition.action, transition.arguments, transition.choices)

    def step(self, processor: int, choices: Sequence[Choice] | Chooser = ()) -> Outcome:
        """Runs one step of the processor of that index. Anything but DONE spoils it, unless no step begins: there
        is no frame, or the state is outside a constraint."""
        outside = self._outside()
        self._begin(processor, choices)
        before = dict(self.state.memory)
        try:
            frame = self.frame(processor)
            if frame is None:
                return Outcome(Kind.NOT_POSSIBLE, "there is no frame to step")
            if outside is not None:
                return outside
            self.state.found = {}  # what it takes to find the frame is not read by the step
            self._advance(frame)
        except Stopped as stopped:
            self.spoiled = True
            self.state.memory = before
            return self._outcome(stopped)
        return Outcome(Kind.DONE, choices=tuple(self.state.chosen))

    def act(self, name: str, arguments: Sequence[int], choices: Sequence[Choice] | Chooser = ()) -> Outcome:
        """Runs the action. Anything but DONE leaves the state as it was: an action pushes frames, and runs none."""
        action = self.program.actions[name]
        first = leading_requirements(action)
        outside = self._outside()
        self._begin(None, choices)
        before = dict(self.state.memory)
        frames = {owner: list(stack) for owner, stack in self.state.frames.items()}
        execution = Execution(self.state)
        scope = scope_of([binding.local for binding in action.parameters], action.locals)
        try:
            if not self._bind(execution, action.parameters, arguments, scope, action.position):
                return Outcome(Kind.NOT_POSSIBLE, "an argument is outside its domain", action.position)
            execution.at_once(execution.block(first, scope))
            if outside is not None:
                return outside
            execution.at_once(execution.block(action.body[len(first) :], scope))
        except Stopped as stopped:
            self.state.memory, self.state.frames = before, frames
            return self._outcome(stopped)
        return Outcome(Kind.DONE, choices=tuple(self.state.chosen))

    def _begin(self, processor: int | None, choices: Sequence[Choice] | Chooser) -> None:
        if self.spoiled:
            raise RuntimeError("the machine stopped half-way through a step")
        self.ran = ()
        self.state.processor = processor
        self.state.chosen = []
        self.state.allocations = []
        self.state.chosen_at = []
        self.state.looked = []
        self.state.found = {}
        self.state.called = []
        self.state.next_step = (None, frozenset())
        self.state.chooser = choices if callable(choices) else chooser_of(choices)

    def _outside(self) -> Outcome | None:
        """What becomes of a transition that is possible here, if this state is outside a constraint."""
        for constraint in self.program.constraints:
            self._begin(None, ())
            execution = Execution(self.state)
            if not execution.at_once(execution.evaluate(constraint.body, scope_of((), ()))):
                return Outcome(Kind.CUT, f"constraint {constraint.name}", constraint.position)
        return None

    def _outcome(self, stopped: Stopped) -> Outcome:
        if isinstance(stopped, ValueOutside) and NO_OUT_OF_RANGE in self.program.properties:
            taken = tuple(self.state.chosen)
            return Outcome(Kind.OUT_OF_RANGE, stopped.what, stopped.position, NO_OUT_OF_RANGE, choices=taken)
        return Outcome(
            stopped.kind,
            stopped.message,
            stopped.position,
            stopped.property,
            stopped.options,
            tuple(self.state.chosen),
            stopped.reads,
            stopped.stacks,
        )

    def _advance(self, frame: Frame) -> None:
        """One step of a frame that is on top: local computation if it is due, one access point, and what follows it."""
        assert frame.code is not None
        local_first, frame.local_first = frame.local_first, False
        try:
            boundary = next(frame.code) if local_first else Boundary.ACCESS
            if boundary is Boundary.ACCESS:
                self.ran = self._activations(frame)
                boundary = next(frame.code)
        except StopIteration as end:
            frames = self.state.frames[frame.owner]
            frames.pop()
            if frame.called:
                frames[-1].result = end.value
            return
        finally:
            self.ran = self.ran or self._activations(frame)
        if boundary is Boundary.PUSH:
            frame.local_first = True

    def _activations(self, frame: Frame) -> tuple[Activation, ...]:
        """Where a frame stands, for the step that runs there: with the arguments of what no earlier step ran in."""
        found = []
        for number, call in enumerate(frame.chain):
            arguments, frame.arguments[number] = frame.arguments[number], ()
            shown = tuple((local.name, format_value(self.program, local.type, value)) for local, value in arguments)
            found.append(Activation(call.routine, call.position, shown))
        return tuple(found)

    @property
    def step_reads(self) -> Reads:
        """The cells that the last transition read, also one that stopped half-way: all but constants, in order, each once
        with the value that it found there first. To be asked before anything else is run or evaluated."""
        return self.state.step_reads()

    # --- where things stand ------------------------------------------------------------------------------------------

    def owner(self, processor: int) -> Owner | None:
        """Whose top frame a step of the processor runs; None if it has no transition."""
        record = self.program.processor
        if record is None:
            return None
        if self.state.frames[record, processor]:
            return record, processor
        executes = self.program.executes
        if executes is None:
            return None
        execution = Execution(self.state)
        scope = scope_of(executes.parameters, ())
        scope.values[executes.parameters[0].name] = self.state.reference(record, processor)
        if not isinstance(executes.body.type, ReferenceType):
            raise ValueError(f"{executes.position}: {executes.name} gives no reference")
        other = executes.body.type.record
        try:
            value = execution.at_once(execution.evaluate(executes.body, scope))
            owner = other, self.state.instance(other, value, executes.position, may_be_free=True)
        except Stopped:
            return None
        return owner if self.state.frames[owner] else None

    def frame(self, processor: int) -> Frame | None:
        """The frame that a step of the processor runs."""
        owner = self.owner(processor)
        return None if owner is None else self.state.frames[owner][-1]

    def frames(self) -> dict[Owner, tuple[tuple[Call, ...], ...]]:
        """Where all frames stand: those of each owner, the lowest first."""
        return {owner: tuple(tuple(frame.chain) for frame in frames) for owner, frames in self.state.frames.items()}

    def every_stack(self) -> dict[str, Stack]:
        """The same by the owners' names."""
        stacks = map(self.state.stack, self.state.frames)
        return {stack.owner: stack for stack in stacks}

    def calls(self, processor: int) -> tuple[Call, ...]:
        """Where that frame stands, its own routine first; empty if there is none."""
        frame = self.frame(processor)
        return () if frame is None else tuple(frame.chain)

    def in_routine(self, owner: Owner, routine: str) -> bool:
        """Whether any frame of the owner is inside the routine."""
        return any(call.routine == routine for frame in self.state.frames[owner] for call in frame.chain)

    def cells(self) -> dict[str, str]:
        """Every cell of the shared state with its value, as printed, in the order of declaration."""
        return self.state.printed()

    # --- predicates and domains --------------------------------------------------------------------------------------

    @property
    def called(self) -> frozenset[str]:
        """The routines that the last step called. To be asked before anything else is run or evaluated."""
        return frozenset(self.state.called)

    def evaluate_invariant(
        self, invariant: Invariant | Eventuality, binding: Mapping[str, int], next_step: NextStep = (None, frozenset())
    ) -> bool:
        """Whether the invariant holds for these values of its parameters; one that meets a wild pointer does not. A condition on
        runs is told the next step.

        Raises Stopped with a model error for a value out of range, and ValueError for an argument outside its domain.
        """
        execution, scope = self._predicate(invariant, binding)
        self.state.next_step = next_step
        try:
            return bool(execution.at_once(execution.evaluate(invariant.body, scope)))
        except WildPointer:
            return False
        finally:
            self.reads, self.stacks = self.state.reads(), self.state.stacks_read()

    def evaluate_assumption(self, assumption: Assumption, binding: Mapping[str, int], next_step: NextStep) -> tuple[bool, bool]:
        """Whether a fairness assumption is given, and whether it is met, in this state with this step to follow. Raises Stopped
        where it cannot be evaluated."""
        execution, scope = self._predicate(assumption, binding)
        self.state.next_step = next_step
        given = assumption.given is None or bool(execution.at_once(execution.evaluate(assumption.given, scope)))
        return given, bool(execution.at_once(execution.evaluate(assumption.body, scope)))

    def evaluate_given(self, eventuality: Eventuality, binding: Mapping[str, int]) -> bool:
        """Whether that is so in this state which a condition has to answer. Raises Stopped where it cannot be evaluated."""
        assert eventuality.given is not None
        execution, scope = self._predicate(eventuality, binding)
        return bool(execution.at_once(execution.evaluate(eventuality.given, scope)))

    def invariant_message(self, invariant: Invariant | Eventuality, binding: Mapping[str, int]) -> str:
        """The invariant's message for these values of its parameters."""
        execution, scope = self._predicate(invariant, binding)
        return execution.text(invariant.message, scope)

    def _predicate(self, invariant: Invariant | Eventuality | Assumption, binding: Mapping[str, int]) -> tuple[Execution, Scope]:
        self._begin(None, ())
        execution = Execution(self.state)
        scope = scope_of([parameter.local for parameter in invariant.parameters], ())
        values = [binding[parameter.local.name] for parameter in invariant.parameters]
        if not self._bind(execution, invariant.parameters, values, scope, invariant.position):
            raise ValueError(f"{invariant.name} is not demanded for {dict(binding)}")
        return execution, scope

    def bindings(self, code: Action | Invariant | Eventuality | Assumption) -> list[tuple[int, ...]]:
        """All values of the parameters of an action or invariant, in order."""
        execution = Execution(self.state)
        scope = scope_of([parameter.local for parameter in code.parameters], ())

        def extend(rest: Sequence[Binding]) -> Iterator[tuple[int, ...]]:
            if not rest:
                yield ()
                return
            for value in execution.at_once(execution.domain(rest[0].domain, scope)):
                execution.set_bound(rest[0], value, code.position, scope)
                for others in extend(rest[1:]):
                    yield value, *others

        return list(extend(code.parameters))

    def _bind(
        self,
        execution: Execution,
        parameters: Sequence[Binding],
        values: Sequence[int],
        scope: Scope,
        position: Position,
    ) -> bool:
        """Binds parameters to values; false if one is outside its domain."""
        for parameter, value in zip(parameters, values, strict=True):
            if value not in execution.at_once(execution.domain(parameter.domain, scope)):
                return False
            execution.set_bound(parameter, value, position, scope)
        return True


def _lowest_allocated(chooser: Chooser) -> Chooser:
    """The chooser of @initial code, in which an allocation returns the lowest free instance."""
    return lambda type_, options: None if isinstance(type_, Allocation) else chooser(type_, options)
