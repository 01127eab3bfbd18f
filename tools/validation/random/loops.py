# SPDX-License-Identifier: GPL-2.0-only
"""Random loops, and the ways out of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .expressions import ASSIGN, Writer
from .numbers import BOOL, INT, LONG, S8, U8, UNSIGNED, UNSIGNED_LONG, Range, Type
from .scope import Scope, Variable

_COUNTERS: tuple[Type, ...] = (INT, INT, UNSIGNED, LONG, UNSIGNED_LONG, S8, U8)


@dataclass
class Body:
    """The lines of a function so far. result: what it returns. label: that a goto may name, whose text comes at the end. loops,
    switches: how many are around this. again: it is text that a goto comes back to, outside of loops. declared: by block."""

    result: Range | None
    label: str | None = None
    lines: list[str] = field(default_factory=list)
    loops: int = 0
    switches: int = 0
    again: bool = False
    names: int = 0
    depth: int = 1
    declared: list[set[str]] = field(default_factory=lambda: [set()])

    def add(self, text: str) -> None:
        self.lines.append("\t" * self.depth + text)

    @contextmanager
    def inside(self, indent: bool = True, declares: bool = True) -> Iterator[None]:
        """While the context lasts, lines are of an inner block."""
        self.depth += indent
        if declares:
            self.declared.append(set())
        yield
        if declares:
            self.declared.pop()
        self.depth -= indent


class LoopWriter(Writer):
    """Writes loops."""

    def statements(self, body: Body, scope: Scope, number: int, depth: int) -> None:
        """See StatementWriter."""
        raise NotImplementedError

    def loop(self, body: Body, scope: Scope, depth: int) -> None:
        """A loop of some rounds."""
        rounds = self.random.choice((1, 2, 3, 4, 5))
        if self.rounds * rounds * 4 > self.budget or body.loops >= 3:
            return
        outer = self.rounds, body.loops, body.switches, body.again
        self.rounds, body.loops, body.switches, body.again = self.rounds * (rounds + 1), body.loops + 1, 0, False
        self.random.choice((self.counting, self.counting, self.whiling, self.doing))(body, scope, depth, rounds)
        self.rounds, body.loops, body.switches, body.again = outer

    def counter(self, body: Body, rounds: int) -> Variable:
        type_ = self.random.choice(_COUNTERS)
        low = self.random.randint(-2, 3) if type_.signed and self.chance(0.4) else self.random.randint(0, 3)
        body.names += 1
        return Variable(f"i{body.names}", type_, low, low + rounds, fixed=True)

    def counting(self, body: Body, scope: Scope, depth: int, rounds: int) -> None:
        """for: upwards or downwards, with another step, with a counter that is read afterwards."""
        counter = self.counter(body, rounds)
        name, low, high = counter.name, counter.low, counter.high
        inner = scope.inner()
        inside = inner if self.chance(0.6) else scope
        declared = f"{counter.type.name} {name}"
        if inside is scope:
            body.add(f"{declared};")
            body.declared[-1].add(name)
            declared = name
        bound = self.bound(scope, counter)
        match self.random.randrange(6):
            case 0 | 1 if bound is not None:
                head, kept = f"{declared} = {low}; {name} < {bound[0]}; {name}++", (low, high)
            case 2 if low >= 0 or counter.type.signed:
                head, kept = f"{declared} = {high}; {name} > {low}; {name}--", (low, high)
            case 3:
                head, kept = f"{declared} = {low}; {name} < {high}; {name} += 2", (low, high + 1)
            case 4:
                head, kept = f"{declared} = {low}; {name} <= {high - 1}; ++{name}", (low, high)
            case _:
                head, kept = f"{declared} = {low}; {name} < {high}; {name}++", (low, high)
        seen = Variable(name, counter.type, *kept, fixed=True)
        inner.add(seen)
        body.add(f"for ({head}) {{")
        with body.inside():
            self.statements(body, inner, self.random.randint(1, 3), depth - 1)
        body.add("}")
        if inside is scope:
            scope.add(Variable(name, counter.type, kept[0] - (counter.type.signed and kept[0] == low), kept[1], fixed=True))

    def bound(self, scope: Scope, counter: Variable) -> tuple[str] | None:
        """A variable that bounds the counter, with another type maybe."""
        known = [v for v in scope.scalars() if v.type != BOOL and v.high <= 15 and v.low <= counter.low and v.of_function]
        signed = [v for v in known if counter.low >= 0 or v.type.signed]
        found = [v for v in signed if v.low >= 0 or counter.type.signed or v.type.rank < counter.type.rank < 0]
        usable = [v for v in found if v.low >= 0 or (v.type.signed and counter.type.signed)]
        if not usable:
            return None
        name = self.random.choice(usable).name
        return (f"({name} < {counter.high} ? {name} : {counter.high})",) if self.chance(0.5) else (f"{counter.high}",)

    def whiling(self, body: Body, scope: Scope, depth: int, rounds: int) -> None:
        """while, whose condition counts, maybe with more beside."""
        name = f"n{body.names}"
        body.names += 1
        body.declared[-1].add(name)
        body.add(f"int {name} = {rounds};")
        scope.add(Variable(name, INT, -1, rounds, fixed=True))
        test = self.random.choice((f"{name}-- > 0", f"--{name} >= 0", f"{name} && {name}--", f"({name} = {name} - 1) >= 0"))
        if self.chance(0.5):
            more = self.condition(scope, 1, self.chance(0.3))
            test = f"{test} && ({more.text})" if self.chance(0.5) or more.acts else f"({more.text}) && {test}"
        body.add(f"while ({test}) {{")
        with body.inside():
            self.statements(body, scope.inner(), self.random.randint(1, 3), depth - 1)
        body.add("}")

    def doing(self, body: Body, scope: Scope, depth: int, rounds: int) -> None:
        """do, whose condition counts."""
        name = f"n{body.names}"
        body.names += 1
        body.declared[-1].add(name)
        body.add(f"int {name} = 0;")
        scope.add(Variable(name, INT, 0, rounds, fixed=True))
        body.add("do {")
        with body.inside():
            self.statements(body, scope.inner(), self.random.randint(1, 3), depth - 1)
        test = self.random.choice((f"++{name} < {rounds}", f"{name}++ < {rounds - 1}"))
        if self.chance(0.3):
            test = f"{test} && ({self.condition(scope, 1).text})"
        body.add(f"}} while ({test});" if self.chance(0.9) else "} while (0);")

    def leave(self, body: Body, scope: Scope) -> None:
        """break, continue, goto or return, under a condition."""
        ways = []
        if body.loops:
            ways += ["continue;", "continue;"]
        if body.loops or body.switches:
            ways += ["break;", "break;"]
        if body.label is not None:
            ways += [f"goto {body.label};"]
        ways.append("return")
        way = self.random.choice(ways)
        if way == "return":
            way = self.returning(body, scope)
        test = self.condition(scope, 1)
        body.add(f"if ({test.text})")
        body.add(f"\t{way}")

    def returning(self, body: Body, scope: Scope) -> str:
        if body.result is None:
            return "return;"
        value = self.number(scope, 2, acts=True)
        if body.result.type != BOOL:
            value = self.limited(value, body.result.low, body.result.high)
        return f"return {self.within(value, ASSIGN)};"
