# SPDX-License-Identifier: GPL-2.0-only
"""Bounded model checking with Z3: is there a violation at the end of 0, 1, 2 ... steps?

This runs in a process of its own (process.py), on the step relation as text (question.py), and needs nothing else of it.
At each length one question covers all that was not found yet: whether the state after so many steps is wrong, or the last of
them. What the answer `no` proves is asserted, so that questions at greater lengths need not find it out again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import z3

from checker.symbolic.question import STATE, STEP, Hit, Message, Problem, Reached, Stopped, Target


class Unrolling:
    """The steps from the initial state on, one set of variables for each state and step."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        roots = parsed(problem.text)
        size = len(problem.state)
        self.steps = roots[0]
        self.next = roots[1 : 1 + size]
        self.targets = dict(zip(problem.targets, roots[1 + size :], strict=True))
        self.variables = [variable(name, width) for name, width in (*problem.state, *problem.inputs)]
        self.states: list[list[Any]] = [
            [value(number, width) for number, (_, width) in zip(problem.initial, problem.state, strict=True)]
        ]
        self.inputs: list[list[Any]] = []

    def fresh_inputs(self) -> None:
        depth = len(self.inputs)
        self.inputs.append([variable(f"{name.strip('|')} @{depth}", width) for name, width in self.problem.inputs])

    def at(self, terms: Sequence[Any], depth: int, has_inputs: bool) -> list[Any]:
        """Terms over the state after so many steps, and the inputs of the step from it; simplified."""
        if not terms:
            return []
        inputs = self.inputs[depth] if has_inputs else self.variables[len(self.problem.state) :]
        pairs = list(zip(self.variables, [*self.states[depth], *inputs], strict=True))
        # All at once, since what the terms share is then looked at once.
        together = z3.Function("together", *(term.sort() for term in terms), z3.BoolSort())
        moved = z3.simplify(z3.substitute(together(*terms), *pairs))
        return [moved.arg(number) for number in range(len(terms))]

    def extend(self, depth: int) -> list[Any]:
        """Variables for the state after one more step; what makes it the next one."""
        values = self.at(self.next, depth, True)
        state: list[Any] = []
        equations: list[Any] = []
        for (name, width), value in zip(self.problem.state, values, strict=True):
            if z3.is_const(value) and value.decl().arity() == 0:
                state.append(value)
                continue
            new = variable(f"{name.strip('|')} @{depth + 1}", width)
            state.append(new)
            equations.append(new == value)
        self.states.append(state)
        return equations


def search(problem: Problem, tell: Callable[[Message], None]) -> None:
    """Look for the targets at 0, 1, ... steps. tell: called with all that is found out, in order."""
    solver = z3.SolverFor("QF_BV")
    unrolling = Unrolling(problem)
    left = list(problem.targets)
    steps: Any = z3.BoolVal(True)
    for depth in range(problem.depth + 1):
        if depth:
            unrolling.fresh_inputs()
            (steps,) = unrolling.at([unrolling.steps], depth - 1, True)
            solver.add(*unrolling.extend(depth - 1))
        on_state = [target for target in left if target.kind == STATE]
        on_step = [target for target in left if target.kind == STEP] if depth else []
        holds = dict(zip(on_state, unrolling.at([unrolling.targets[t] for t in on_state], depth, False), strict=True))
        wrong = {target: z3.And(steps, term) for target, term in holds.items()}
        wrong |= zip(on_step, unrolling.at([unrolling.targets[t] for t in on_step], depth - 1, True), strict=True)
        while True:
            asked = {target: term for target, term in wrong.items() if not z3.is_false(term)}
            if not asked:
                break
            solver.push()
            solver.add(z3.Or(*asked.values()))
            answer = solver.check()
            model = solver.model() if answer == z3.sat else None
            reason = solver.reason_unknown() if answer == z3.unknown else ""
            solver.pop()
            if answer == z3.unknown:
                tell(Stopped(f"Z3 gives up at depth {depth}: {reason}"))
                return
            if model is None:
                break
            for target, term in asked.items():
                if z3.is_true(model.eval(term, model_completion=True)):
                    tell(_hit(unrolling, target, depth, model))
                    left.remove(target)
                    del wrong[target]
        solver.add(steps)
        solver.add(*(z3.Not(term) for target, term in holds.items() if target in left))
        tell(Reached(depth))


def parsed(text: str) -> list[Any]:
    """The roots of a problem's text."""
    return [equation.arg(1) for equation in z3.parse_smt2_string(text)]


def _hit(unrolling: Unrolling, target: Target, depth: int, model: Any) -> Hit:
    last = depth if target.kind == STATE else depth - 1
    states = [[value_of(model, term) for term in state] for state in unrolling.states[: last + 1]]
    inputs = [[value_of(model, term) for term in values] for values in unrolling.inputs[:depth]]
    return Hit(target.name, states, inputs)


def value_of(model: Any, term: Any) -> int:
    """The number that a term is in a model."""
    value = model.eval(term, model_completion=True)
    return int(z3.is_true(value)) if z3.is_bool(value) else int(value.as_long())


def variable(name: str, width: int) -> Any:
    """A variable by the name that it has in SMT-LIB."""
    name = name.strip("|")
    return z3.BitVec(name, width) if width else z3.Bool(name)


def value(number: int, width: int) -> Any:
    """A constant."""
    return z3.BitVecVal(number, width) if width else z3.BoolVal(bool(number))
