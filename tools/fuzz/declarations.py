# SPDX-License-Identifier: GPL-2.0-only
"""What a random degenerate model declares, and expressions over that."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

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

TYPES = "\n".join(
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
class Declarations:
    """Writes the declarations of one model, and expressions. chance: decides everything."""

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
