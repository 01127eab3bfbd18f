# SPDX-License-Identifier: GPL-2.0-only
"""States of a system with any number of instances, as far as a formula looks at them.

A field is a function from instances to values. A formula has finitely many terms that name instances, and looks at a function
in finitely many places: each is a variable of its own, an *application*, and what is known of them is that the same function
gives the same value in the same place (`congruence`). Nothing is said of the instances that no term names. So what cannot be
satisfied here cannot be in any system, however many instances it has: the instances that the terms name are at most MOST, and
can be numbered from 1, as nothing but equality, NULL and tag bits is ever asked of a reference.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from checker.ir import system as ir
from checker.language import tree
from checker.symbolic.terms.integers import Integer, Integers
from checker.symbolic.terms.smtlib import quoted
from checker.symbolic.terms.terms import Term, Terms, Unsupported

MOST = 255
"""Instances of a symmetric record that a formula can name; the system was lowered for so many. (A record that is not symmetric
has the same few at all sizes, each with its number.)"""

Place = tuple[Integer, ...]
Heap = dict[str, tuple[tuple[Place, Integer], ...]]
"""What was written to functions since the state before the step, oldest first: [function] -> (place, value)."""


@dataclass(frozen=True)
class Function:
    """A field of the state. low, high: of its values. known: its value if it is the same everywhere forever. refers: the record
    that its values are references to; ANY: perhaps, to whichever."""

    name: str
    low: int
    high: int
    known: int | None
    refers: str | None


ANY = "any record"


@dataclass
class Ground:
    """One formula's terms. demands: what is known of what was made. instances:
    of each record, the references to those that were named."""

    system: ir.System
    functions: Mapping[str, Function]
    terms: Terms = field(default_factory=Terms)
    demands: list[Term] = field(default_factory=list)
    instances: dict[str, list[Integer]] = field(default_factory=dict)
    applications: dict[str, dict[tuple[Term, ...], tuple[Place, Integer]]] = field(default_factory=dict)
    serial: int = 0

    def __post_init__(self) -> None:
        self.integers = Integers(self.terms)
        self.seen: set[tuple[str, Term]] = set()
        self.introduced: dict[str, int] = {}
        self.nested = 0
        self.placeholders: dict[tuple[str, int], Integer] = {}
        self.quantifiers: dict[object, tuple[Integer, Term]] = {}

    def variable(self, what: str, low: int, high: int) -> Integer:
        """A value of which nothing is known but its bounds."""
        if low == high:
            return self.integers.constant(low)
        self.serial += 1
        most = high - low
        made = self.terms.variable(quoted(f"{self.serial} {what}"), 0 if most == 1 else most.bit_length())
        if made.width and most != (1 << made.width) - 1:
            above = self.terms.comparison("bvult", self.terms.constant(most, made.width), made)
            self.demands.append(self.terms.negation(above))
        return self.integers.unbiased(made, low, high)

    def boolean(self, what: str) -> Term:
        self.serial += 1
        return self.terms.variable(quoted(f"{self.serial} {what}"), 0)

    def instance(self, record: str, what: str) -> Integer:
        """A reference to some instance, without a tag."""
        count, alignment, _ = self.system.arenas[record]
        found = self.variable(what, 0, (count + 1) * alignment - 1)
        self.demands.append(self.is_instance(record, found))
        self.name(record, found)
        self.introduced[record] = self.introduced.get(record, 0) + 1
        return found

    def placeholder(self, record: str) -> Integer:
        """An instance that stands for any in the body of a quantifier: one for each depth of nesting. Nothing is said of it."""
        key = (record, self.nested)
        if key not in self.placeholders:
            count, alignment, _ = self.system.arenas[record]
            index = self.variable("placeholder", 0, count - 1)
            i = self.integers
            self.placeholders[key] = i.operation("*", [i.operation("+", [index, i.constant(1)]), i.constant(alignment)])
            self.introduced[record] = self.introduced.get(record, 0) + 1
        return self.placeholders[key]

    def is_instance(self, record: str, reference: Integer) -> Term:
        """Whether it is neither NULL nor tagged."""
        count, alignment, _ = self.system.arenas[record]
        i = self.integers
        fits = i.within(reference, alignment, count * alignment)
        if alignment > 1:
            fits = self.terms.conjunction(
                fits, self.terms.negation(i.truth(i.operation("%", [reference, i.constant(alignment)])))
            )
        return fits

    def name(self, record: str, reference: Integer) -> None:
        """Note a reference that names an instance, at least in some cases."""
        if (record, reference.term) not in self.seen:
            self.seen.add((record, reference.term))
            self.instances.setdefault(record, []).append(reference)

    def index(self, record: str, reference: Integer) -> Integer:
        """The place of an instance in functions; where the reference is to none, any number."""
        count, alignment, _ = self.system.arenas[record]
        i = self.integers
        found = i.operation("-", [i.operation("//", [reference, i.constant(alignment)]), i.constant(1)])
        return i.made(i.bits(found, max((count - 1).bit_length(), 1)), 0, count - 1)

    # -- functions --

    def load(self, heap: Heap, name: str, place: Place) -> Integer:
        """The value of a function after what was written."""
        function = self.functions[name]
        if function.known is not None:
            return self.integers.constant(function.known)
        found = self.application(function, place)
        for there, value in heap.get(name, ()):
            found = self.integers.conditional(self.same(place, there), value, found)
        return found

    def same(self, a: Place, b: Place) -> Term:
        return self.terms.conjunction(*(self.integers.equal(x, y) for x, y in zip(a, b, strict=True)))

    def application(self, function: Function, place: Place) -> Integer:
        made = self.applications.setdefault(function.name, {})
        key = tuple(part.term for part in place)
        if key not in made:
            made[key] = place, self.variable(function.name, function.low, function.high)
        return made[key][1]

    def congruence(self) -> list[Term]:
        """The same function gives the same value in the same place."""
        found: list[Term] = []
        for made in self.applications.values():
            for (a, x), (b, y) in itertools.combinations(made.values(), 2):
                same = self.same(a, b)
                if same is not self.terms.false:
                    found.append(self.terms.disjunction(self.terms.negation(same), self.integers.equal(x, y)))
        return found

    def named(self, record: str) -> int:
        """How many instances of a record the formula can name: what was introduced as one, and each value of a field that may
        be a reference to one."""
        found = self.introduced.get(record, 0)
        for name, made in self.applications.items():
            if self.functions[name].refers in (record, ANY):
                found += len(made)
        return found


def functions_of(system: ir.System, real: Sequence[ir.System]) -> dict[str, Function]:
    """The functions of a system that was lowered for any number of instances. real: the same at some sizes, which say what
    constants are."""
    found: dict[str, Function] = {}
    for variable in system.variables.values():
        known: int | None = None
        if variable.low == variable.high:
            known = variable.low
        elif variable.constant:
            values = {value for one in real for value in one.variables[variable.name].initial}
            known = values.pop() if len(values) == 1 else None
        found[variable.name] = Function(variable.name, variable.low, variable.high, known, _refers(variable.type))
    for owner in system.owners.values():
        for depth in range(owner.frames):
            name = frame_name(owner.record, depth)
            if name in found:
                raise Unsupported(f"`{name}` is how a proof names a frame; the field needs another name")
            found[name] = Function(name, 0, len(system.locations), None, None)
            for procedure in system.procedures.values():
                for local, (low, high) in procedure.locals.items():
                    key = local_name(owner.record, depth, procedure.name, local)
                    refers = ANY if local == ir.RESULT else _refers(procedure.types[local])
                    found[key] = Function(key, low, high, low if low == high else None, refers)
    return found


def _refers(type_: tree.Type) -> str | None:
    return type_.record if isinstance(type_, tree.ReferenceType) else None


def frame_name(record: str, depth: int) -> str:
    """The function for where a frame stands."""
    return f"{record}.frame{depth}"


def local_name(record: str, depth: int, procedure: str, local: str) -> str:
    """The function for a local of a frame; what a call returned has one for all procedures."""
    return f"{record}.frame{depth} {'' if local == ir.RESULT else procedure} {local}"
