# SPDX-License-Identifier: GPL-2.0-only
"""IR -> the C source of a search: steps, actions and invariants of one system, between prelude.h and what searches.

Every function names the place in the model that it was made from.
"""

from __future__ import annotations

import functools
import itertools
import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checker.explicit.compiled.c.agents import Agents
from checker.explicit.compiled.c.allocation import allocation_functions
from checker.explicit.compiled.c.canonical import canonical_tables
from checker.explicit.compiled.c.checkpoint import checkpoint_tables
from checker.explicit.compiled.c.expressions import ExpressionWriter, Raisers, Unsupported, comment, encoded, table_name
from checker.explicit.compiled.c.instructions import FunctionWriter
from checker.explicit.compiled.c.selection import Selected, select
from checker.explicit.compiled.c.shared import RaisedKind, declarations
from checker.explicit.reduction.canonical import Canonical
from checker.explicit.step.initial import initial_states
from checker.explicit.step.outcome import Cut, OutOfRange, Raised, Violated
from checker.explicit.step.transitions import Transitions, chooses
from checker.ir import system as ir
from checker.ir.analysis.footprint import Footprints
from checker.ir.simplify import Specialiser
from checker.language.raised import NO_DEADLOCK
from checker.language.tree import Position

HERE = Path(__file__).parent
ON_DISK = "disk.c"
"""Only a search whose states are in a file has it."""
SEARCH = (
    "hash.c",
    "rows.c",
    "table.c",
    ON_DISK,
    "pairs.c",
    "comparer.c",
    "memo.c",
    "passing.c",
    "exchange.c",
    "expand.c",
    "search.c",
)
WALKS = ("walks.c",)
STEP_PARAMETERS = "const word *s, word *n, struct tape *tape, value processor, unsigned base, int depth, int owner"
WIDEST_STATE = 64
"""Words of a state that the compiled engine takes."""


@dataclass(frozen=True)
class Generated:
    """C source, and what its numbers mean. partial_order: whether it has that reduction. raisers: each way to raise. invariants:
    (predicate, arguments) of each number. covers: the places that cover numbers stand for."""

    source: str
    words: int
    compact: bool
    disk: bool
    partial_order: bool
    raisers: tuple[Raised, ...]
    invariants: tuple[tuple[ir.Predicate, tuple[int, ...]], ...]
    covers: tuple[Position, ...]

    def shape(self, properties: int) -> tuple[int, int, int, int]:
        """What its library says of itself (search_shape, walks_shape). properties: of the system."""
        return self.words, properties, max(1, len(self.raisers)), max(1, len(self.covers))

    def unmarked(self) -> tuple[bytearray, bytearray]:
        """Marks, by their numbers, of raisers none of which has cut a path, and of places none of which was covered."""
        *_, raisers, covers = self.shape(0)
        return bytearray(raisers), bytearray(covers)


def generate_walks(transitions: Transitions) -> Generated:
    """The C source of random walks through a system, which know transitions in the same order as the portable ones. Unsupported
    where C cannot hold the system."""
    return SourceWriter(transitions, None, False, None).generate(WALKS)


def generate(
    transitions: Transitions,
    canonical: Canonical | None = None,
    compact: bool = False,
    agents: str | None = None,
    disk: bool = False,
) -> Generated:
    """The C source of a system's search, which tries transitions in the same order as the portable engine. canonical: the
    representatives to search over, None for the states themselves. compact: with hash compaction. agents: the record whose
    instances they are, for partial order; None without it. disk: with its states in a file. Unsupported where C cannot
    hold the system."""
    return SourceWriter(transitions, canonical, compact, agents, disk).generate(SEARCH)


class SourceWriter:
    """Writes the C of one system. What has another use for its transitions takes the parts that it needs."""

    def __init__(
        self, transitions: Transitions, canonical: Canonical | None, compact: bool, agents: str | None = None, disk: bool = False
    ) -> None:
        self.transitions = transitions
        self.canonical = canonical
        self.compact = compact
        self.disk = disk
        self.agents = Agents(transitions.system, agents)
        self.system = system = transitions.system
        self.layout = layout = transitions.layout
        self.words = -(-layout.bits // 64)
        if self.words > WIDEST_STATE:
            raise Unsupported(f"a state has {layout.bits:,} bits, the compiled engine takes {WIDEST_STATE * 64:,}")
        self.raisers = Raisers(system)
        self.covers = {position: number for number, position in enumerate(sorted(system.coverable))}
        self.records = list(system.owners)
        self.out: list[str] = []
        self.invariants: list[tuple[ir.Predicate, tuple[int, ...]]] = []

    def generate(self, parts: tuple[str, ...]) -> Generated:
        self.out += allocation_functions(self.system, self.layout)
        for location in self.system.locations:
            self.step(location)
        actions = [(instance, self.action(number, instance)) for number, instance in enumerate(self._instances())]
        check = self.check()
        body = [*self.out, *self.dispatch(), *self.expand(actions), *check]
        if self.canonical is not None:
            body += [*canonical_tables(self.canonical, self.raisers), (HERE / "canonical.c").read_text(encoding="utf-8")]
        body = [*self.tables(), *body, *self.agents.standing()]
        constants = self.constants()
        source = "\n".join(
            [
                "/* Made by stackproof from the model; do not edit. */",
                *constants,
                *declarations(),
                (HERE / "prelude.h").read_text(encoding="utf-8"),
                *body,
                *((HERE / part).read_text(encoding="utf-8") for part in parts if part != ON_DISK or self.disk),
                *(self.checkpoints() if parts == SEARCH and not self.disk else ()),
            ]
        )
        return Generated(
            source=source,
            words=self.words,
            compact=self.compact,
            disk=self.disk,
            partial_order=self.agents.record is not None,
            raisers=tuple(self.raisers.made),
            invariants=tuple(self.invariants),
            covers=tuple(self.covers),
        )

    def checkpoints(self) -> Iterator[str]:
        if not self.compact:
            yield from checkpoint_tables(self.system, self.layout, self.words)
        yield (HERE / "checkpoint.c").read_text(encoding="utf-8")

    # -- data --

    def constants(self) -> Iterator[str]:
        mark_word, mark_shift = divmod(self.layout.mark, 64)
        yield f"#define WORDS {self.words}"
        yield f"#define COMPACT {int(self.compact)}"
        yield f"#define DISK {int(self.disk)}"
        yield f"#define CANONICAL {int(self.canonical is not None)}"
        yield f"#define PARTIAL_ORDER {int(self.agents.record is not None)}"
        yield f"#define MARK {self.layout.mark}"
        yield f"#define LOCATION_BITS {self.layout.location_width}"
        yield f"#define PROPERTIES {len(self.system.properties)}"
        yield f"#define RAISERS {max(1, len(self.raisers.made))}"
        yield f"#define COVERS {max(1, len(self.covers))}"
        yield f"#define MOVERS {max(1, self.processors() + len(self.system.actions))}"
        yield f"#define NO_DEADLOCK {self._property(NO_DEADLOCK)}"
        if mark_shift + (self.layout.bits - self.layout.mark) <= 64:
            yield f"#define IS_MARKED(s) ((s)[{mark_word}] >> {mark_shift})"
        else:
            yield f"#define IS_MARKED(s) ((s)[{mark_word}] >> {mark_shift} | (s)[{mark_word + 1}])"

    def _property(self, name: str) -> int:
        return self.system.properties.index(name) if name in self.system.properties else -1

    def tables(self) -> Iterator[str]:
        firsts = dict.fromkeys(initial_states(self.system, self.layout))
        yield f"#define INITIALS {len(firsts)}"
        yield "static const word initials[INITIALS][WORDS + 1] = {"
        for first in firsts:
            words = ", ".join(f"{hex(first >> 64 * n & (1 << 64) - 1)}UL" for n in range(self.words))
            yield f"\t{{{words}}},"
        yield "};"
        kinds = ", ".join(str(int(self._kind(raised))) for raised in self.raisers.made) or "0"
        yield "/* Which property a raised outcome violates; MODEL_ERROR or CUT. */"
        yield f"static const short raised_kind[RAISERS] = {{{kinds}}};"
        for variable in self.system.variables.values():
            if variable.constant:
                values = ", ".join(map(str, variable.initial))
                yield f"static const value {table_name(variable.name)}[] = {{{values}}};"
        for routine, numbers in self.system.inside.items():
            marks = ", ".join(str(int(number in numbers)) for number in range(len(self.system.locations) + 1))
            yield f"static const unsigned char inside_{encoded(routine)}[] = {{{marks}}};"

    def _kind(self, raised: Raised) -> int:
        match raised:
            case Violated():
                return self._property(raised.property)
            case OutOfRange(wild=wild):
                return RaisedKind.WILD_MODEL_ERROR if wild else RaisedKind.MODEL_ERROR
            case Cut():
                return RaisedKind.CUT
        raise TypeError(raised)

    # -- transitions --

    def function(self, head: str, writer: FunctionWriter, text: str) -> None:
        """Put a finished function into the source."""
        self.out += [comment(text), head, "{"]
        if writer.declared:
            self.out.append(f"\tvalue {', '.join(writer.declared)};")
        self.out += [*writer.lines, "}", ""]

    def writer(self, steps: bool = False) -> FunctionWriter:
        return FunctionWriter(self.system, self.layout, self.raisers, self.covers, steps)

    def step(self, location: ir.Location) -> None:
        """The step from a location, in any frame, by any processor."""
        writer = self.writer(steps=True)
        for local in location.live:
            offset, width, low = self.layout.locals[location.procedure, local]
            if local == ir.RESULT:
                offset, width, low = self.layout.result
            high = low + (1 << width) - 1
            bits = writer.bits_at(f"base + {offset}", width) if width else "0"
            writer.assign(local, f"(value){bits}{f' + {low}' if low else ''}", low, high, 1)
        writer.block(location.body, 1)
        name = f"step_{location.number}"
        place = location.calls[-1].position
        self.function(f"static int {name}({STEP_PARAMETERS})", writer, f"{place.file}:{place.line} {location.calls[-1].routine}")

    def _instances(self) -> Iterator[Selected]:
        for action, arguments in self.transitions.actions():
            yield select(self.system, self.layout, action, arguments)

    def action(self, number: int, instance: Selected) -> str:
        writer = self.writer()
        writer.block(instance.body, 1)
        writer.changing(1)
        writer.line(1, "return POSSIBLE;")
        arguments = "_".join(map(str, instance.arguments))
        name = f"action_{number}_{re.sub(r'[^a-zA-Z0-9]', '_', instance.action.name)}_{arguments.replace('-', 'm')}"
        place = instance.action.position
        text = f"{place.file}:{place.line} {instance.action.name}({', '.join(map(str, instance.arguments))})"
        self.function(f"static int {name}(const word *s, word *n, struct tape *tape)", writer, text)
        return name

    def dispatch(self) -> Iterator[str]:
        """Which step a frame takes from where it stands."""
        if self.system.processors is None:
            return
        choosing = ", ".join(
            "0" if n == 0 else str(int(chooses(self.system.location(n).body))) for n in range(len(self.system.locations) + 1)
        )
        yield f"static const unsigned char chooses[] = {{{choosing}}};"
        yield f"static int step(int location, {STEP_PARAMETERS})"
        yield "{"
        yield "\tswitch (location) {"
        for location in self.system.locations:
            yield f"\tcase {location.number}: return step_{location.number}(s, n, tape, processor, base, depth, owner);"
        yield "\t}"
        yield "\treturn NOT_POSSIBLE;"
        yield "}"
        mask = hex((1 << self.layout.location_width) - 1)
        for record in self.records:
            frames = self.layout.frames[record]
            yield f"/* The location of the top frame of an instance of {record}, 0 if there is none, and where that frame is. */"
            yield f"static int top_{encoded(record)}(const word *s, value index, unsigned *base, int *depth)"
            yield "{"
            yield f"\tunsigned place = index * {frames.stride} + {frames.offset + (frames.frames - 1) * frames.width};"
            yield f"\tfor (*depth = {frames.frames - 1}; *depth >= 0; --*depth, place -= {frames.width}) {{"
            yield f"\t\tint location = get(s, place, {mask});"
            yield "\t\tif (location) {"
            yield "\t\t\t*base = place;"
            yield "\t\t\treturn location;"
            yield "\t\t}"
            yield "\t}"
            yield "\treturn 0;"
            yield "}"
        alignment = self.system.arenas[self.system.processors.record].alignment
        for index in range(self.system.arenas[self.system.processors.record].instances):
            yield from self.executes(index, (index + 1) * alignment)

    def executes(self, index: int, reference: int) -> Iterator[str]:
        """Which frame a processor steps."""
        processors = self.system.processors
        assert processors is not None
        known = {processors.local: reference}
        body = Specialiser(self.system.variables, self.system.arenas, known).expression(processors.executes)
        writer = self.writer()
        count, alignment, _ = self.system.arenas[processors.owner]
        yield f"static int executes_{index}(const word *s, value *found)"
        yield "{"
        code = writer.code(body)
        yield f"\t*found = {code};"
        yield "\treturn POSSIBLE;"
        yield "}"
        yield f"static int processor_{index}(const word *s, unsigned *base, int *depth, int *owner)"
        yield "{"
        yield "\tvalue reference;"
        if processors.record in self.layout.frames:
            yield f"\tint location = top_{encoded(processors.record)}(s, {index}, base, depth);"
            yield f"\t*owner = {self.records.index(processors.record)};"
            yield "\tif (location) return location;"
        yield f"\tif (executes_{index}(s, &reference) != POSSIBLE) return 0;"
        wrong = f"reference < {alignment} || reference > {count * alignment}"
        if alignment != 1:
            wrong += f" || reference % {alignment}"
        yield f"\tif ({wrong}) return 0;"
        yield f"\t*owner = {self.records.index(processors.owner)};"
        yield f"\treturn top_{encoded(processors.owner)}(s, reference / {alignment} - 1, base, depth);"
        yield "}"

    def expand(self, actions: list[tuple[Selected, str]]) -> Iterator[str]:
        """All transitions of a state."""
        yield "static void expand(struct worker *w, const word *s)"
        yield "{"
        yield "\tint r;"
        yield "\tstruct tape tape;"
        if self.system.processors is not None:
            alignment = self.system.arenas[self.system.processors.record].alignment
            yield "\tunsigned base;"
            yield "\tint location, depth, owner;"
            for index in range(self.processors()):
                call = f"step(location, s, next_entry(w), &tape, {(index + 1) * alignment}, base, depth, owner)"
                yield from self.agents.stepping(index)
                yield f"\tif ((location = processor_{index}(s, &base, &depth, &owner))) {{"
                yield f"\t\tfrom(w, {index});"
                yield f"\t\tif (chooses[location]) EACH({call}, 1);"
                yield f"\t\telse TRY({call}, 1);"
                yield "\t}"
        reader = self.writer()
        for cell, together in itertools.groupby(actions, key=lambda entry: entry[0].cell):
            instances = list(together)
            if cell is None:
                for instance, name in instances:
                    yield from self.agents.acting(instance)
                    yield "\t" + self._attempt(instance, name)
                continue
            offset, width = cell
            yield f"\tswitch ({reader.bits(offset, width)}) {{"
            for number in range(1 << width):
                here = [(instance, name) for instance, name in instances if number in instance.possible]
                if here:
                    yield f"\tcase {number}:"
                    for instance, name in here:
                        yield from self.agents.acting(instance)
                        yield "\t\t" + self._attempt(instance, name)
                    yield "\t\tbreak;"
            yield "\t}"
        yield "}"
        yield ""

    def processors(self) -> int:
        """How many processors there are."""
        return 0 if self.system.processors is None else self.system.arenas[self.system.processors.record].instances

    def _attempt(self, instance: Selected, name: str) -> str:
        how = "EACH" if chooses(instance.body) else "TRY"
        mover = self.processors() + self.system.actions.index(instance.action)
        return f"from(w, {mover}); {how}({name}(s, next_entry(w), &tape), {int(not instance.action.interrupt)});"

    # -- invariants --

    def check(self) -> list[str]:
        """Evaluate, in a new state, the invariants that read something which the last transition changed."""
        footprints = Footprints(self.system, self.layout)
        lines = ["static void check(struct worker *w, const word *s, const word *d, row_number index)", "{"]
        functions: list[str] = []
        for predicate in self.system.predicates:
            number = self._property(predicate.property)
            groups: list[tuple[int, list[str]]] = []
            for _, together in itertools.groupby(self._bindings(predicate), key=lambda arguments: arguments[:1]):
                union = 0
                inner: list[str] = []
                for arguments in together:
                    body = self._filled_in(predicate, arguments)
                    if isinstance(body, ir.Constant) and body.value:
                        continue
                    mask = footprints.reads(body)
                    union |= mask
                    functions += self._invariant(predicate, arguments, body)
                    judge = f"judged(w, holds_{len(self.invariants)}(s), {len(self.invariants)}, {number}, index);"
                    inner.append(f"if ({self._changed(mask)}) {judge}")
                    self.invariants.append((predicate, arguments))
                if inner:
                    groups.append((union, inner))
            if groups:
                everything = functools.reduce(operator.or_, (union for union, _ in groups))
                lines.append(f"\tif (is_open(w, {number}) && ({self._changed(everything)})) {{")
                for union, inner in groups:
                    lines += [f"\t\tif ({self._changed(union)}) {{", *(f"\t\t\t{line}" for line in inner), "\t\t}"]
                lines.append("\t}")
        return [*functions, *lines, "}", ""]

    @staticmethod
    def _bindings(predicate: ir.Predicate) -> Iterator[tuple[int, ...]]:
        return itertools.product(*(values for _, _, values in predicate.parameters))

    def _filled_in(self, predicate: ir.Predicate, arguments: tuple[int, ...]) -> ir.Expression:
        known = {local: value for (local, _, _), value in zip(predicate.parameters, arguments, strict=True)}
        return Specialiser(self.system.variables, self.system.arenas, known).expression(predicate.body)

    def _invariant(self, predicate: ir.Predicate, arguments: tuple[int, ...], body: ir.Expression) -> list[str]:
        """The function of one invariant, for one binding."""
        writer = ExpressionWriter(self.system, self.layout, self.raisers)
        place = predicate.position
        return [
            comment(f"{place.file}:{place.line} {predicate.name}({', '.join(map(str, arguments))})"),
            f"static int holds_{len(self.invariants)}(const word *s)",
            "{",
            f"\treturn {writer.code(body)} ? POSSIBLE : NOT_POSSIBLE;",
            "}",
        ]

    def _changed(self, mask: int) -> str:
        if not mask:
            return "d[WORDS]"
        parts = [(n, mask >> 64 * n & (1 << 64) - 1) for n in range(self.words)]
        return " || ".join(f"d[{n}] & {hex(part)}UL" for n, part in parts if part)
