# SPDX-License-Identifier: GPL-2.0-only
"""Random small systems that free and allocate again what stale references still name, as model text.

Nothing in them tells one instance from another but references, so that allocations that return any free instance lead to the same,
up to an exchange of instances.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

PLACES = ("a", "b", "slots[0]", "slots[1]")


@dataclass
class Writer:
    """Writes one system. chance: decides everything."""

    chance: random.Random
    steps: bool = False
    marks: bool = False
    kinds: bool = False
    lines: list[str] = field(default_factory=list)
    serial: int = 0

    def system(self) -> str:
        """The whole text, without its imports."""
        chance = self.chance
        self.steps, self.marks, self.kinds = chance.random() < 0.5, chance.random() < 0.25, chance.random() < 0.2
        symmetric = chance.choice(("", ", symmetric=True"))
        self.lines += [
            "Bit = Annotated[int, Range(0, 1)]",
            'no_wild_pointer = demand("no-wild-pointer", "test")',
            'failed = demand("failed", "test")',
            *(['no_deadlock = demand("no-deadlock", "test")'] if chance.random() < 0.3 else []),
            f"@record(count={chance.choice((2, 3, 3))}, alignment=2, allocated=True{symmetric})",
            "class Node:",
            *(['    link: "Node | None" = None'] if chance.random() < 0.6 else ["    link: Bit = 0"]),
            "    mine: bool = False",
            *(["    kind: Bit = 0"] if self.kinds else []),
            "a: Node | None = None",
            "b: Node | None = None",
            "slots: Array[Node | None] = array(2)",
            *(["marks: Per[Node, bool] = per(Node, False)"] if self.marks else []),
        ]
        self.linked = '    link: "Node | None" = None' in self.lines
        if self.steps:
            self.lines += ["@record(count=2, frames=2)", "class Cpu:", "    word: Bit = 0", "@executes"]
            self.lines += ["def runs(cpu: Cpu) -> Cpu | None:", "    return None"]
            self.routine("helper")
            self.routine("main")
        for number in range(chance.randint(0, 2) if self.steps else chance.randint(2, 4)):
            self.action(number)
        self.boot()
        self.invariant()
        return "\n".join([*self.lines, ""])

    def line(self, indent: int, text: str) -> None:
        self.lines.append("    " * indent + text)

    def place(self, held: list[str]) -> str:
        """A reference that can be followed."""
        return self.chance.choice((*PLACES, *held, *held))

    def value(self, held: list[str]) -> str:
        """A reference to keep."""
        places = [*PLACES, *held, "None"] + ([f"{self.place(held)}.link"] if self.linked else [])
        place = self.chance.choice(places)
        if place not in ("None",) and self.chance.random() < 0.15:
            return f"reference(Node, address({place}) {self.chance.choice(('| 1', '& ~1'))})"
        return place

    def condition(self, held: list[str]) -> str:
        one, other = self.place(held), self.place(held)
        options = [f"{one} is {other}", f"{one} is None", f"{one} is not None", f"{one} is not None and is_allocated({one})"]
        options += [f"{one} is not None and {one}.mine"]
        if self.marks:
            options.append(f"{one} is not None and marks[{one}]")
        if self.kinds:
            options.append(f"{one} is not None and is_allocated({one}) and {one}.kind == 1")
        return self.chance.choice(options)

    def statement(self, indent: int, held: list[str], at_once: bool) -> None:
        chance = self.chance
        kind = chance.choice(("allocate", "allocate", "free", "free", "copy", "copy", "field", "local", "if", "check", "require"))
        if kind == "allocate":
            target = chance.choice(("a", "b", "slots[0]", "slots[1]", ""))
            if target:
                self.line(indent, f"{target} = allocate(Node)")
            else:
                self.serial += 1
                self.line(indent, f"v{self.serial} = allocate(Node)")
                held.append(f"v{self.serial}")
        elif kind == "free":
            place = self.place(held)
            test = f"require({place} is not None and address({place}) & 1 == 0 and is_allocated({place}))"
            if chance.random() < 0.8 and not at_once:
                self.line(indent, 'with atomic("test"):')
                self.line(indent + 1, test)
                self.line(indent + 1, f"free({place})")
                return
            if chance.random() < 0.8:
                self.line(indent, test)
            self.line(indent, f"free({place})")
        elif kind == "copy":
            self.line(indent, f"{chance.choice(PLACES)} = {self.value(held)}")
        elif kind == "field":
            place = self.place(held)
            options = [f"{place}.mine = True", f"{place}.mine = not {place}.mine"]
            if self.linked:
                options.append(f"{place}.link = {self.value(held)}")
            if self.marks:
                options.append(f"marks[{place}] = True")
            self.line(indent, chance.choice(options))
        elif kind == "local":
            self.serial += 1
            self.line(indent, f"v{self.serial} = {chance.choice(PLACES)}")
            held.append(f"v{self.serial}")
        elif kind == "if" and indent < 3:
            test = self.condition(held)
            if at_once:
                self.line(indent, f"if {test}:")
                self.statement(indent + 1, list(held), at_once)
            else:
                self.line(indent, 'with atomic("test"):')
                self.line(indent + 1, f"require({test})")
        elif kind == "check":
            test = self.condition(held)
            if held and chance.random() < 0.7:
                other = chance.choice((*PLACES, *held))
                test = f"{held[-1]} is {other} and {other} is not None"
            self.line(indent, f'check(not ({test}), failed, "test")')
        else:
            self.line(indent, f"require({self.condition(held)})")

    def body(self, indent: int, count: int, held: list[str], at_once: bool) -> None:
        self.lines.append("    " * indent + "global a, b")
        held = list(held)
        for _ in range(count):
            self.statement(indent, held, at_once)

    def routine(self, name: str) -> None:
        chance = self.chance
        noinline = "(noinline=True)" if name == "helper" and chance.random() < 0.6 else ""
        self.line(0, f"@routine{noinline}")
        if name == "helper":
            self.line(0, "def helper(p: Node | None) -> Node | None:")
            self.body(1, chance.randint(1, 2), ["p"], False)
            self.line(1, f"return {chance.choice(('p', 'a', 'None'))}")
            return
        self.line(0, "def main() -> None:")
        held: list[str] = []
        self.lines.append("    global a, b")
        for _ in range(chance.randint(1, 2)):
            self.statement(1, held, False)
        if chance.random() < 0.5:
            self.line(1, f"got = helper({chance.choice(PLACES)})")
            held.append("got")
        for _ in range(chance.randint(1, 2)):
            self.statement(1, held, False)

    def action(self, number: int) -> None:
        chance = self.chance
        parameter = chance.random() < 0.25
        self.line(0, "@action")
        self.line(0, f"def act{number}({'node: Node' if parameter else ''}) -> None:")
        held = ["node"] if parameter else []
        self.body(1, chance.randint(1, 3), held, True)

    def boot(self) -> None:
        chance = self.chance
        self.lines += ["@initial", "def boot() -> None:", "    global a, b"]
        first = chance.random() < 0.7
        if first:
            # A free instance below the others, which nothing names.
            self.line(1, "a = allocate(Node)")
        for place in PLACES[first:]:
            if chance.random() < 0.4:
                self.line(1, f"{place} = allocate(Node)")
                if self.kinds and chance.random() < 0.5:
                    self.line(1, f"{place}.kind = 1")
            elif chance.random() < 0.2:
                self.line(1, f"{place} = instance(Node, 1)")
        if first:
            self.line(1, "free(a)")
            self.line(1, f"a = {chance.choice(('None', 'None', 'b'))}")
        if self.steps:
            self.line(1, "enter(instance(Cpu, 0), main)")
            if chance.random() < 0.5:
                self.line(1, "enter(instance(Cpu, 1), main)")

    def invariant(self) -> None:
        self.line(0, '@invariant("apart", "test")')
        self.line(0, "def apart() -> bool:")
        self.line(1, '"""Test."""')
        test = self.condition([])
        self.line(1, f"return bool({self.condition([])} or not ({test}))" if self.chance.random() < 0.6 else "return True")


def random_allocations(chance: random.Random) -> str:
    """The text of a random system, without its imports."""
    return Writer(chance).system()
