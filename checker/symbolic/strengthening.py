# SPDX-License-Identifier: GPL-2.0-only
"""Proofs with Z3: from the properties to an inductive invariant that implies them.

Runs in a process of its own (process.py), on the step relation as text. What is to be shown is a set of goals: no state that satisfies
the lemmas is wrong or takes a wrong step; and no step leads from such a state to one that breaks a lemma. A state that
shows the opposite is one that the samples do not have: a new lemma is made that tells it from all of them (learning.py), with
goals of its own. If the samples do have it, the lemma that it breaks is given up; if that is no lemma, the proof has failed.

Nothing that is found out here is believed before the second solver has read the certificate.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import z3

from checker.symbolic.bounded import parsed, value_of, variable
from checker.symbolic.learning import Clause, Samples, Values
from checker.symbolic.proof_question import Failed, Grown, Proved, ProofMessage, ProofProblem
from checker.symbolic.question import STATE, Stopped

AT_ONCE = 2
"""Lemmas that are learned from one state."""


@dataclass(eq=False)
class Lemma:
    """clause: None for what is not made of features. holds, next_holds: over the state, and of the state after a step. on: while this
    is assumed, the lemma is. needed: the lemmas from which it follows that no step breaks it, once that is shown."""

    number: int
    clause: Clause | None
    holds: Any
    next_holds: Any
    on: Any
    alive: bool = True
    needed: frozenset[Lemma] | None = None
    target: str | None = None


@dataclass
class Goal:
    """A target that no state which satisfies the lemmas shall reach."""

    name: str
    wrong: Any
    needed: frozenset[Lemma] | None = None


class Prover:
    def __init__(self, problem: ProofProblem, tell: Callable[[ProofMessage], None]) -> None:
        self.problem = problem
        self.tell = tell
        roots = iter(parsed(problem.text))
        self.steps = next(roots)
        self.next = [next(roots) for _ in problem.state]
        self.valid = next(roots)
        targets = {target.name: next(roots) for target in problem.targets}
        self.atoms = [[[next(roots) for _ in range(values)] for _ in range(instances)] for instances, values in problem.features]
        self.state = [variable(name, width) for name, width in problem.state]
        self.inputs = [variable(name, width) for name, width in problem.inputs]
        self.samples = Samples(problem.seen, problem.groups, problem.count)
        self.lemmas: dict[Clause, Lemma] = {}
        self.everything: list[Lemma] = []
        self.queue: deque[Lemma] = deque()
        self.solver = z3.SolverFor("QF_BV")
        self.explainer = z3.SolverFor("QF_BV")
        self.checks = self.counterexamples = self.fallbacks = 0
        self.stepping = z3.Bool("a step is taken")
        self.solver.add(z3.Implies(self.stepping, self.steps))
        self.pairs = list(zip(self.state, self.next, strict=True))
        self.all_atoms = [atom for rows in self.atoms for row in rows for atom in row]
        self.together = z3.Function("all atoms", *(z3.BoolSort() for _ in self.all_atoms), z3.BoolSort())
        self.add(None, self.valid)
        self.targets = targets

    # -- lemmas --

    def add(self, clause: Clause | None, holds: Any) -> Lemma:
        number = len(self.everything)
        lemma = Lemma(number, clause, holds, z3.substitute(holds, *self.pairs), z3.Bool(f"lemma {number}"))
        self.everything.append(lemma)
        self.solver.add(z3.Implies(lemma.on, holds))
        self.queue.append(lemma)
        if clause is not None:
            self.lemmas[clause] = lemma
        return lemma

    def said(self, clause: Clause) -> Any:
        """The clause as a formula."""
        instances = max(len(self.atoms[number]) for number, _ in clause)
        return z3.And(
            *(
                z3.Or(
                    *(
                        self.atoms[number][n if len(self.atoms[number]) > 1 else 0][value]
                        for number, allowed in clause
                        for value in sorted(allowed)
                    )
                )
                for n in range(instances)
            )
        )

    def give_up(self, lemma: Lemma) -> None:
        """Without a lemma; what was shown with it has to be shown again."""
        lemma.alive = False
        for other in self.everything:
            if other.alive and other.needed is not None and lemma in other.needed:
                other.needed = None
                self.queue.append(other)
        for goal in self.goals:
            if goal.needed is not None and lemma in goal.needed:
                goal.needed = None

    # -- asking --

    def ask(self, wrong: Any, step: bool) -> frozenset[Lemma] | Any:
        """The lemmas that rule out what is wrong, or a model of it. None: Z3 does not know."""
        alive = {lemma.on.get_id(): lemma for lemma in self.everything if lemma.alive}
        self.checks += 1
        self.solver.push()
        self.solver.add(wrong)
        assumptions = [lemma.on for lemma in alive.values()]
        answer = self.solver.check(*([self.stepping] if step else []), *assumptions)
        found: Any = None
        if answer == z3.unsat:
            found = frozenset(alive[term.get_id()] for term in self.solver.unsat_core() if term.get_id() in alive)
        elif answer == z3.sat:
            found = self.solver.model()
        self.solver.pop()
        return found

    def values(self, state: list[Any]) -> Values:
        """The values of all features in a state."""
        moved = z3.simplify(z3.substitute(self.together(*self.all_atoms), *zip(self.state, state, strict=True)))
        truths = iter([z3.is_true(moved.arg(n)) for n in range(len(self.all_atoms))])
        found: list[list[int | None]] = []
        for rows in self.atoms:
            of_instances: list[int | None] = []
            for row in rows:
                true = [value for value, holds in enumerate([next(truths) for _ in row]) if holds]
                of_instances.append(true[0] if true else None)
            found.append(of_instances)
        return found

    def exclude(self, model: Any, wrong: Any, step: bool) -> bool:
        """Lemmas that the state of a model breaks; whether there are any."""
        self.counterexamples += 1
        state = [model.eval(v, model_completion=True) for v in self.state]
        values = self.values(state)
        matters = self.what_matters(model, state, wrong, step)
        everywhere = range(len(self.problem.features))
        found = False
        for among in ([n for n in everywhere if self.problem.support[n] <= matters], everywhere):
            for clause in self.samples.clauses(values, AT_ONCE, among):
                if clause not in self.lemmas:
                    self.add(clause, self.said(clause))
                    found = True
            if found:
                return True
            self.fallbacks += 1
        return False

    def what_matters(self, model: Any, state: list[Any], wrong: Any, step: bool) -> frozenset[int]:
        """The variables of the state by which alone what is wrong comes about, with the inputs of the model."""
        solver = self.explainer
        solver.push()
        solver.add(z3.Not(wrong))
        if step:
            solver.add(self.stepping)
        solver.add(*(v == model.eval(v, model_completion=True) for v in self.inputs))
        names = [z3.Bool(f"variable {n}") for n in range(len(state))]
        solver.add(*(z3.Implies(name, v == value) for name, v, value in zip(names, self.state, state, strict=True)))
        solver.add(z3.Implies(self.stepping, self.steps))
        answer = solver.check(*names)
        matters = frozenset(range(len(state)))
        if answer == z3.unsat:
            numbers = {name.get_id(): n for n, name in enumerate(names)}
            matters = frozenset(numbers[term.get_id()] for term in solver.unsat_core())
        solver.pop()
        return matters

    # -- the search --

    def run(self) -> None:
        self.goals = [Goal(target.name, self.targets[target.name]) for target in self.problem.targets]
        for target in self.problem.targets:
            if target.kind == STATE:
                self.add(None, z3.Not(self.targets[target.name])).target = target.name
        if self.reach():
            self.tell(self.proof())

    def reach(self) -> bool:
        """Show all goals; False where that failed, which was told."""
        while True:
            goal = next((goal for goal in self.goals if goal.needed is None), None)
            if goal is not None:
                answer = self.ask(goal.wrong, False)
                if isinstance(answer, frozenset):
                    goal.needed = answer
                elif answer is None:
                    self.tell(Stopped(f"Z3 gives up: {self.solver.reason_unknown()}"))
                    return False
                elif not self.exclude(answer, goal.wrong, False):
                    self.fail(goal.name, answer, False)
                    return False
                continue
            if not self.queue:
                return True
            lemma = self.queue.popleft()
            if not lemma.alive or lemma.needed is not None:
                continue
            answer = self.ask(z3.Not(lemma.next_holds), True)
            if isinstance(answer, frozenset):
                lemma.needed = answer
            elif answer is None:
                self.tell(Stopped(f"Z3 gives up: {self.solver.reason_unknown()}"))
                return False
            elif self.exclude(answer, z3.Not(lemma.next_holds), True):
                self.queue.appendleft(lemma)
            elif lemma.clause is not None:
                self.give_up(lemma)
            else:
                self.fail(lemma.target or "valid", answer, True)
                return False
            alive = sum(1 for lemma in self.everything if lemma.alive)
            self.tell(Grown(alive, alive - len(self.queue), self.counterexamples, self.checks))

    def fail(self, target: str, model: Any, step: bool) -> None:
        numbers = [value_of(model, v) for v in self.state]
        after = [value_of(model, v) for v in self.next] if step else None
        inputs = [value_of(model, v) for v in self.inputs]
        self.tell(Failed(target, numbers, inputs, after))

    def proof(self) -> Proved:
        """What is needed for all goals."""
        kept: set[Lemma] = set()
        wanted = [lemma for goal in self.goals for lemma in goal.needed or ()]
        while wanted:
            lemma = wanted.pop()
            if lemma not in kept:
                kept.add(lemma)
                wanted += lemma.needed or ()
        ordered = sorted(kept, key=lambda lemma: lemma.number)
        return Proved(
            tuple(lemma.clause for lemma in ordered if lemma.clause is not None),
            tuple(lemma.target for lemma in ordered if lemma.target is not None),
        )


def prove(problem: ProofProblem, tell: Callable[[ProofMessage], None]) -> None:
    """Prove that no target is reached. tell: called with what is found out; the last message is Proved, Failed or Stopped."""
    Prover(problem, tell).run()
