# SPDX-License-Identifier: GPL-2.0-only
"""Random routines, as the text of a module that is a model and ordinary Python at once."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.support.random.program_expressions import ARITHMETIC, Callee, Expressions, Scope
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


@dataclass
class Writer(Expressions):
    """Writes one program, as `Expressions` is told to."""

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
        operator = self.chance.choice((*ARITHMETIC, "//", "%", "<<", ">>"))
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


def random_program(chance: random.Random, at_once: bool = False) -> str:
    """The text of a random program: its routine `main` is what runs, and something else has to start it."""
    return Writer(chance, at_once).module()
