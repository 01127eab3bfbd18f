# SPDX-License-Identifier: GPL-2.0-only
"""What is demanded, assumed or kept to: invariants and lemmas, conditions on runs, fairness, bounds on the search."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from checker.language.tree.expressions import Binding, Expression
from checker.language.tree.position import Position
from checker.language.tree.statements import Message


@dataclass(frozen=True)
class Invariant:
    """`body` is demanded in every reachable state for all values of the parameters; of a lemma, it is expected there."""

    property: str
    name: str
    parameters: tuple[Binding, ...]
    body: Expression
    message: Message
    position: Position


class Demanded(enum.Enum):
    """What is demanded of runs with a condition, by the decorator that says so. EVENTUALLY: that it holds infinitely often in
    every fair run. BOUNDED: that the first parameter, a processor, takes no infinitely many steps without it, however unfair
    the run is to the others. ALWAYS: that it holds from some point on. ANSWERED: that it holds at or after each point at which
    another one does."""

    EVENTUALLY = "eventually"
    BOUNDED = "bounded"
    ALWAYS = "eventually_always"
    ANSWERED = "leads_to"

    @property
    def own_steps(self) -> bool:
        """Whether runs are judged however unfair they are, but to the processor of the first parameter."""
        return self is Demanded.BOUNDED

    @property
    def of_state(self) -> bool:
        """Whether conditions are about states alone, not about what comes next."""
        return self in (Demanded.ALWAYS, Demanded.ANSWERED)


@dataclass(frozen=True)
class Eventuality:
    """`body` is demanded of runs in that way, for all values of the parameters. given: what has to be ANSWERED, else None."""

    property: str
    name: str
    parameters: tuple[Binding, ...]
    body: Expression
    demanded: Demanded
    given: Expression | None
    message: Message
    position: Position


@dataclass(frozen=True)
class Assumption:
    """Fairness: `body` holds infinitely often, for all values of the parameters for which `given` (None: always) does. prose:
    what is assumed, as a verdict says it."""

    name: str
    prose: str
    parameters: tuple[Binding, ...]
    given: Expression | None
    body: Expression
    position: Position


@dataclass(frozen=True)
class Constraint:
    """A bound on the search: no transition is taken from a state in which `body` does not hold. prose: the bound, as a verdict
    says it."""

    name: str
    prose: str
    body: Expression
    position: Position
