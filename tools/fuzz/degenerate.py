# SPDX-License-Identifier: GPL-2.0-only
"""Random models in which things are missing: records that nothing uses, frames that nothing pushes, cells with one value, one
instance, no instance of anything, events that are off, no actions, no properties, references that are wide or narrow.

Nothing here is likely in a model of a protocol. But each is allowed, and each makes some table of an engine empty or some field of a state 0 bits wide.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.support.random.random_systems import NO_OUT_OF_RANGE

from .declarations import EVENTS, TYPES, Declarations, Record, Scope


@dataclass
class Writer(Declarations):
    """Writes one model."""

    def model(self) -> str:
        """The text, without imports."""
        chance = self.chance
        self.lines.append(TYPES)
        self.declare_records()
        self.declare_variables()
        for name, how_often in (("no-wild-pointer", 0.7), ("no-deadlock", 0.5)):
            if chance.random() < how_often:
                self.lines.append(f'{name.replace("-", "_")} = demand("{name}", "test")')
        self.lines.append('failed = demand("failed", "test")')
        framed = [r for r in self.records if r.frames]
        if framed and chance.random() < 0.6:
            self.write_processor(framed)
        for number in range(chance.choice((0, 1, 1, 2, 2, 3))):
            self.write_action(number)
        if chance.random() < 0.8:
            self.write_initial()
        for number in range(chance.choice((0, 1, 1, 2))):
            self.write_invariant(number)
        if chance.random() < 0.3:
            self.lines.append(NO_OUT_OF_RANGE)
        return "\n".join([*self.lines, ""])

    # -- code --

    def heading(self) -> None:
        if self.globals:
            self.line(1, f"global {', '.join(self.globals)}")

    def statement(self, indent: int, scope: Scope) -> None:
        chance = self.chance
        kind = chance.random()
        if scope.code == "routine" and not scope.atomic and kind < 0.35:
            self.line(indent, 'with atomic("test"):')
            self.statement(indent + 1, Scope("routine", scope.names, True))
            return
        if kind < 0.5:
            self.assign(indent, scope)
        elif kind < 0.54 and scope.atomic and scope.code != "initial" and any(record.fields for record in self.records):
            record = chance.choice([record for record in self.records if record.fields])
            name = chance.choice(tuple(record.fields))
            index = "[0]" if name in record.arrays else ""
            self.line(indent, f"for each in every({record.name}):")
            self.line(indent + 1, f"each.{name}{index} = {self.first(record.fields[name])}")
        elif kind < 0.62 and scope.atomic:
            self.line(indent, f"if {self.condition(scope)}:")
            self.assign(indent + 1, scope)
        elif kind < 0.7 and scope.atomic and scope.code != "initial":
            self.line(indent, f'check({self.condition(scope)}, failed, "test")')
        elif kind < 0.76 and scope.atomic:
            self.line(indent, f"require({self.condition(scope)})")
        elif kind < 0.86 and scope.code != "initial" and any(record.allocated for record in self.records):
            record = chance.choice([record for record in self.records if record.allocated])
            pointers = self.pointers(scope, record.name, True)
            self.line(indent, f"free({chance.choice(pointers)})" if pointers else "pass")
        elif kind < 0.93 and scope.code in ("action", "initial"):
            self.enter(indent, scope)
        elif kind < 0.95 and scope.code != "initial":
            self.line(indent, 'halt("test")')
        elif kind < 0.97 and scope.code == "routine" and not scope.atomic and "inner" in self.routines:
            self.call(indent, scope)
        else:
            self.assign(indent, scope)

    def call(self, indent: int, scope: Scope) -> None:
        self.number += 1
        type_ = self.routines["inner"]
        self.line(indent, "inner()" if type_ == "None" else f"v{self.number}: {type_} = inner()")
        if type_ != "None":
            scope.names[f"v{self.number}"] = type_

    def assign(self, indent: int, scope: Scope) -> None:
        type_ = self.type_name()
        places = [place for place in self.places(scope, type_.__eq__) if not place.startswith("processor")]
        if not places:
            self.line(indent, "pass")
        elif scope.code != "initial" and self.chance.random() < 0.15 and indent == 1:
            self.number += 1
            self.line(indent, f"v{self.number}: {type_} = {self.value(type_, scope)}")
            scope.names[f"v{self.number}"] = type_
        else:
            self.line(indent, f"{self.chance.choice(places)} = {self.value(type_, scope)}")

    def enter(self, indent: int, scope: Scope) -> None:
        owners = [record for record in self.records if record.frames and record.name in (self.processor, self.owner)]
        mains = [name for name in self.routines if name.startswith("main")]
        if not owners or not mains:
            self.line(indent, "pass")
            return
        record = self.chance.choice(owners)
        pointers = self.pointers(scope, record.name, True)
        if not pointers:
            self.line(indent, "pass")
            return
        pointer = self.chance.choice(pointers)
        if scope.code == "action" and self.chance.random() < 0.8:
            self.line(indent, f"require(not has_frames({pointer}))")
        self.line(indent, f"enter({pointer}, {self.chance.choice(mains)})")

    def write_processor(self, framed: list[Record]) -> None:
        chance = self.chance
        record, owner = chance.choice(self.records), chance.choice(framed)
        self.processor, self.owner = record.name, owner.name
        self.lines += ["@executes", f"def runs(me: {record.name}) -> {owner.name} | None:"]
        fields = [name for name, type_ in record.fields.items() if type_ == f"{owner.name} | None" and name not in record.arrays]
        options = ["return None", *(f"return me.{name}" for name in fields), *(f"return me.{name}" for name in fields)]
        if not owner.symmetric and not record.symmetric:
            options += [f"return instance({owner.name}, {chance.randrange(owner.count)})"]
        if owner.name == record.name:
            options += ["return me"]
        self.line(1, chance.choice(options))
        if chance.random() < 0.4:
            self.routines["inner"] = chance.choice(("None", "bool", "Zero", "Bit", "One"))
            self.lines += ["@routine(noinline=True)", f"def inner() -> {self.routines['inner']}:"]
            self.heading()
            self.assign(1, Scope("routine", {}, False, True))
            if self.routines["inner"] != "None":
                self.line(1, f"return {self.first(self.routines['inner'])}")
        for name in ("main", "main_too")[: chance.choice((1, 1, 1, 2))]:
            self.lines += ["@routine", f"def {name}() -> None:"]
            self.heading()
            scope = Scope("routine", {}, False, True)
            turns = int(chance.random() < 0.2)
            if turns:
                self.line(1, "while True:")
            for _ in range(chance.randint(1, 4)):
                self.statement(1 + turns, scope)
            if turns:
                self.line(2, 'with atomic("test"):')
                self.line(3, f"require({self.condition(Scope('routine', {}, True, False))})")
            elif "inner" in self.routines and chance.random() < 0.5:
                self.call(1, scope)
            self.routines[name] = "None"

    def write_action(self, number: int) -> None:
        chance = self.chance
        self.line(0, "@action(interrupt=True)" if chance.random() < 0.15 else "@action")
        scope = Scope("action")
        for letter in "ab"[: chance.choice((0, 0, 1, 1, 2))]:
            scope.names[letter] = chance.choice([*(r.name for r in self.records * 3), "Zero", "Bit", "bool", "One", "Two"])
        self.line(0, f"def act{number}({', '.join(f'{name}: {type_}' for name, type_ in scope.names.items())}) -> None:")
        self.heading()
        if chance.random() < 0.5:
            self.line(1, f"require({chance.choice(EVENTS).upper()})")
        if chance.random() < 0.6:
            self.line(1, f"require({self.condition(scope)})")
        if self.records and chance.random() < 0.15:
            record = chance.choice(self.records).name
            condition = self.condition(Scope("condition", {"x": record}, True, False))
            self.line(1, f"taken = first(x for x in every({record}) if {condition})")
            scope.names["taken"] = f"{record} | None"
        for _ in range(chance.randint(1, 3)):
            self.statement(1, scope)

    def write_initial(self) -> None:
        chance = self.chance
        self.lines += ["@initial", "def boot() -> None:"]
        self.heading()
        scope = Scope("initial", {}, True, True)
        begins = len(self.lines)
        for _ in range(chance.choice((0, 1, 2, 3))):
            self.statement(1, scope)
        guard = chance.choice((None, None, *EVENTS))
        if "main" in self.routines and chance.random() < 0.7:
            if guard:
                self.line(1, f"if {guard.upper()}:")
            self.enter(2 if guard else 1, scope)
        if len(self.lines) == begins or guard:
            self.line(1, "pass")

    def write_invariant(self, number: int) -> None:
        chance = self.chance
        scope = Scope("condition", {}, True, False)
        if chance.random() < 0.5:
            scope.names["a"] = chance.choice([*(record.name for record in self.records * 3), "Zero", "Bit", "One"])
        self.line(0, f'@invariant("rule-{number}", "test")')
        self.line(0, f"def rule{number}({', '.join(f'{name}: {type_}' for name, type_ in scope.names.items())}) -> bool:")
        self.line(1, '"""Test."""')
        self.line(1, f"return bool({self.condition(scope)})")


def degenerate(chance: random.Random) -> str:
    """The text of a random degenerate model, without its imports."""
    return Writer(chance).model()
