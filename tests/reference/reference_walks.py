# SPDX-License-Identifier: GPL-2.0-only
"""Random walks of a model with the reference implementation beside it: in each state on the way everything possible is compared."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from checker.conformance.abstraction import (
    CHOSEN,
    WORK,
    Packing,
    machine_for,
    move_of_action,
    transition_of,
)
from checker.explicit.step.generated_names import Names
from checker.explicit.step.initial import initial_states
from checker.explicit.step.outcome import Cut, Raised, Violated
from checker.explicit.step.paths import alternatives
from checker.explicit.step.predicates import make_clusters
from checker.explicit.step.python_code import FunctionMaker
from checker.explicit.step.transitions import Transition, Transitions
from checker.ir import system as ir
from checker.ir.layout import Layout, make_layout
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.front.load import load_program
from checker.language.schedule import Call, Choice
from checker.language.values import instance_name
from spec.reference.audit import audit
from spec.reference.kernel.failures import Ended, Exhausted, Failure, Halted
from spec.reference.kernel.protocol import Protocol
from spec.reference.log import Move

Standing: TypeAlias = dict[str, tuple[ir.Location, ...]]
"""By owner its frames, the lowest first."""


def standing(program: tree.Program, system: ir.System, layout: Layout, state: int) -> Standing:
    """Where the frames of each owner stand in a packed state of the model; owners without frames are left out."""
    found: Standing = {}
    mask = (1 << layout.location_width) - 1
    for record, owner in system.owners.items():
        frames = layout.frames[record]
        for index in range(owner.count):
            numbers = (state >> frames.base(index, depth) & mask for depth in range(frames.frames))
            locations = tuple(system.location(number) for number in numbers if number)
            if locations:
                found[instance_name(program.records[record], index)] = locations
    return found


class Correspondence:
    """Which place of the implementation goes with which place of a model, learned on the way: with each access point of the model
    one line of the implementation at most, and with each line one place in the model's text."""

    def __init__(self) -> None:
        self._there: dict[int, str] = {}
        self._back: dict[str, tuple[Call, ...]] = {}

    def agree(self, model: Standing, machine: Mapping[str, tuple[str, ...]]) -> str | None:
        """None if that fits with all that was seen before, else what does not. machine: Machine.places()."""
        for owner in dict.fromkeys((*model, *machine)):
            locations, places = model.get(owner, ()), machine.get(owner, ())
            if len(locations) != len(places):
                return f"{owner} has {len(locations)} frames in the model, and {len(places)} in the implementation"
            for location, place in zip(locations, places, strict=True):
                there = self._there.setdefault(location.number, place)
                back = self._back.setdefault(place, location.calls)
                if there != place:
                    return f"{owner} stands at {place}, and where the model stands now it stood at {there} before"
                if back != location.calls:
                    now, before = _shown(location.calls), _shown(back)
                    return f"{owner} stands at {place} with the model at {now}, before it did with the model at {before}"
        return None


def _shown(calls: tuple[Call, ...]) -> str:
    return " > ".join(f"{call.routine} at {call.position}" for call in calls)


MODELS = Path(__file__).parents[2] / "models"


class Differs(AssertionError):
    """The implementation does not do what the model does."""


class Walks:
    """A configuration of a model, and a machine of the same. compared: how many transitions were."""

    def __init__(self, model: str, settings: Mapping[str, int], events: Sequence[str], protocol: Protocol | None = None) -> None:
        self.program = load_program(MODELS / f"{model}.py", settings, events)
        self.system = lower(self.program)
        self.layout = make_layout(self.system)
        maker = FunctionMaker(Names(self.system, self.layout))
        self.transitions = Transitions(maker)
        self.clusters = make_clusters(maker, frozenset(self.system.properties))
        self.first = initial_states(self.system, self.layout)[0]
        self.packing = Packing(self.program)
        self.cells_of = self.packing.of_state(self.system, self.layout)
        self.machine = machine_for(self.program, protocol)
        self.boot = self.machine.save()
        self.correspondence = Correspondence()
        self.compared = 0
        self.violated: set[str] = set()

    def walk(self, seed: int, depth: int) -> None:
        """Raises Differs. Ends early where nothing is possible any more."""
        chance = random.Random(seed)
        state = self.first
        self.machine.restore(self.boot)
        self.same_state(state, None)
        for _ in range(depth):
            here = self.machine.save()
            following = []
            for move, end in self.same_moves(state).items():
                self.machine.restore(here)
                if self.same_outcome(move, end):
                    assert isinstance(end, int)
                    following.append((move, end, self.machine.save()))
            if not following:
                return
            # Most runs into the guard page end the walk.
            deeper = [each for each in following if not self.is_overflow(each[0]) or chance.random() < 0.05] or following
            mover = chance.choice([(move.cpu, move.event) for move, _, _ in deeper]) if chance.random() < 0.3 else None
            move, state, there = chance.choice([m for m in deeper if mover in (None, (m[0].cpu, m[0].event))])
            self.machine.restore(there)

    def is_overflow(self, move: Move) -> bool:
        return move.event == "touch" and move.arguments[1] == self.machine.kernel.stack_pages

    def same_moves(self, state: int) -> dict[Move, int | Raised]:
        """What is possible, by the machine's move; what the model cuts is left out."""
        found, cut = {}, set()
        for transition, choices, end in alternatives(self.transitions, state):
            move = self.move(transition, choices)
            if isinstance(end, Cut):
                cut.add(move)
            else:
                found[move] = end
        mine = self.machine.moves()
        if len(set(mine)) != len(mine) or set(mine) - cut != set(found):
            raise Differs(f"extra: {set(mine) - set(found) - cut}; missing: {set(found) - set(mine)}")
        for move in mine:
            there = transition_of(self.program, self.machine, move)
            assert there.processor == move.cpu and len(there.choices) == (move.choice is not None)
        return found

    def move(self, transition: Transition, choices: tuple[Choice, ...]) -> Move:
        if transition.action is not None:
            return move_of_action(self.program, transition.action.name, transition.arguments)
        assert transition.processor is not None and len(choices) < 2
        if not choices:
            return Move(transition.processor)
        operation = self.machine.next_operation(self.machine.cpus[transition.processor])
        what = "" if operation is None else operation.describe()
        if what in CHOSEN:
            return Move(transition.processor, choice=choices[0] // self.program.records[CHOSEN[what]].alignment - 1)
        if what == "plain work":
            return Move(transition.processor, choice=WORK[choices[0]])
        return Move(transition.processor, choice=bool(choices[0]))

    def same_outcome(self, move: Move, end: int | Raised) -> bool:
        """Whether the move leads to a state, and not to an end."""
        self.compared += 1
        ended: Ended | None = None
        try:
            self.machine.take(move)
        except Exhausted:
            raise
        except Ended as raised:
            ended = raised
        if isinstance(end, Violated):
            if not isinstance(ended, Failure) or ended.property != end.property:
                raise Differs(f"{move}: the model violates {end.property}, the implementation: {ended!r}")
            return False
        assert isinstance(end, int)
        if end >> self.layout.mark:
            if not isinstance(ended, Halted):
                raise Differs(f"{move}: the model halts, the implementation: {ended!r}")
            return False
        if ended is not None:
            raise Differs(f"{move}: {ended!r}")
        self.same_state(end, move)
        return True

    def same_state(self, state: int, move: Move | None) -> None:
        model, machine = self.cells_of(state), self.packing.of_machine(self.machine)
        if model != machine:
            raise Differs(f"{move}: {self.packing.differences(model, machine)}")
        why = self.correspondence.agree(standing(self.program, self.system, self.layout, state), self.machine.places())
        if why is not None:
            raise Differs(f"{move}: {why}")
        demanded = {
            instance.predicate.property
            for cluster in self.clusters
            for instance in cluster.undecided(state & cluster.mask)
            if not instance.holds(state)
        }
        found = {failure.property for failure in audit(self.machine)}
        if demanded != found:
            raise Differs(f"{move}: the model violates {sorted(demanded)}, the audit finds {sorted(found)}")
        self.violated |= demanded
