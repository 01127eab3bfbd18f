# SPDX-License-Identifier: GPL-2.0-only
"""Proofs with Z3: from the properties to an inductive invariant that implies them.

Runs in a process of its own (process.py), on the step relation as text. What is to be shown is a set of goals: no state that
satisfies the lemmas is wrong or takes a wrong step; and no step leads from such a state to one that breaks a lemma. A state that
shows the opposite is one that the samples do not have: a new lemma is made that tells it from all of them (learning.py), with
goals of its own. If the samples do have it, the lemma that it breaks is given up; if that is not a lemma, the proof has failed.
Lemmas that the model states are given up as well, each as a whole, and that is told.

Nothing that is found out here is believed before the second solver has read the certificate.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import z3

from checker.stopping import Stop, Why
from checker.symbolic.bmc.question import STATE, Stopped
from checker.symbolic.lemmas.learning import UNDECIDED, Clause, Image, Learner, Samples, Values, image
from checker.symbolic.lemmas.proof_question import Failed, GivenUp, Grown, ProofMessage, ProofProblem, Proved
from checker.symbolic.solvers.z3_solver import parsed, value, value_of, variable

AT_ONCE = 2
"""Lemmas that are learned from one state."""


@dataclass(eq=False)
class Lemma:
    """clause: None for what is not made of features. on: while this is assumed, the lemma holds in the state. then: that it holds
    after the step. wanted: something that was shown rests on it. needed: the lemmas from which it follows that no step breaks
    it, once that is shown. target: the target, or lemma of the model, that this is a part of the negation of; stated: the latter.
    source: the lemma that this is the image of, by which exchange."""

    number: int
    clause: Clause | None
    holds: Any
    on: Any
    then: Any
    alive: bool = True
    wanted: bool = False
    needed: frozenset[Lemma] | None = None
    target: str | None = None
    stated: bool = False
    source: tuple[Lemma, Image] | None = None


@dataclass
class Goal:
    """A target that no state which satisfies the lemmas shall reach."""

    name: str
    wrong: Any
    needed: frozenset[Lemma] | None = None


class Prover:
    """solver: knows the lemmas, each under a name. explainer: knows only what a step is. Both have variables for the state after
    the step, so that what is asked of that is short."""

    def __init__(self, problem: ProofProblem, tell: Callable[[ProofMessage], None]) -> None:
        self.problem = problem
        self.tell = tell
        roots = iter(parsed(problem.text))
        self.steps = next(roots)
        self.next = [next(roots) for _ in problem.state]
        valid = next(roots)
        targets = {target.name: next(roots) for target in problem.targets}
        stated = {name: next(roots) for name, _ in problem.stated}
        self.atoms = [[[next(roots) for _ in range(values)] for _ in range(instances)] for instances, values in problem.features]
        self.state = [variable(name, width) for name, width in problem.state]
        self.inputs = [variable(name, width) for name, width in problem.inputs]
        self.samples = Samples(problem.seen, problem.groups, problem.count)
        self.learner = Learner(self.samples)
        self.lemmas: dict[Clause, Lemma] = {}
        self.everything: list[Lemma] = []
        self.alive: dict[int, Lemma] = {}
        self.queue: deque[Lemma] = deque()
        self.stated: dict[str, list[Lemma]] = {}
        self.solver = z3.SolverFor("QF_BV")
        self.checks = self.counterexamples = 0
        self.named: dict[tuple[int, int], Any] = {}
        self.literals: dict[tuple[int, int, frozenset[int]], Any] = {}
        self.stepping = z3.Bool("a step is taken")
        self.explainer = z3.SolverFor("QF_BV")
        after = [variable(f"next {name.strip('|')}", width) for name, width in problem.state]
        for solver in (self.solver, self.explainer):
            solver.add(z3.Implies(self.stepping, self.steps))
            solver.add(*(new == value for new, value in zip(after, self.next, strict=True)))
        self.pairs = list(zip(self.state, after, strict=True))
        all_atoms = [atom for rows in self.atoms for row in rows for atom in row]
        self.together = z3.Function("all atoms", *(z3.BoolSort() for _ in all_atoms), z3.BoolSort())(*all_atoms)
        self.goals = [Goal(name, wrong) for name, wrong in targets.items()]
        self.valid = self.add(None, valid)
        for target in problem.targets:
            if target.kind == STATE:
                goal = next(goal for goal in self.goals if goal.name == target.name)
                parts = [self.add(None, z3.Not(part)) for part in _disjuncts(targets[target.name])]
                for part in parts:
                    part.target = target.name
                goal.needed = self.rests_on(frozenset(parts))
        for name, asked in problem.stated:
            parts = self.stated[name] = [self.add(None, z3.Not(part)) for part in _disjuncts(stated[name])]
            for part in parts:
                part.target, part.stated = name, True
            if asked:
                self.rests_on(frozenset(parts))
        for clause in self.samples.ranges():
            if clause not in self.lemmas:
                self.learn(clause)

    # -- lemmas and goals --

    def add(self, clause: Clause | None, holds: Any) -> Lemma:
        number = len(self.everything)
        lemma = Lemma(number, clause, holds, z3.Bool(f"lemma {number}"), z3.substitute(holds, *self.pairs))
        self.solver.add(z3.Implies(lemma.on, holds))
        self.everything.append(lemma)
        self.alive[lemma.on.get_id()] = lemma
        if clause is not None:
            self.lemmas[clause] = lemma
        return lemma

    def rests_on(self, lemmas: frozenset[Lemma]) -> frozenset[Lemma]:
        """These lemmas, which are to be shown now, with all parts of those that the model states. (What nothing
        rests on is not.)"""
        lemmas = lemmas.union(*(self.stated[lemma.target] for lemma in lemmas if lemma.stated and lemma.target is not None))
        for lemma in sorted(lemmas, key=lambda lemma: lemma.number):
            if not lemma.wanted:
                lemma.wanted = True
                self.queue.append(lemma)
        return lemmas

    def learn(self, clause: Clause) -> None:
        """Add a lemma, with its images."""
        first = self.add(clause, self.formula(clause))
        for exchange in self.problem.images:
            other = image(clause, exchange)
            if other is not None and other not in self.lemmas and not self.samples.against(other):
                self.add(other, self.formula(other)).source = first, exchange

    def by_symmetry(self, lemma: Lemma) -> frozenset[Lemma] | None:
        """What an image needs, if its source was shown: the images of what that needs. None: unknown."""
        if lemma.source is None or not lemma.source[0].alive or lemma.source[0].needed is None:
            return None
        found: set[Lemma] = set()
        for other in lemma.source[0].needed:
            if other.clause is not None:
                moved = image(other.clause, lemma.source[1])
                there = self.lemmas.get(moved) if moved is not None else None
                if there is None or not there.alive:
                    return None
                other = there
            found.add(other)
        return frozenset(found)

    def formula(self, clause: Clause) -> Any:
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

    def give_up(self, lemma: Lemma) -> None:
        """Without a lemma; what was shown with it has to be shown again."""
        lemma.alive = False
        del self.alive[lemma.on.get_id()]
        for other in self.everything:
            if other.alive and other.needed is not None and lemma in other.needed:
                other.needed = None
                if other.wanted:
                    self.queue.append(other)
        for goal in self.goals:
            if goal.needed is not None and lemma in goal.needed:
                goal.needed = None

    def give_up_stated(self, why: Failed) -> None:
        """Without a lemma of the model, as a whole."""
        for part in self.stated.pop(why.target):
            self.give_up(part)
        self.tell(GivenUp(why))

    # -- asking --

    def ask(self, wrong: Any, step: bool) -> frozenset[Lemma] | Any:
        """The lemmas that rule out what is wrong, or a model of it. None: Z3 does not know."""
        self.checks += 1
        self.solver.push()
        self.solver.add(wrong)
        answer = _checked(self.solver, [*([self.stepping] if step else []), *(lemma.on for lemma in self.alive.values())])
        found: Any = None
        if answer == z3.unsat:
            found = frozenset(self.alive[number] for number in _core(self.solver) if number in self.alive)
        elif answer == z3.sat:
            found = self.solver.model()
        self.solver.pop()
        return found

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
        core, whole = self.what_matters(state, inputs, wrong, step), frozenset(range(len(state)))
        values = cache(partial(self.values, state))
        # An assumed lemma may have made the state what it is, and the core does not name that; then the whole state shows
        # in few features why it is impossible, where those of the core alone have to speak of all instances.
        for learn_from in (partial(self.learner.plain_clauses, most=AT_ONCE), self.learner.family_clauses):
            for matters in (core, whole):
                new = [clause for clause in learn_from(values(matters)) if clause not in self.lemmas]
                for clause in new:
                    self.learn(clause)
                if new:
                    return True
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
        self.explainer.push()
        self.explainer.add(z3.Not(wrong))
        answer = _checked(self.explainer, [*([self.stepping] if step else []), *chosen, *names])
        core = _core(self.explainer) if answer == z3.unsat else []
        self.explainer.pop()
        if answer != z3.unsat:
            return frozenset(range(len(state)))
        numbers = {name.get_id(): n for n, name in enumerate(names)}
        return frozenset(numbers[number] for number in core if number in numbers)

    # -- the search --

    def run(self) -> None:
        for wrong, initial in self.wrong_at_first().items():
            why = Failed(wrong, list(initial), [0] * len(self.inputs), None, frozenset(range(len(self.state))))
            if wrong not in self.stated:
                self.tell(why)
                return
            self.give_up_stated(why)
        if self.reach():
            self.tell(self.proof())

    def reach(self) -> bool:
        """Show all goals; False where that failed, which was told."""
        while True:
            goal = next((goal for goal in self.goals if goal.needed is None), None)
            if goal is not None:
                answer = self.ask(goal.wrong, False)
                if isinstance(answer, frozenset):
                    goal.needed = self.rests_on(answer)
                elif answer is None:
                    self.tell(Stopped(Stop(Why.SOLVER, f"Z3 gives up: {self.solver.reason_unknown()}")))
                    return False
                elif not self.exclude(answer, goal.wrong, False):
                    self.tell(self.failure(goal.name, answer, goal.wrong, False))
                    return False
                continue
            if not self.queue:
                return True
            lemma = self.queue.popleft()
            if not lemma.alive or lemma.needed is not None:
                continue
            by_symmetry = self.by_symmetry(lemma)
            if by_symmetry is not None:
                lemma.needed = self.rests_on(by_symmetry)
                continue
            answer = self.ask(z3.Not(lemma.then), True)
            if isinstance(answer, frozenset):
                lemma.needed = self.rests_on(answer)
            elif answer is None:
                self.tell(Stopped(Stop(Why.SOLVER, f"Z3 gives up: {self.solver.reason_unknown()}")))
                return False
            elif self.exclude(answer, z3.Not(lemma.then), True):
                self.queue.appendleft(lemma)
            elif lemma.clause is not None:
                self.give_up(lemma)
            else:
                why = self.failure(lemma.target or "valid", answer, z3.Not(lemma.then), True)
                if not lemma.stated:
                    self.tell(why)
                    return False
                self.give_up_stated(why)
            wanted = sum(1 for lemma in self.everything if lemma.alive and lemma.wanted)
            self.tell(Grown(wanted, wanted - len(self.queue), self.counterexamples, self.checks))

    def wrong_at_first(self) -> dict[str, tuple[int, ...]]:
        """What no lemma can help with: targets that an initial state is in, and one of those. (Clauses agree with them: they are
        samples.)"""
        found: dict[str, tuple[int, ...]] = {}
        for initial in self.problem.initials:
            numbers = [value(number, width) for number, (_, width) in zip(initial, self.problem.state, strict=True)]
            pairs = list(zip(self.state, numbers, strict=True))
            for lemma in self.everything:
                if lemma.clause is None and not z3.is_true(z3.simplify(z3.substitute(lemma.holds, *pairs))):
                    found.setdefault(lemma.target or "valid", initial)
        return found

    def failure(self, target: str, model: Any, wrong: Any, step: bool) -> Failed:
        state, inputs = ([model.eval(v, model_completion=True) for v in group] for group in (self.state, self.inputs))
        numbers, chosen = ([value_of(model, v) for v in group] for group in (self.state, self.inputs))
        after = [value_of(model, v) for v in self.next] if step else None
        return Failed(target, numbers, chosen, after, self.what_matters(state, inputs, wrong, step))

    def proof(self) -> Proved:
        """What is needed for all goals, and for the stated lemmas that are to be shown."""
        kept: set[Lemma] = set()
        wanted = [lemma for goal in self.goals for lemma in goal.needed or ()]
        wanted += [part for name, asked in self.problem.stated if asked for part in self.stated.get(name, ())]
        while wanted:
            lemma = wanted.pop()
            if lemma not in kept:
                kept.add(lemma)
                wanted += lemma.needed or ()
        ordered = sorted(kept, key=lambda lemma: lemma.number)
        return Proved(
            tuple(lemma.clause for lemma in ordered if lemma.clause is not None),
            tuple(dict.fromkeys(lemma.target for lemma in ordered if lemma.target is not None)),
            self.valid in kept,
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
