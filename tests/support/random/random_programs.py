# SPDX-License-Identifier: GPL-2.0-only
"""Random routines, as the text of a module that is a model and ordinary Python at once."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tests.support.systems.small_programs import HEADER

RANGES = {"Value": (-30, 70), "Turns": (0, 4), "Small": (0, 9)}
"""The integer types of the programs."""

_DECLARATIONS = f"""
Value = Annotated[int, Range{RANGES["Value"]}]
Turns = Annotated[int, Range{RANGES["Turns"]}]
class Colour(Enum):
    RED = 7
    GREEN = 3
    BLUE = 5
class Bits(IntFlag):
    A = 1
    B = 4
    C = 8
g: Value = 5
h: Value = -2
flag: bool = False
hue: Colour = Colour.GREEN
bits: Bits = Bits.B
a: Array[Value] = array(3, 1)
b: Array[bool] = array(2, True)
table: Array[Value] = array(3, 4)
"""
_GLOBALS = "    global g, h, flag, hue, bits"
_ARITHMETIC = ("+", "-", "*", "&", "|", "^")
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
class Writer:
    """Writes one program. chance: decides everything. at_once: all of it can be one step."""

    chance: random.Random
    at_once: bool = False
    choices: int = 0
    numbers: int = 0
    while_loops: int = 0
    noinline_calls: int = 0
    lines: list[str] = field(default_factory=list)

    # -- the module --

    def module(self) -> str:
        """The whole text, but for what starts `main`."""
        functions = [self.function(f"f{n}", shared=bool(n % 2)) for n in range(self.chance.randint(0, 3))]
        callees = list(functions)
        for number in range(self.chance.randint(0, 2)):
            callees.append(self.routine(f"r{number}", callees))
        self.header("main", (), "None", "@routine")
        self.body(Scope(callees=tuple(callees)), "    ", self.chance.randint(2, 6))
        return "\n".join([HEADER + _DECLARATIONS, *self.lines, ""])

    def header(self, name: str, parameters: Sequence[str], result: str, decorator: str) -> None:
        types = ("Value", "bool", "Value")
        text = ", ".join(f"{parameter}: {type_}" for parameter, type_ in zip(parameters, types, strict=False))
        self.lines += [decorator, f"def {name}({text}) -> {result}:"]
        if decorator != "@function":
            self.lines.append(_GLOBALS)

    def function(self, name: str, shared: bool) -> Callee:
        parameters = ("x", "y")[: self.chance.randint(1, 2)]
        result = self.chance.choice(("Value", "bool", "int"))
        self.header(name, parameters, result, "@function")
        scope = Scope(("x",), parameters[1:], shared=shared, effects=False)
        if self.chance.random() < 0.4:
            self.lines.append(f"    z = {self.integer(scope, 2)}")
            scope = replace(scope, integers=(*scope.integers, "z"))
        if self.chance.random() < 0.6:
            self.lines.append(f"    if {self.boolean(scope, 2)}:")
            self.lines.append(f"        return {self.result_of(result, scope)}")
        self.lines.append(f"    return {self.result_of(result, scope)}")
        return Callee(name, parameters, result, shared=shared)

    def result_of(self, type_: str, scope: Scope) -> str:
        if type_ == "bool":
            return f"bool({self.boolean(scope, 2)})"
        return self.integer(scope, 2) if type_ == "int" else self.value(scope, 2)

    def routine(self, name: str, callees: Sequence[Callee]) -> Callee:
        parameters = ("x", "y")[: self.chance.randint(0, 2)]
        result = self.chance.choice(("Value", "bool", "None"))
        noinline = not self.at_once and self.chance.random() < 0.4
        whiles, calls = self.while_loops, self.noinline_calls
        self.header(name, parameters, result, "@routine(noinline=True)" if noinline else "@routine")
        settable = tuple(p for p in parameters if p == "x")
        scope = Scope(parameters[:1], parameters[1:], settable, tuple(callees), result=result, depth=1)
        self.body(scope, "    ", self.chance.randint(1, 3))
        if result != "None":
            self.lines.append(f"    return {self.result_of(result, scope)}")
        pushes = noinline or self.noinline_calls > calls
        return Callee(name, parameters, result, pushes, not pushes and self.while_loops == whiles, True)

    # -- statements --

    def body(self, scope: Scope, indent: str, count: int) -> None:
        for _ in range(count):
            scope = self.statement(scope, indent)

    def fresh(self, prefix: str) -> str:
        self.numbers += 1
        return f"{prefix}{self.numbers}"

    def line(self, indent: str, text: str) -> None:
        self.lines.append(indent + text)

    def statement(self, scope: Scope, indent: str) -> Scope:
        kinds = ["local", "local", "set", "set", "store", "store", "element", "element", "augment", "augment", "other"]
        if scope.depth < 3:
            kinds += ["if", "if", "for", "call"]
            kinds += ["atomic"] if not scope.atomic else []
            kinds += ["while"] if not scope.atomic and not self.at_once and self.while_loops < 2 else []
        kinds += ["leave"] if scope.loop else []
        kinds += ["return", "demand"] if scope.depth else []
        kind = self.chance.choice(kinds)
        if kind == "local":
            return self.local(scope, indent)
        getattr(self, f"_{kind}")(scope, indent)
        return scope

    def local(self, scope: Scope, indent: str) -> Scope:
        """A new local: one with an annotation may be assigned again."""
        name = self.fresh("v")
        if self.chance.random() < 0.3:
            self.line(indent, f"{name} = bool({self.boolean(scope, 2)})")
            return replace(scope, booleans=(*scope.booleans, name))
        if self.chance.random() < 0.4:
            self.line(indent, f"{name} = {self.integer(scope, 2)}")
            return replace(scope, integers=(*scope.integers, name))
        self.line(indent, f"{name}: Value = {self.value(scope, 2)}")
        return replace(scope, integers=(*scope.integers, name), settable=(*scope.settable, name))

    def _set(self, scope: Scope, indent: str) -> None:
        if not scope.settable:
            return self._store(scope, indent)
        self.line(indent, f"{self.chance.choice(scope.settable)} = {self.value(scope, 2)}")

    def _store(self, scope: Scope, indent: str) -> None:
        if self.chance.random() < 0.2:
            self.line(indent, f"flag = bool({self.boolean(scope, 2)})")
        else:
            self.line(indent, f"{self.chance.choice('gh')} = {self.value(scope, 3)}")

    def _element(self, scope: Scope, indent: str) -> None:
        if self.chance.random() < 0.2:
            self.line(indent, f"b[{self.chance.randint(0, 1)}] = bool({self.boolean(scope, 2)})")
        else:
            self.line(indent, f"a[{self.index(scope)}] = {self.value(scope, 2)}")

    def _augment(self, scope: Scope, indent: str) -> None:
        targets = ["g", "h", f"a[{self.index(scope)}]", *scope.settable]
        target = self.chance.choice(targets)
        operator = self.chance.choice((*_ARITHMETIC, "//", "%", "<<", ">>"))
        operand = self.integer(scope, 1)
        if operator in ("//", "%"):
            operand = str(self.chance.randint(1, 7)) if self.chance.random() < 0.9 else "h"
        elif operator in ("<<", ">>"):
            operand = str(self.chance.randint(0, 2))
        self.line(indent, f"{target} {operator}= {operand}")

    def _other(self, scope: Scope, indent: str) -> None:
        """Enumerations and flags."""
        member = self.chance.choice("ABC")
        self.line(
            indent,
            self.chance.choice(
                (
                    f"hue = Colour.{self.chance.choice(('RED', 'GREEN', 'BLUE'))}",
                    f"hue = Colour.RED if {self.boolean(scope, 1)} else hue",
                    f"bits |= Bits.{member}",
                    f"bits &= ~Bits.{member}",
                    f"bits ^= Bits.{member} | Bits.A",
                    "bits = Bits(0)",
                )
            ),
        )

    def _if(self, scope: Scope, indent: str) -> None:
        inner = replace(scope, depth=scope.depth + 1)
        self.line(indent, f"if {self.boolean(scope, 2)}:")
        self.body(inner, indent + "    ", self.chance.randint(1, 3))
        if self.chance.random() < 0.3:
            self.line(indent, f"elif {self.boolean(scope, 2)}:")
            self.body(inner, indent + "    ", self.chance.randint(1, 2))
        if self.chance.random() < 0.5:
            self.line(indent, "else:")
            self.body(inner, indent + "    ", self.chance.randint(1, 3))

    def _for(self, scope: Scope, indent: str) -> None:
        pure = scope if scope.atomic else replace(scope, shared=False)
        pure = replace(pure, effects=False)
        name = self.fresh("i")
        kind = self.chance.randint(0, 4)
        inner = replace(scope, depth=scope.depth + 1, loop=True)
        if kind == 0:
            self.line(indent, f"for {name} in Colour:")
            self.line(indent, f"    if hue != {name}:")
            self.line(indent, f"        hue = {name}")
        elif kind == 1:
            values = [self.integer(pure, 1) for _ in range(self.chance.randint(1, 3))]
            self.line(indent, f"for {name} in ({', '.join(values)},):")
            inner = replace(inner, integers=(*scope.integers, name))
        else:
            low = self.chance.choice(("", "", f"{self.chance.randint(-1, 2)}, ", f"({self.integer(pure, 1)}) % 3, "))
            high = self.chance.choice((str(self.chance.randint(1, 3)), f"({self.integer(pure, 1)}) % 4"))
            self.line(indent, f"for {name} in range({low}{high}):")
            inner = replace(inner, integers=(*scope.integers, name))
        self.body(inner, indent + "    ", self.chance.randint(1, 3))

    def _while(self, scope: Scope, indent: str) -> None:
        self.while_loops += 1
        name = self.fresh("n")
        turns = self.chance.randint(1, 3)
        self.line(indent, f"{name}: Turns = 0")
        inner = replace(scope, integers=(*scope.integers, name), depth=scope.depth + 1, loop=True)
        more = self.chance.choice(("", f" and {self.boolean(inner, 1)}"))
        self.line(indent, f"while {name} < {turns}{more}:")
        self.line(indent, f"    {name} += 1")
        if self.chance.random() < 0.7:
            self.line(indent, "    g = h")
        self.body(inner, indent + "    ", self.chance.randint(1, 3))

    def _leave(self, scope: Scope, indent: str) -> None:
        self.line(indent, f"if {self.boolean(scope, 1)}:")
        self.line(indent, f"    {self.chance.choice(('break', 'continue'))}")

    def _return(self, scope: Scope, indent: str) -> None:
        self.line(indent, f"if {self.boolean(scope, 1)}:")
        self.line(indent, f"    return {self.result_of(scope.result, scope) if scope.result not in ('', 'None') else ''}")

    def _demand(self, scope: Scope, indent: str) -> None:
        """A `require` or `check`. Inside `atomic` what stands before it would be undone, which Python does not do."""
        if scope.atomic or scope.result:
            return self._store(scope, indent)
        test = f"{self.boolean(replace(scope, effects=False), 1)} or g != {self.chance.randint(0, 9)}"
        self.line(indent, self.chance.choice((f"require({test})", f'check({test}, rule, "g is {{g}}")')))

    def _atomic(self, scope: Scope, indent: str) -> None:
        self.line(indent, 'with atomic("test"):')
        self.body(replace(scope, atomic=True, depth=scope.depth + 1), indent + "    ", self.chance.randint(1, 3))

    def _call(self, scope: Scope, indent: str) -> None:
        callees = [c for c in self.callable(scope) if c.name.startswith("r")]
        if not callees:
            return self._store(scope, indent)
        self.line(indent, self.called(self.chance.choice(callees), scope, 1))

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
            return f"({self.integer(scope, inner)} {self.chance.choice(_ARITHMETIC)} {self.integer(scope, inner)})"
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


def random_program(chance: random.Random, at_once: bool = False) -> str:
    """The text of a random program: its routine `main` is what runs, and something else has to start it."""
    return Writer(chance, at_once).module()
