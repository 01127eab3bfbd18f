# SPDX-License-Identifier: GPL-2.0-only
"""Bounded model checking with a solver: is there a violation at the end of 0, 1, 2 ... steps?

This runs in a process of its own (process.py), on the step relation as text (question.py), and needs nothing else of it.
At each length one question covers all that was not found yet: whether the state after so many steps is wrong, or the last of
them. What the answer `no` proves is asserted, so that questions at greater lengths need not find it out again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic

from checker.stopping import Stop, Why
from checker.symbolic.bmc.question import STATE, STEP, Counterexample, Message, Problem, Reached, Stopped, Target
from checker.symbolic.solvers.solvers import Solver, SolverTerm, solver_of


class Unrolling(Generic[SolverTerm]):
    """The steps from an initial state on, one set of variables for each state and step."""

    def __init__(self, problem: Problem, solver: Solver[SolverTerm]) -> None:
        self.problem = problem
        self.solver = solver
        roots = solver.parsed(problem.text)
        size = len(problem.state)
        self.steps = roots[0]
        self.next = roots[1 : 1 + size]
        rest = iter(roots[1 + size :])
        self.targets = {target: next(rest) for target in problem.targets}
        self.shared = list(rest) if problem.ordered else []
        self.accessed: list[list[SolverTerm]] = []
        self.variables = [solver.variable(name, width) for name, width in (*problem.state, *problem.inputs)]
        self.states: list[list[SolverTerm]] = [self.first_state()]
        self.inputs: list[list[SolverTerm]] = []

    def first_state(self) -> list[SolverTerm]:
        """The initial state: a variable for what initial states differ in, which the solver is told of."""
        solver, initials = self.solver, self.problem.initials
        found, varying = [], []
        for number, (name, width) in enumerate(self.problem.state):
            if all(initial[number] == initials[0][number] for initial in initials):
                found.append(solver.value(initials[0][number], width))
            else:
                found.append(solver.variable(f"{name.strip('|')} @0", width))
                varying.append(number)
        ways = []
        for initial in initials if varying else ():
            way = solver.value(1, 0)
            for number in varying:
                value = solver.value(initial[number], self.problem.state[number][1])
                way = solver.conjunction(way, solver.equal(found[number], value))
            ways.append(way)
        if ways:
            solver.add(solver.disjunction(ways))
        return found

    def fresh_inputs(self) -> None:
        depth = len(self.inputs)
        self.inputs.append([self.solver.variable(f"{name.strip('|')} @{depth}", width) for name, width in self.problem.inputs])

    def at(self, terms: Sequence[SolverTerm], depth: int, has_inputs: bool) -> list[SolverTerm]:
        """Terms over the state after so many steps, and the inputs of the step from it."""
        inputs = self.inputs[depth] if has_inputs else self.variables[len(self.problem.state) :]
        return self.solver.substituted(terms, self.variables, [*self.states[depth], *inputs])

    def extend(self, depth: int) -> None:
        """Variables for the state after one more step, which the solver is told of."""
        values = self.at(self.next, depth, True)
        state: list[SolverTerm] = []
        for (name, width), value in zip(self.problem.state, values, strict=True):
            if self.solver.is_leaf(value):
                state.append(value)
                continue
            variable = self.solver.variable(f"{name.strip('|')} @{depth + 1}", width)
            state.append(variable)
            self.solver.add(self.solver.equal(variable, value))
        self.states.append(state)

    def in_order(self, depth: int) -> SolverTerm:
        """That this step does not follow an independent one of an agent with a greater number (order.py)."""
        solver = self.solver
        self.accessed.append(self.at(self.shared, depth, True))
        if not depth or not self.problem.ordered:
            return solver.value(1, 0)
        (before_agent, *before), (agent, *here) = self.accessed[-2:]
        conflicts = [
            solver.conjunction(one, other)
            for n in range(0, len(here), 2)
            for one, other in ((before[n], here[n + 1]), (before[n + 1], here[n]))
        ]
        return solver.disjunction([solver.at_most(before_agent, agent), *conflicts])


def search(problem: Problem, tell: Callable[[Message], None], memory: int | None = None) -> None:
    """Look for the targets at 0, 1, ... steps. tell: called with all that is found out, in order."""
    solver = solver_of(problem.solver, memory)
    unrolling = Unrolling(problem, solver)
    left = list(problem.targets)
    steps = solver.value(1, 0)
    for depth in range(problem.depth + 1):
        if depth:
            unrolling.fresh_inputs()
            (steps,) = unrolling.at([unrolling.steps], depth - 1, True)
            steps = solver.conjunction(steps, unrolling.in_order(depth - 1))
            unrolling.extend(depth - 1)
        on_state = [target for target in left if target.kind == STATE]
        on_step = [target for target in left if target.kind == STEP] if depth else []
        holds = dict(zip(on_state, unrolling.at([unrolling.targets[t] for t in on_state], depth, False), strict=True))
        wrong = {target: solver.conjunction(steps, term) for target, term in holds.items()}
        if on_step:
            wrong |= zip(on_step, unrolling.at([unrolling.targets[t] for t in on_step], depth - 1, True), strict=True)
        while True:
            asked = {target: term for target, term in wrong.items() if not solver.is_false(term)}
            if not asked:
                break
            answer = solver.ask(list(asked.values()))
            if isinstance(answer, str):
                tell(Stopped(Stop(Why.SOLVER, f"{solver.name} gives up at depth {depth}: {answer}")))
                return
            if not answer:
                break
            for target, term in asked.items():
                if solver.worth(term):
                    tell(_counterexample(unrolling, target, depth))
                    left.remove(target)
                    del wrong[target]
        solver.add(steps)
        for target, term in holds.items():
            if target in left:
                solver.add_negation(term)
        tell(Reached(depth))


def _counterexample(unrolling: Unrolling[SolverTerm], target: Target, depth: int) -> Counterexample:
    last = depth if target.kind == STATE else depth - 1
    states = [[unrolling.solver.worth(term) for term in state] for state in unrolling.states[: last + 1]]
    inputs = [[unrolling.solver.worth(term) for term in values] for values in unrolling.inputs[:depth]]
    return Counterexample(target.name, states, inputs)
