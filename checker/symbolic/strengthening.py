# SPDX-License-Identifier: GPL-2.0-only
"""Proofs with Z3: from the properties to an inductive invariant that implies them.

Runs in a process of its own (process.py), on the step relation as text. What is to be shown is a set of goals: no state that
satisfies the lemmas is wrong or takes a wrong step; and no step leads from such a state to one that breaks a lemma. A state that
shows the opposite is one that the samples do not have: a new lemma is made that tells it from all of them (learning.py), with
goals of its own. If the samples do have it, the lemma that it breaks is given up; if that is no lemma, the proof has failed.

Nothing that is found out here is believed before the second solver has read the certificate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from checker.symbolic.learning import UNDECIDED, Clause, Samples, Values, image
from checker.symbolic.proof_question import Failed, Grown, ProofMessage, ProofProblem, Proved
from checker.symbolic.question import STATE, Stopped
from checker.symbolic.z3_solver import parsed, value, value_of, variable

AT_ONCE = 2
"""Lemmas that are learned from one state."""
TOGETHER = 64
"""Lemmas of which it is asked at once whether a step breaks one."""


@dataclass(eq=False)
class Lemma:
    """clause: None for what is not made of features. holds: in the state; then: after the step. shown: the number of lemmas
    that had been given up when it was shown that no step breaks it; None: it was not. source: the lemma that this is the image
    of."""

    number: int
    clause: Clause | None
    holds: Any
    then: Any
    alive: bool = True
    shown: int | None = None
    target: str | None = None
    source: Lemma | None = None


@dataclass
class Goal:
    """A target that no state which satisfies the lemmas shall reach. shown: as for lemmas."""

    name: str
    wrong: Any
    shown: int | None = None


class Prover:
    """solver: knows the lemmas; it is made anew when some are given up. explainer: knows only what a step is. Both have variables
    for the state after the step, so that what is asked of that is short."""

    def __init__(self, problem: ProofProblem, tell: Callable[[ProofMessage], None]) -> None:
        self.problem = problem
        self.tell = tell
        roots = iter(parsed(problem.text))
        self.steps = next(roots)
        self.next = [next(roots) for _ in problem.state]
        valid = next(roots)
        targets = {target.name: next(roots) for target in problem.targets}
        self.atoms = [[[next(roots) for _ in range(values)] for _ in range(instances)] for instances, values in problem.features]
        self.state = [variable(name, width) for name, width in problem.state]
        self.inputs = [variable(name, width) for name, width in problem.inputs]
        self.samples = Samples(problem.seen, problem.groups, problem.count)
        self.lemmas: dict[Clause, Lemma] = {}
        self.everything: list[Lemma] = []
        self.given_up = 0
        self.checks = self.counterexamples = self.fallbacks = 0
        self.named: dict[tuple[int, int], Any] = {}
        self.literals: dict[tuple[int, int, frozenset[int]], Any] = {}
        self.asked: dict[tuple[bool, int], tuple[Any, Any]] = {}
        self.names_made = 0
        self.stepping = z3.Bool("a step is taken")
        after = [variable(f"next {name.strip('|')}", width) for name, width in problem.state]
        self.pairs = list(zip(self.state, after, strict=True))
        self.solver = self.made()
        self.explainer = self.made()
        self.symmetric = True
        all_atoms = [atom for rows in self.atoms for row in rows for atom in row]
        self.together = z3.Function("all atoms", *(z3.BoolSort() for _ in all_atoms), z3.BoolSort())(*all_atoms)
        self.goals = [Goal(target.name, targets[target.name]) for target in problem.targets if target.kind != STATE]
        self.add(None, valid)
        for target in problem.targets:
            if target.kind == STATE:
                for part in _disjuncts(targets[target.name]):
                    self.add(None, z3.Not(part)).target = target.name
        for clause in self.samples.ranges():
            if clause not in self.lemmas:
                self.learn(clause)

    # -- lemmas and goals --

    def made(self) -> Any:
        """A solver that knows what a step is."""
        solver = z3.SolverFor("QF_BV")
        solver.add(z3.Implies(self.stepping, self.steps))
        solver.add(*(after == value for (_, after), value in zip(self.pairs, self.next, strict=True)))
        return solver

    def add(self, clause: Clause | None, holds: Any) -> Lemma:
        lemma = Lemma(len(self.everything), clause, holds, z3.substitute(holds, *self.pairs))
        self.solver.add(holds)
        self.everything.append(lemma)
        if clause is not None:
            self.lemmas[clause] = lemma
        return lemma

    def learn(self, clause: Clause) -> None:
        """Add a lemma, with its images."""
        first = self.add(clause, self.said(clause))
        for exchange in self.problem.images:
            other = image(clause, exchange)
            if other is None or not self.samples.agree(other):
                self.symmetric = False
            elif other not in self.lemmas:
                self.add(other, self.said(other)).source = first

    def said(self, clause: Clause) -> Any:
        """The clause as a formula."""
        instances = max(len(self.atoms[number]) for number, _ in clause)
        return _joined(
            z3.Z3_mk_and,
            [_joined(z3.Z3_mk_or, [self.literal(number, n, allowed) for number, allowed in clause]) for n in range(instances)],
        )

    def literal(self, number: int, instance: int, allowed: frozenset[int]) -> Any:
        rows = self.atoms[number]
        key = (number, instance if len(rows) > 1 else 0, allowed)
        found = self.literals.get(key)
        if found is None:
            found = self.literals[key] = _joined(z3.Z3_mk_or, [rows[key[1]][value] for value in sorted(allowed)])
        return found

    def give_up(self, lemmas: Sequence[Lemma]) -> None:
        """Without these lemmas. What was shown with them has to be shown again."""
        for lemma in lemmas:
            lemma.alive = False
        self.given_up += len(lemmas)
        self.symmetric = False
        self.solver = self.made()
        self.asked = {key: value for key, value in self.asked.items() if key[0]}
        for lemma in self.everything:
            if lemma.alive:
                self.solver.add(lemma.holds)

    # -- asking --

    def ask(self, wrong: Any, step: bool) -> Any:
        """A model of what is wrong in a state that satisfies the lemmas, False if there is none. None: Z3 does not know."""
        self.checks += 1
        answer = _checked(self.solver, [self.while_(self.solver, wrong), *([self.stepping] if step else [])])
        if answer == z3.unknown:
            return None
        return self.solver.model() if answer == z3.sat else False

    def while_(self, solver: Any, formula: Any) -> Any:
        """A name that implies a formula. (With each push and pop, Z3 would forget what it has learned.)"""
        key = solver is self.explainer, formula.get_id()
        if key not in self.asked:
            self.names_made += 1
            name = z3.Bool(f"asked {self.names_made}")
            solver.add(z3.Implies(name, formula))
            self.asked[key] = formula, name
        return self.asked[key][1]

    def forget(self, formula: Any) -> None:
        """This formula will not be asked about again."""
        self.solver.add(z3.Not(self.asked.pop((False, formula.get_id()))[1]))

    def values(self, state: list[Any], matters: frozenset[int]) -> Values:
        """The values of all features in a state, as far as some of its variables decide them."""
        pairs = [(self.state[n], state[n]) for n in sorted(matters)]
        moved = z3.simplify(z3.substitute(self.together, *pairs))
        context, term = moved.ctx_ref(), moved.as_ast()
        arguments = range(z3.Z3_get_app_num_args(context, term))
        truths = iter([z3.Z3_get_bool_value(context, z3.Z3_get_app_arg(context, term, n)) for n in arguments])
        return [[_value_among([next(truths) for _ in row]) for row in rows] for rows in self.atoms]

    def exclude(self, model: Any, wrong: Any, step: bool) -> bool:
        """Lemmas that the state of a model breaks; whether there are any."""
        self.counterexamples += 1
        state = [model.eval(v, model_completion=True) for v in self.state]
        inputs = [model.eval(v, model_completion=True) for v in self.inputs]
        found = False
        for matters in (self.what_matters(state, inputs, wrong, step), frozenset(range(len(state)))):
            for clause in self.samples.clauses(self.values(state, matters), AT_ONCE):
                if clause not in self.lemmas:
                    self.learn(clause)
                    found = True
            if found:
                return True
            self.fallbacks += 1
        return False

    def has_value(self, number: int, variable: Any, value: Any) -> Any:
        """A name that implies that a variable has a value."""
        key = (number, value.get_id())
        found = self.named.get(key)
        if found is None:
            found = self.named[key] = z3.Bool(f"variable {number} is {value}")
            self.explainer.add(z3.Implies(found, variable == value))
        return found

    def what_matters(self, state: list[Any], inputs: list[Any], wrong: Any, step: bool) -> frozenset[int]:
        """The variables of the state by which alone what is wrong comes about, with these inputs."""
        names = [self.has_value(n, v, value) for n, (v, value) in enumerate(zip(self.state, state, strict=True))]
        chosen = [self.has_value(-1 - n, v, value) for n, (v, value) in enumerate(zip(self.inputs, inputs, strict=True))]
        not_wrong = self.while_(self.explainer, z3.Not(wrong))
        answer = _checked(self.explainer, [not_wrong, *([self.stepping] if step else []), *chosen, *names])
        core = _core(self.explainer) if answer == z3.unsat else []
        if answer != z3.unsat:
            return frozenset(range(len(state)))
        numbers = {name.get_id(): n for n, name in enumerate(names)}
        return frozenset(numbers[number] for number in core if number in numbers)

    # -- the search --

    def run(self) -> None:
        wrong = self.wrong_at_first()
        if wrong is not None:
            self.tell(Failed(wrong, list(self.problem.initial), [0] * len(self.inputs), None, frozenset(range(len(self.state)))))
        elif self.reach():
            self.tell(self.proof())

    def reach(self) -> bool:
        """Show all goals and lemmas; False where that failed, which was told."""
        while True:
            goal = next((goal for goal in self.goals if goal.shown != self.given_up), None)
            waiting = [lemma for lemma in self.everything if lemma.alive and lemma.shown != self.given_up]
            if goal is not None:
                if not self.show_goal(goal):
                    return False
            elif not waiting:
                return True
            elif not self.show(self.first_of(waiting)):
                return False
            alive = sum(1 for lemma in self.everything if lemma.alive)
            self.tell(Grown(alive, alive - len(waiting), self.counterexamples, self.checks))

    def show_goal(self, goal: Goal) -> bool:
        """Show a goal, or learn a lemma that helps; False where the proof has failed, which was told."""
        answer = self.ask(goal.wrong, False)
        if answer is None:
            self.tell(Stopped(f"Z3 gives up: {self.solver.reason_unknown()}"))
            return False
        if answer is False:
            goal.shown = self.given_up
        elif not self.exclude(answer, goal.wrong, False):
            self.fail(goal.name, answer, goal.wrong, False)
            return False
        return True

    def first_of(self, waiting: Sequence[Lemma]) -> list[Lemma]:
        """Those that are asked about next. If the lemmas are the same after each exchange, what was shown of one holds of its
        images."""
        chosen: list[Lemma] = []
        for lemma in waiting:
            if self.symmetric and lemma.source is not None and lemma.source.shown == self.given_up:
                lemma.shown = self.given_up
            else:
                chosen.append(lemma)
                if len(chosen) == TOGETHER:
                    break
        return chosen

    def show(self, lemmas: Sequence[Lemma]) -> bool:
        """Show that no step breaks any of these lemmas, or learn others, or give some up; False where the proof has failed,
        which was told."""
        broken_one = _joined(z3.Z3_mk_or, [z3.Not(lemma.then) for lemma in lemmas])
        answer = self.ask(broken_one, True) if lemmas else False
        if answer is not None and lemmas:
            self.forget(broken_one)
        if isinstance(answer, bool):
            for lemma in lemmas:
                lemma.shown = self.given_up
            return True
        if answer is None:
            self.tell(Stopped(f"Z3 gives up: {self.solver.reason_unknown()}"))
            return False
        broken = [lemma for lemma in lemmas if z3.is_false(answer.eval(lemma.then, model_completion=True))]
        if self.exclude(answer, z3.Not(broken[0].then), True):
            return True
        for lemma in broken:
            if lemma.clause is None:
                self.fail(lemma.target or "valid", answer, z3.Not(lemma.then), True)
                return False
        self.give_up(broken)
        return True

    def wrong_at_first(self) -> str | None:
        """What no lemma can help with: a target that the initial state is in. (Clauses agree with it, as it is a sample.)"""
        widths = (width for _, width in self.problem.state)
        numbers = [value(number, width) for number, width in zip(self.problem.initial, widths, strict=True)]
        pairs = list(zip(self.state, numbers, strict=True))
        for lemma in self.everything:
            if lemma.clause is None and not z3.is_true(z3.simplify(z3.substitute(lemma.holds, *pairs))):
                return lemma.target or "valid"
        return None

    def fail(self, target: str, model: Any, wrong: Any, step: bool) -> None:
        state, inputs = ([model.eval(v, model_completion=True) for v in group] for group in (self.state, self.inputs))
        numbers, chosen = ([value_of(model, v) for v in group] for group in (self.state, self.inputs))
        after = [value_of(model, v) for v in self.next] if step else None
        self.tell(Failed(target, numbers, chosen, after, self.what_matters(state, inputs, wrong, step)))

    def proof(self) -> Proved:
        """All lemmas that are left."""
        ordered = [lemma for lemma in self.everything if lemma.alive]
        return Proved(
            tuple(lemma.clause for lemma in ordered if lemma.clause is not None),
            tuple(dict.fromkeys(lemma.target for lemma in ordered if lemma.target is not None)),
        )


def _disjuncts(term: Any) -> list[Any]:
    """What a disjunction is of, inner disjunctions too."""
    return [part for inner in term.children() for part in _disjuncts(inner)] if z3.is_or(term) else [term]


def _checked(solver: Any, assumptions: list[Any]) -> Any:
    """solver.check(*assumptions), which looks at each of them many times."""
    array = (z3.Ast * len(assumptions))(*(term.as_ast() for term in assumptions))
    return z3.CheckSatResult(z3.Z3_solver_check_assumptions(solver.ctx.ref(), solver.solver, len(assumptions), array))


def _core(solver: Any) -> list[int]:
    """The numbers of the terms in solver.unsat_core()."""
    context = solver.ctx.ref()
    vector = z3.Z3_solver_get_unsat_core(context, solver.solver)
    z3.Z3_ast_vector_inc_ref(context, vector)
    terms = range(z3.Z3_ast_vector_size(context, vector))
    found = [z3.Z3_get_ast_id(context, z3.Z3_ast_vector_get(context, vector, n)) for n in terms]
    z3.Z3_ast_vector_dec_ref(context, vector)
    return found


def _joined(make: Callable[..., Any], parts: list[Any]) -> Any:
    """`and` or `or` of Booleans. (z3.And and z3.Or look at each part many times.)"""
    context = z3.main_ctx()
    return z3.BoolRef(make(context.ref(), len(parts), (z3.Ast * len(parts))(*(part.as_ast() for part in parts))), context)


def _value_among(truths: list[int]) -> int | None:
    """The number of the value whose atom is true (Z3: 1, false -1, undecided 0)."""
    if 1 in truths:
        return truths.index(1)
    return UNDECIDED if 0 in truths else None


def prove(problem: ProofProblem, tell: Callable[[ProofMessage], None]) -> None:
    """Prove that no target is reached. tell: called with what is found out; the last message is Proved, Failed or Stopped."""
    Prover(problem, tell).run()
