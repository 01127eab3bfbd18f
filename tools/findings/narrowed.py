# SPDX-License-Identifier: GPL-2.0-only
"""A search for the shortest run with a signature, where a shorter run of another bug violates the same property.

It takes the transitions of the portable engine, all of them, and looks at states together with how much of the signature
has been seen on the way. Nothing is added to the model and nothing taken away: what it finds is a run of the model, which the
replayer confirms like any other; that it finds nothing means that there is no such run at these sizes and events.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from checker.explicit.search.results import Finding
from checker.explicit.search.search import Search
from checker.explicit.step.outcome import Cut, OutOfRange, Violated
from checker.explicit.step.paths import Route, Step, alternatives, marked
from checker.explicit.step.transitions import Transition
from checker.ir.lowering.lower import lower
from checker.language.schedule import Choice
from checker.language.tree import Program
from checker.trace.data import Trace
from checker.verify.confirm import confirmed

from .signature import Label, Signature, label_of_transition


@dataclass(frozen=True)
class Node:
    """A state and how many steps of the signature have been taken."""

    state: int
    reached: int


class Narrowed:
    """The search in one configuration for a violation of one property of states or steps, with a message that has `text` in it."""

    def __init__(self, program: Program, name: str, signature: Signature, text: str) -> None:
        self.program = program
        self.name = name
        self.signature = signature
        self.text = re.compile(text)
        self.system = lower(program)
        self.search = Search(self.system, frozenset({name}))
        self.instances = [instance for cluster in self.search.clusters for instance in cluster.instances]
        self.labels: dict[object, Label] = {}
        self.came_from: dict[Node, tuple[Node, Step] | None] = {}

    def run(self) -> Trace | None:
        """The shortest such run, None if there is none."""
        transitions, terminal = self.search.transitions, 1 << self.search.layout.mark
        nodes = [Node(first, 0) for first in dict.fromkeys(self.search.firsts)]
        self.came_from.update(dict.fromkeys(nodes))
        for node in nodes:
            if node.state >= terminal:
                continue
            for transition, choices, outcome in alternatives(transitions, node.state):
                label = self._label(transition, choices)
                if self.signature.forbids(label):
                    continue
                for reached in self.signature.after(node.reached, label):
                    if isinstance(outcome, int):
                        after = Node(outcome, reached)
                        if after not in self.came_from:
                            self.came_from[after] = node, Step(transition, choices, outcome)
                            nodes.append(after)
                            trace = self._violated_in(after) if outcome < terminal else None
                            if trace is not None:
                                return trace
                    elif isinstance(outcome, Violated):
                        step = Step(transition, choices, marked(transitions, node.state, outcome))
                        trace = self._violated_by(outcome, node, step, reached)
                        if trace is not None:
                            return trace
                    elif isinstance(outcome, OutOfRange):
                        raise AssertionError(f"a model error: {outcome.message}")
                    else:
                        assert isinstance(outcome, Cut)
        return None

    def _label(self, transition: Transition, choices: tuple[Choice, ...]) -> Label:
        location = None if transition.location is None else transition.location.number
        key = (transition.action, transition.arguments, location, choices)
        if key not in self.labels:
            self.labels[key] = label_of_transition(self.program, transition, choices)
        return self.labels[key]

    def _path(self, node: Node) -> Route:
        steps: list[Step] = []
        while (came := self.came_from[node]) is not None:
            node, step = came
            steps.append(step)
        return Route(node.state, tuple(reversed(steps)))

    def _violated_in(self, node: Node) -> Trace | None:
        if node.reached < len(self.signature.steps):
            return None
        for instance in self.instances:
            if not instance.holds(node.state):
                p = instance.predicate
                finding = Finding(self.name, "invariant", p.position, self._path(node), p, instance.arguments)
                trace = self._confirmed(finding)
                if trace is not None:
                    return trace
        return None

    def _violated_by(self, violated: Violated, node: Node, step: Step, reached: int) -> Trace | None:
        if violated.property != self.name or reached < len(self.signature.steps):
            return None
        kind = violated.how.value
        return self._confirmed(Finding(self.name, kind, violated.position, self._path(node).then(step)))

    def _confirmed(self, finding: Finding) -> Trace | None:
        trace = confirmed(self.program, self.system, finding)
        return trace if self.text.search(trace.violation.message) else None
