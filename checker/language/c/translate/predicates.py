# SPDX-License-Identifier: GPL-2.0-only
"""Routines without effects -> functions: one expression, whose value is there at once.

A demand, such as may_switch_to, is a question that the kernel asks about a state. C answers it by a function with locals, `if`s
and loops. Each way through it becomes a part of one expression: an `if` a conditional value, a loop that counts a sum, a loop
that returns where it finds something a question whether there is such a thing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from checker.language import build, tree
from checker.language.errors import ModelError
from checker.language.types import MOST
from checker.language.walking import nodes, rebuilt

Env = Mapping[str, tree.Expression]
"""What locals stand for."""

_MOST_STATEMENTS = 2000
"""Statements on all ways through a function together: each `if` doubles those behind it."""


@dataclass
class _Found:
    """What the rounds of a loop do. sums: what each adds to a local, and under which condition. hits: where it returns."""

    sums: list[tuple[str, tree.Expression | None, tree.Expression]] = field(default_factory=list)
    hits: list[tuple[tree.Expression, tree.Expression]] = field(default_factory=list)


class Predicates:
    """Turns routines into expressions. routine_of: the routine of the text with that name, None for what is the kernel's.
    is_function: whether what is the kernel's has no effects."""

    def __init__(self, routine_of: Callable[[str], tree.Routine | None], is_function: Callable[[str], bool]) -> None:
        self.routine_of = routine_of
        self.is_function = is_function
        self.statements = 0
        self.names = 0

    def function(self, routine: tree.Routine) -> tree.Function:
        """ModelError where the routine does what a function cannot."""
        env = {p.name: tree.LocalRead(routine.position, p.type, p.name) for p in routine.parameters}
        body = self.run(routine, routine.body, env)
        assert routine.result is not None
        return tree.Function(routine.name, routine.parameters, build.fit(body, routine.result, "the result"), routine.position)

    def run(self, routine: tree.Routine, statements: Sequence[tree.Statement], env: Env) -> tree.Expression:
        """The value that the statements return."""
        env = dict(env)
        for number, statement in enumerate(statements):
            self.statements += 1
            if self.statements > _MOST_STATEMENTS:
                raise ModelError(routine.position, "there are too many ways through this; write it shorter")
            rest = statements[number + 1 :]
            match statement:
                case tree.Assign(target=str(name)):
                    env[name] = self.assigned(statement, env)
                case tree.Atomic(body=body):
                    return self.run(routine, (*body, *rest), env)
                case tree.If(position=position, test=test, then=then, otherwise=otherwise):
                    decided = self.value(test, env)
                    ways = [self.run(routine, (*way, *rest), env) for way in (then, otherwise)]
                    return build.conditional(position, decided, *ways)
                case tree.For():
                    found = self.loop(routine, statement, env)
                    if found is not None:
                        there, value = found
                        return build.conditional(statement.position, there, value, self.run(routine, rest, env))
                case tree.Return(value=value) if value is not None:
                    return self.value(value, env)
                case _:
                    raise _refused(statement)
        raise ModelError(routine.position, f"`{routine.name}` can end without `return`, and its value is asked for")

    def assigned(self, statement: tree.Assign, env: Env) -> tree.Expression:
        value = self.value(statement.value, env)
        if statement.operator is None:
            return value
        assert isinstance(statement.target, str)
        return build.binary(statement.position, statement.operator, env[statement.target], value)

    # -- loops --

    def loop(
        self, routine: tree.Routine, statement: tree.For, env: dict[str, tree.Expression]
    ) -> tuple[tree.Expression, tree.Expression] | None:
        """A loop over a range. What it counts is then in `env`. Where it returns: whether it does, and what."""
        position, old = statement.position, statement.binding
        self.names += 1
        local = tree.Local(f"{old.local.name}@{routine.name}@{self.names}", old.local.type)
        binding = tree.Binding(local, rebuilt(old.domain, lambda part: self.value(part, env)))
        inner = dict(env) | {old.local.name: tree.LocalRead(position, local.type, local.name)}
        found = _Found()
        self.round(statement.body, inner, env, None, found)
        if found.hits and found.sums:
            raise ModelError(position, "this loop counts and returns; write two loops")
        for name, condition, more in found.sums:
            env[name] = build.binary(position, "+", env[name], _sum(position, binding, condition, more))
        if not found.hits:
            return None
        if len(found.hits) > 1:
            raise ModelError(position, "this loop returns in several places; write one `if` in it")
        condition, value = found.hits[0]
        if any(isinstance(part, tree.LocalRead) and part.name == local.name for part in nodes(value)):
            raise ModelError(
                position, "what is returned depends on the round; a demand can only ask whether there is such a round"
            )
        return tree.Quantifier(position, build.BOOL, "any", (binding,), None, condition), value

    def round(
        self,
        statements: Sequence[tree.Statement],
        env: dict[str, tree.Expression],
        outer: Env,
        given: tree.Expression | None,
        found: _Found,
    ) -> None:
        """One round of a loop. outer: the locals from before it. given: the condition under which this is reached."""
        for number, statement in enumerate(statements):
            match statement:
                case tree.Assign(target=str(name)) if name in outer:
                    found.sums.append((name, given, self.added(statement, name, env)))
                case tree.Assign(target=str(name)):
                    env[name] = self.assigned(statement, env)
                case tree.If(position=position, test=test, then=then, otherwise=otherwise):
                    decided = self.value(test, env)
                    negated = build.unary(position, "not", decided)
                    rest = statements[number + 1 :]
                    for way, condition in ((then, decided), (otherwise, negated)):
                        self.round((*way, *rest), dict(env), outer, _both(position, given, condition), found)
                    return
                case tree.Continue():
                    return
                case tree.Return(position=position, value=value) if value is not None:
                    found.hits.append((build.boolean(position, True) if given is None else given, self.value(value, env)))
                    return
                case _:
                    raise _refused(statement)

    def added(self, statement: tree.Assign, name: str, env: Env) -> tree.Expression:
        """What `name += x`, or `name = name + x`, adds."""
        match statement:
            case tree.Assign(operator="+", value=more):
                return self.value(more, env)
            case tree.Assign(operator=None, value=tree.Binary(operator="+", left=tree.LocalRead(name=other), right=more)) if (
                other == name
            ):
                return self.value(more, env)
        raise ModelError(statement.position, f"`{name}` is from before this loop, which can only count it up: `{name} += ...`")

    # -- expressions --

    def value(self, expression: object, env: Env) -> tree.Expression:
        """An expression with what its locals stand for in their place, and the text of functions in place of their calls."""
        found = self.replaced(expression, env)
        assert isinstance(found, tree.Expression)
        return found

    def replaced(self, part: object, env: Env) -> object:
        match part:
            case tree.LocalRead(name=name) if name in env:
                return env[name]
            case tree.Call(callee=callee, arguments=arguments):
                routine = self.routine_of(callee)
                if routine is None:
                    if not self.is_function(callee):
                        raise ModelError(part.position, f"`{callee}` takes steps of its own, and a demand is looked at at once")
                    return rebuilt(part, lambda inner: self.replaced(inner, env))
                names = (parameter.name for parameter in routine.parameters)
                given = {name: self.value(argument, env) for name, argument in zip(names, arguments, strict=True)}
                return self.run(routine, routine.body, given)
            case tree.Choose() | tree.Allocate():
                raise ModelError(part.position, "this has an effect, and a demand on the kernel has none")
        return rebuilt(part, lambda inner: self.replaced(inner, env))


def _sum(
    position: tree.Position, binding: tree.Binding, condition: tree.Expression | None, more: tree.Expression
) -> tree.Expression:
    type_, rounds = binding.local.type, MOST
    if isinstance(type_, tree.IntType):
        rounds = type_.high - type_.low + 1
    if not isinstance(more.type, tree.IntType) or rounds > MOST:
        raise ModelError(position, "this loop counts what is no number, or has too many rounds")
    range_ = tree.IntType(min(0, more.type.low * rounds), max(0, more.type.high * rounds))
    return tree.Quantifier(position, build.within_bounds(position, range_), "sum", (binding,), condition, more)


def _both(position: tree.Position, first: tree.Expression | None, second: tree.Expression) -> tree.Expression:
    return second if first is None else build.logical(position, "and", (first, second))


def _refused(statement: tree.Statement) -> ModelError:
    return ModelError(
        statement.position,
        "a demand on the kernel is looked at at once and changes nothing: this takes a step; only locals, `if`, `return`, and "
        "loops that count or return are possible",
    )
