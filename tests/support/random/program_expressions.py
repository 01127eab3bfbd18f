# SPDX-License-Identifier: GPL-2.0-only
"""The expressions and calls of random routines, and what they may mention."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

ARITHMETIC = ("+", "-", "*", "&", "|", "^")
_ORDER = ("==", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class Callee:
    """A routine or function that a program may call. frames: a call pushes a frame, here or further in. at_once: it may be
    part of one step. shared: it reads shared state."""

    name: str
    parameters: tuple[str, ...]
    result: str
    frames: bool = False
    at_once: bool = True
    shared: bool = False


@dataclass(frozen=True)
class Scope:
    """What code at one place may mention. free: locals that nothing assigns any more are not in `settable`."""

    integers: tuple[str, ...] = ()
    booleans: tuple[str, ...] = ()
    settable: tuple[str, ...] = ()
    callees: tuple[Callee, ...] = ()
    shared: bool = True
    effects: bool = True
    atomic: bool = False
    loop: bool = False
    result: str = ""
    depth: int = 0


@dataclass
class Expressions:
    """Writes the expressions of one program. chance: decides everything. at_once: all of it can be one step."""

    chance: random.Random
    at_once: bool = False
    choices: int = 0
    numbers: int = 0
    while_loops: int = 0
    noinline_calls: int = 0
    lines: list[str] = field(default_factory=list)

    def fresh(self, prefix: str) -> str:
        self.numbers += 1
        return f"{prefix}{self.numbers}"

    def line(self, indent: str, text: str) -> None:
        self.lines.append(indent + text)

    # -- calls --

    def callable(self, scope: Scope) -> list[Callee]:
        found = []
        for callee in scope.callees:
            if callee.name.startswith("f"):
                if not callee.shared or scope.atomic or not scope.effects:
                    found.append(callee)
            elif scope.effects and (callee.at_once or not scope.atomic):
                found.append(callee)
        return found

    def called(self, callee: Callee, scope: Scope, depth: int) -> str:
        self.noinline_calls += callee.frames
        self.while_loops += not callee.at_once
        arguments = [self.value(scope, depth), f"bool({self.boolean(scope, depth)})"]
        return f"{callee.name}({', '.join(arguments[: len(callee.parameters)])})"

    # -- expressions --

    def value(self, scope: Scope, depth: int) -> str:
        """An integer, mostly made to fit into the type Value."""
        text = self.integer(scope, depth)
        if self.chance.random() < 0.02:
            return str(self.chance.choice((-31, 71, 100)))  # never fits
        return text if self.chance.random() < 0.25 else f"({text}) % 41 - {self.chance.randint(0, 20)}"

    def index(self, scope: Scope) -> str:
        text = self.chance.choice(("0", "1", "2", "", "", ""))
        if scope.effects and self.chance.random() < 0.03:
            # Not in functions, where a name that is not needed is not evaluated, which Python does.
            return self.integer(scope, 0)
        return text or f"({self.integer(scope, 1)}) % 3"

    def integer(self, scope: Scope, depth: int) -> str:
        if depth == 0 or self.chance.random() < 0.25:
            leaves = [str(self.chance.randint(-4, 12)), *scope.integers * 2, f"table[{self.chance.randint(0, 2)}]"]
            if scope.shared:
                leaves += ["g", "h", f"a[{self.chance.randint(0, 2)}]", "int(bits)"]
            return self.chance.choice(leaves)
        kind = self.chance.randint(0, 12)
        inner = depth - 1
        if kind <= 4:
            return f"({self.integer(scope, inner)} {self.chance.choice(ARITHMETIC)} {self.integer(scope, inner)})"
        if kind == 5:
            divisor = self.chance.choice((str(self.chance.randint(1, 6)), f"(1 + ({self.integer(scope, inner)} & 3))"))
            if scope.effects and self.chance.random() < 0.08:
                divisor = self.chance.choice((f"({self.integer(scope, inner)} & 3)", self.integer(scope, inner), "0"))
            return f"({self.integer(scope, inner)} {self.chance.choice(('//', '%'))} {divisor})"
        if kind == 6:
            places = f"({self.integer(scope, inner)} & 3)"
            if scope.effects and self.chance.random() < 0.08:
                places = self.chance.choice((f"(({self.integer(scope, inner)} & 7) - 2)", "(g & 1) - 2"))
            return f"({self.integer(scope, inner)} {self.chance.choice(('<<', '>>'))} {places})"
        if kind == 7:
            return f"({self.chance.choice('-~')}{self.integer(scope, inner)})"
        if kind == 8:
            return f"({self.integer(scope, inner)} if {self.boolean(scope, inner)} else {self.integer(scope, inner)})"
        if kind == 9:
            return f"a[{self.index(scope)}]" if scope.shared else f"int({self.boolean_value(scope, inner)})"
        if kind == 10:
            return self.quantified("sum", scope, inner)
        if kind == 11 and scope.effects and self.choices < 2:
            return self.chosen(scope, inner)
        callees = [c for c in self.callable(scope) if c.result in ("Value", "int")]
        return self.called(self.chance.choice(callees), scope, inner) if callees else self.integer(scope, inner)

    def boolean_value(self, scope: Scope, depth: int) -> str:
        return f"bool({self.boolean(scope, depth)})"

    def chosen(self, scope: Scope, depth: int) -> str:
        self.choices += 1
        inside = replace(scope, effects=False)
        if self.chance.random() < 0.5 or scope.atomic or scope.result:
            return f"choose(({self.integer(inside, 1)}, {self.integer(inside, 1)}))"
        name = self.fresh("q")
        condition = self.boolean(replace(inside, integers=(*scope.integers, name)), depth)
        return f"choose({name} for {name} in range({self.chance.randint(1, 3)}) if {condition})"

    def quantified(self, kind: str, scope: Scope, depth: int) -> str:
        """all, any or sum; outside `atomic` it must not read shared state."""
        allowed = scope.shared and (scope.atomic or not scope.effects)
        name = self.fresh("q")
        inside = replace(scope, integers=(*scope.integers, name), shared=allowed, effects=False)
        if not allowed:
            inside = replace(inside, callees=tuple(callee for callee in scope.callees if not callee.shared))
        body = self.integer(inside, depth) if kind == "sum" else self.boolean(inside, depth)
        condition = f" if {self.boolean(inside, 1)}" if self.chance.random() < 0.4 else ""
        bounds = self.chance.choice(("3", "1, 3", "2", f"({self.integer(inside_without(inside, name), 0)}) % 3"))
        return f"{kind}({body} for {name} in range({bounds}){condition})"

    def boolean(self, scope: Scope, depth: int) -> str:
        if depth == 0 or self.chance.random() < 0.2:
            leaves = [*scope.booleans * 2, "True", "False"]
            leaves += ["flag", "b[0]", "b[1]", "bits & Bits.B", "hue == Colour.RED"] if scope.shared else []
            leaves += [self.comparison(scope, 0)] * 2
            return self.chance.choice(leaves)
        kind = self.chance.randint(0, 9)
        inner = depth - 1
        if kind <= 2:
            return self.comparison(scope, inner)
        if kind <= 4:
            return f"({self.boolean(scope, inner)} {self.chance.choice(('and', 'or'))} {self.boolean(scope, inner)})"
        if kind == 5:
            return f"(not {self.boolean(scope, inner)})"
        if kind == 6:
            return self.integer(scope, inner)
        if kind == 7:
            return self.quantified(self.chance.choice(("all", "any")), scope, inner)
        if kind == 8:
            callees = [c for c in self.callable(scope) if c.result == "bool"]
            if callees:
                return self.called(self.chance.choice(callees), scope, inner)
        return f"({self.boolean_value(scope, inner)} if {self.boolean(scope, inner)} else {self.boolean_value(scope, inner)})"

    def comparison(self, scope: Scope, depth: int) -> str:
        """A comparison, perhaps chained: what stands between reads no shared state then, unless all is one step."""
        at_once = scope.atomic or not scope.effects
        local = replace(scope, shared=False, effects=False)
        within = replace(scope, shared=scope.shared and at_once, effects=False)
        middle = self.chance.choice((str(self.chance.randint(0, 9)), *scope.integers, self.integer(within, depth)))
        first, last = self.integer(scope, depth), self.integer(scope, depth)
        kind = self.chance.randint(0, 5)
        if kind == 0:
            return f"({first} {self.chance.choice(_ORDER)} {middle} {self.chance.choice(_ORDER)} {last})"
        if kind == 1:
            member = self.chance.choice(("in", "not in"))
            return f"({middle} {member} ({self.integer(local, depth)}, {self.integer(local, 0)}))"
        return f"({first} {self.chance.choice(_ORDER)} {last})"


def inside_without(scope: Scope, name: str) -> Scope:
    """The scope without the local: that of a generator's domain."""
    return replace(scope, integers=tuple(local for local in scope.integers if local != name))
