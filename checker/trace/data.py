# SPDX-License-Identifier: GPL-2.0-only
"""A counterexample as data: what an engine hands over, the replayer confirms and the reports show.

Everything in it is in the model's own words: cells are named as in `cpu0.pool[1]`, values print as in `page2|1`, so that a
trace can be read, stored and replayed without any engine.
"""

from __future__ import annotations

from dataclasses import dataclass

from checker.language.schedule import Call
from checker.language.tree import Demanded, Position, Setting


@dataclass(frozen=True)
class Change:
    """A cell of the shared state that a step changed."""

    cell: str
    before: str
    after: str


@dataclass(frozen=True)
class Stack:
    """The frames of an owner ("task1"), the lowest first: where each stands, its own routine first, as in a step's calls."""

    owner: str
    frames: tuple[tuple[Call, ...], ...]


@dataclass(frozen=True)
class Activation:
    """A routine that a step ran in, and where: the place of the call that it was in, or of the innermost one what it ran.
    arguments: by name, where no earlier step ran in it; empty in all later ones."""

    routine: str
    position: Position
    arguments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Step:
    """One transition.

    processor: the instance that stepped ("cpu0"), None for an action. owner: whose frame it stepped ("task1", or the
    processor itself). name: the action, or the routine that the step's access point stands in. arguments: of an action, by
    name. choices: what each `choose` chose, and (as `allocate page1`) which instance each allocation returned that could
    have returned another one, in order. calls: where the step began, outermost routine first; for an
    action its own position. at: the access point that it ran, which a report shows; for a step that pushed or returned
    before it met one, the call or the last statement that it ran, and for an action its own position. reads: the cells that it
    read, constants left out and ghost state included, in order, each once with the value that it found there first. changes: the
    cells whose value is another one after it. column: the processor whose column a report shows it in (an action on a
    CPU: that CPU), if any. ran: the routines that `at` is in, outermost first, so that the last one is `name` at `at`;
    empty where that is `calls`, and for an action.
    """

    processor: str | None
    owner: str | None
    name: str
    arguments: tuple[tuple[str, str], ...]
    choices: tuple[str, ...]
    calls: tuple[Call, ...]
    at: Position
    reads: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]
    column: str | None
    ran: tuple[Activation, ...] = ()

    @property
    def activations(self) -> tuple[Activation, ...]:
        """The routines that it ran in, outermost first."""
        return self.ran or tuple(Activation(call.routine, call.position) for call in self.calls)


@dataclass(frozen=True)
class Violation:
    """What the trace ends in.

    kind: "invariant" (the last state violates it), "check", "wild-pointer" or "out-of-range" (the last step raised it),
    "deadlock" (no transition but interrupts leads away from the last state), "lasso" (the condition holds nowhere on the
    cycle, or where the run ends), "model-error".
    property: empty for a model error, which violates none. position: of the invariant, condition, check or access; of a
    deadlock, that of its property. binding: the values of an invariant's or condition's parameters, by name. message: one
    line that says what is wrong, with the values filled in. reads: the cells that made an invariant or a check fail, with
    the values it found there. stacks: the owners whose frames it asked about.
    """

    property: str
    kind: str
    position: Position
    binding: tuple[tuple[str, str], ...]
    message: str
    reads: tuple[tuple[str, str], ...]
    stacks: tuple[Stack, ...] = ()


@dataclass(frozen=True)
class Cycle:
    """The end of a lasso: steps that are taken forever. start: how many steps come before them; the state there is that
    after the last step. If these are all steps, the run ends, and stays where it is. fairness: what is assumed of a run, and met
    by the cycle, a line each. demanded: what the run violates; BOUNDED is told as EVENTUALLY. since: of what is ANSWERED, how
    many steps come before it is asked."""

    start: int
    fairness: tuple[str, ...]
    demanded: Demanded = Demanded.EVENTUALLY
    since: int | None = None


@dataclass(frozen=True)
class InitialChoice:
    """What a `choose` in @initial code chose, and where it stands."""

    value: str
    at: Position


@dataclass(frozen=True)
class Place:
    """What stands at a position that a trace names. scope: the function or class that it is in, those around it before it, with
    dots between them; empty for none. text: the statement or expression that begins there, of a compound statement its head.
    number: which of those with this text in the scope, from 1. came_from: of a line that a patch shows, where it stands in that,
    as `rfc10.mbox:363`; else empty."""

    position: Position
    scope: str
    text: str
    number: int
    came_from: str = ""


@dataclass(frozen=True)
class Origin:
    """The text of the model that a trace was made from. digests: SHA-256 of what each file says, comments, docstrings and
    layout left out."""

    digests: tuple[tuple[str, str], ...]
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Trace:
    """A path from an initial state to a violation, a shortest one but for a lasso.

    settings: values of all parameters. events: those switched on. initial: every cell of the initial state, constants
    too, in the order of declaration; frames are not cells. cycle: of a lasso only. choices: of @initial code, in order.
    origin: None if it is not known, so that lines have to be where they were.
    """

    model: str
    settings: tuple[tuple[str, Setting], ...]
    events: tuple[str, ...]
    initial: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    violation: Violation
    cycle: Cycle | None = None
    choices: tuple[InitialChoice, ...] = ()
    origin: Origin | None = None

    @property
    def ends(self) -> bool:
        """Whether it is a run that stays in its last state forever, as nothing but an interrupt can happen there."""
        return self.cycle is not None and self.cycle.start == len(self.steps)
