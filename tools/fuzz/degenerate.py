# SPDX-License-Identifier: GPL-2.0-only
"""Random models in which things are missing: records that nothing uses, frames that nothing pushes, cells with one value, one
instance, no instance of anything, events that are off, no actions, no properties, references that are wide or narrow.

Nothing here is likely in a model of a protocol. But each is allowed, and each makes some table of an engine empty or some field of a state 0 bits wide.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.random.random_systems import NO_OUT_OF_RANGE

EVENTS = ("first", "second")
"""The events of the models; each is on in some."""

INTEGERS = {
    "Zero": (0, 0),
    "Five": (5, 5),
    "Less": (-2, -2),
    "Bit": (0, 1),
    "Tri": (-1, 1),
    "High": (6, 8),
    "Wide": (0, 1 << 40),
    "Widest": (-(1 << 61), 1 << 61),
}
FLAGS = {"NoFlag": ("Z",), "Flags": ("X", "Y")}
ENUMERATIONS = {"One": ("ONLY",), "Two": ("A", "B"), "Five_": ("A", "B", "C", "D", "E")}
"""Types by name: the range of each, or its members. Where flags have one only, it is never set."""

_TYPES = "\n".join(
    [
        *(f"{name} = Annotated[int, Range({low}, {high})]" for name, (low, high) in INTEGERS.items()),
        *(
            "\n".join([f"class {name}(Enum):", *(f"    {member} = {n + 3}" for n, member in enumerate(members))])
            for name, members in ENUMERATIONS.items()
        ),
        *(
            "\n".join([f"class {name}(IntFlag):", *(f"    {member} = {1 << 2 * n}" for n, member in enumerate(members))])
            for name, members in FLAGS.items()
        ),
        *(f'{name.upper()} = event("{name}", "test")' for name in EVENTS),
    ]
)


@dataclass(frozen=True)
class Record:
    """fields: name -> type, `R0 | None` for a reference; arrays: the names of those that are arrays, with their lengths."""

    name: str
    count: int
    alignment: int
    frames: int
    allocated: bool
    symmetric: bool
    fields: dict[str, str]
    arrays: dict[str, int]


@dataclass
class Scope:
    """What code may mention. names: locals, with their types. code: "routine", "action", "initial" or "condition"."""

    code: str
    names: dict[str, str] = field(default_factory=dict)
    atomic: bool = True
    free: bool = True
    """Whether `choose` and `allocate` may stand here."""


@dataclass
class Writer:
    """Writes one model. chance: decides everything."""

    chance: random.Random
    lines: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    globals: dict[str, str] = field(default_factory=dict)
    arrays: dict[str, tuple[str, int]] = field(default_factory=dict)
    pers: dict[str, tuple[str, str]] = field(default_factory=dict)
    inner: dict[str, int] = field(default_factory=dict)
    routines: dict[str, str] = field(default_factory=dict)
    processor: str = ""
    owner: str = ""
    number: int = 0

    def model(self) -> str:
        """The text, without imports."""
        chance = self.chance
        self.lines.append(_TYPES)
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

    def line(self, indent: int, text: str) -> None:
        self.lines.append("    " * indent + text)

    # -- declarations --

    def type_name(self) -> str:
        chance = self.chance
        references = [f"{record.name} | None" for record in self.records] or ["bool"]
        options = [
            chance.choice(("Zero", "Five", "Less", "One")),
            chance.choice(tuple(INTEGERS)),
            chance.choice(tuple(ENUMERATIONS)),
            chance.choice(tuple(FLAGS)),
        ]
        return chance.choice([*options, "Bit", "bool", "Two", *(chance.choice(references) for _ in range(4))])

    def declare_records(self) -> None:
        chance = self.chance
        for number in range(chance.choice((0, 1, 1, 2, 2, 3))):
            alignment = chance.choice((1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 64, 1024, 1 << 14, 1 << 15, 1 << 40))
            count = chance.choice((1, 1, 2, 2, 2, 3)) if alignment < 64 else chance.choice((1, 2, 3))
            record = Record(
                f"R{number}",
                count,
                alignment,
                chance.choice((0, 0, 1, 1, 2, 3)),
                chance.random() < 0.5,
                chance.random() < 0.65,
                {},
                {},
            )
            self.records.append(record)
        for record in self.records:
            for number in range(chance.choice((0, 0, 1, 1, 2, 3))):
                name = f"f{number}"
                record.fields[name] = self.type_name()
                if chance.random() < 0.2:
                    record.arrays[name] = chance.choice((1, 1, 2))
            options = [f"count={record.count}", f"alignment={record.alignment}"]
            options += [f"frames={record.frames}"] if record.frames else []
            options += ["allocated=True"] if record.allocated else []
            options += ["symmetric=True"] if record.symmetric else []
            self.lines += [f"@record({', '.join(options)})", f"class {record.name}:"]
            for name, type_ in record.fields.items():
                written = f'"{type_}"' if "|" in type_ else type_
                if name in record.arrays:
                    self.line(1, f"{name}: Array[{written}] = array({record.arrays[name]}, {self.first(type_)})")
                else:
                    self.line(1, f"{name}: {written} = {self.first(type_)}")
            if not record.fields:
                self.line(1, "pass")

    def declare_variables(self) -> None:
        chance = self.chance
        for number in range(chance.choice((0, 1, 2, 2, 3, 4))):
            name, type_ = f"g{number}", self.type_name()
            kind = chance.random()
            if kind < 0.15:
                self.arrays[name] = type_, chance.choice((1, 2, 2))
                self.line(0, f"{name}: Array[{type_}] = array({self.arrays[name][1]}, {self.first(type_)})")
            elif kind < 0.35 and self.records:
                self.pers[name] = type_, chance.choice(self.records).name
                record, first = self.pers[name][1], self.first(type_)
                if chance.random() < 0.3:
                    self.inner[name] = chance.choice((1, 2))
                    first, type_ = f"array({self.inner[name]}, {first})", f"Array[{type_}]"
                self.line(0, f"{name}: Per[{record}, {type_}] = per({record}, {first})")
            else:
                self.globals[name] = type_
                written = f"Ghost[{type_}]" if chance.random() < 0.1 else type_
                self.line(0, f"{name}: {written} = {self.first(type_)}")

    def first(self, type_: str) -> str:
        if type_ in INTEGERS:
            return str(self.chance.choice(INTEGERS[type_]))
        if type_ in FLAGS:
            members = FLAGS[type_] if len(FLAGS[type_]) > 1 else ()
            return self.chance.choice([f"{type_}(0)", *(f"{type_}.{member}" for member in members)])
        if type_ in ENUMERATIONS:
            return f"{type_}.{self.chance.choice(ENUMERATIONS[type_])}"
        return "None" if "|" in type_ else self.chance.choice(("True", "False"))

    # -- expressions --

    def record(self, name: str) -> Record:
        return next(record for record in self.records if record.name == name)

    def places(self, scope: Scope, accept: Callable[[str], bool], deep: bool = True) -> list[str]:
        """Where values of an accepted type stand."""
        found = [name for name, type_ in self.globals.items() if accept(type_)]
        for name, (type_, length) in self.arrays.items():
            if accept(type_):
                found.append(f"{name}[{self.chance.randrange(length)}]")
        for name, (type_, record) in self.pers.items():
            for pointer in self.pointers(scope, record, deep) if accept(type_) else ():
                found.append(
                    f"{name}[{pointer}]" + (f"[{self.chance.randrange(self.inner[name])}]" if name in self.inner else "")
                )
        for record in self.records:
            for name, type_ in record.fields.items():
                if accept(type_):
                    index = f"[{self.chance.randrange(record.arrays[name])}]" if name in record.arrays else ""
                    found += [f"{pointer}.{name}{index}" for pointer in self.pointers(scope, record.name, deep)]
        return found

    def pointers(self, scope: Scope, record: str, deep: bool) -> list[str]:
        """Expressions that refer to instances, or to nothing."""
        found = [name for name, type_ in scope.names.items() if type_ in (record, f"{record} | None")]
        if record == self.processor and scope.code == "routine":
            found.append(f"processor({record})")
        named = self.record(record)
        if not named.allocated if scope.code == "initial" else not named.symmetric:
            found += [f"instance({record}, {n})" for n in range(named.count)]
        if deep:
            found += self.places(scope, lambda type_: type_ == f"{record} | None", False)
        return found

    def value(self, type_: str, scope: Scope) -> str:
        """An expression of a type."""
        chance = self.chance
        if "|" in type_:
            return self.reference(type_.split(" ")[0], scope)
        options = [self.first(type_), self.first(type_)]
        options += [name for name, known in scope.names.items() if known == type_]
        if scope.atomic or chance.random() < 0.7:
            options += self.places(scope, type_.__eq__)[:6]
        if scope.free and scope.atomic and chance.random() < 0.15:
            if type_ in ENUMERATIONS:
                options.append(f"choose({type_})")
            else:
                options.append(f"choose(({self.first(type_)}, {self.first(type_)}))")
        if type_ == "bool" and scope.atomic and chance.random() < 0.5:
            options.append(f"bool({self.condition(scope)})")
        if type_ in INTEGERS and chance.random() < 0.2:
            low, high = INTEGERS[type_]
            options.append(f"({chance.choice(options)} + 1) % {min(high - low + 1, 1 << 20)} + {low}")
        if scope.atomic and scope.code != "condition" and chance.random() < 0.2:
            return f"{chance.choice(options)} if {self.condition(scope)} else {chance.choice(options)}"
        return chance.choice(options)

    def reference(self, name: str, scope: Scope) -> str:
        chance, record = self.chance, self.record(name)
        options = ["None", *self.pointers(scope, name, True)[:6]]
        if scope.free:
            options.append(f"choose(every({name}))")
            if record.allocated:
                options += [f"allocate({name})"] * 3
                if scope.atomic:
                    options.append(f"choose(x for x in every({name}) if is_allocated(x))")
        if record.alignment > 1 and len(options) > 1 and chance.random() < 0.25:
            pointer = chance.choice(self.pointers(scope, name, True) or ["None"])
            if pointer != "None":
                tag = record.alignment - 1 if chance.random() < 0.5 else 1
                options.append(f"reference({name}, address({pointer}) {chance.choice((f'| {tag}', f'^ {tag}', '& ~1'))})")
        return chance.choice(options)

    def condition(self, scope: Scope) -> str:
        chance = self.chance
        plain = Scope(scope.code, scope.names, scope.atomic, False)
        options: list[str] = []
        for _ in range(3):
            type_ = self.type_name()
            for place in self.places(plain, type_.__eq__)[:4]:
                if "|" in type_:
                    options += [f"{place} is None", f"{place} is not {self.reference(type_.split(' ')[0], plain)}"]
                elif type_ in INTEGERS:
                    options.append(f"{place} {chance.choice(('==', '<', '!=', '>='))} {self.first(type_)}")
                elif type_ == "bool":
                    options.append(place)
                else:
                    options.append(f"{place} == {self.first(type_)}")
        if self.records and scope.atomic:
            record = chance.choice(self.records)
            inner = Scope(scope.code, {**scope.names, "x": record.name}, True, False)
            if scope.names.get("x") is None:
                kind = chance.choice(("any", "all"))
                options.append(f"{kind}({self.condition(inner)} for x in every({record.name}))")
            for pointer in self.pointers(plain, record.name, True)[:2]:
                options += [f"is_allocated({pointer})"] * record.allocated
                if record.frames:
                    options.append(f"has_frames({pointer})")
                    options += [f"in_routine({pointer}, {routine})" for routine in self.routines]
        options += ["True", "False"] if chance.random() < 0.1 or not options else []
        found = chance.choice(options)
        if found.split(" ")[0] in ("True", "False") and len(options) > 2:
            found = chance.choice(options[:-2])
        if chance.random() < 0.2:
            return f"not ({found})"
        if chance.random() < 0.2 and not scope.names.get("x"):
            return f"({found}) {chance.choice(('and', 'or'))} ({chance.choice(options)})"
        return found

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
