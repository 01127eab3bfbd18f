# SPDX-License-Identifier: GPL-2.0-only
"""A system with its conditions on runs -> the C source that explores its graph: the compiled engine's steps and actions, with the
facts of each transition, between prelude.h and the files of this folder that never change.

Transitions are tried in the order of the portable engine, so that nodes, transitions and labels are the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checker.explicit.compiled.c import generate as search
from checker.explicit.compiled.c.allocation import allocation_functions
from checker.explicit.compiled.c.expressions import ExpressionWriter, Unsupported, Written
from checker.explicit.compiled.c.generate import SourceWriter
from checker.explicit.compiled.c.instructions import FunctionWriter
from checker.explicit.compiled.c.selection import Selected
from checker.explicit.compiled.c.shared import declarations
from checker.explicit.liveness.compiled.shared import graph_declarations
from checker.explicit.liveness.run_conditions import OTHER_THAN_INTERRUPTS, Condition, RunConditions, Sense
from checker.explicit.step.transitions import Transitions, chooses
from checker.ir import system as ir

HERE = Path(__file__).parent
SEARCH = Path(search.__file__).parent
GRAPH = ("graph.c", "explore.c", "components.c", "ways.c", "answers.c")
MOST_CALLS = 64
"""Routines of which conditions on runs ask whether a step calls them."""


@dataclass(frozen=True)
class GeneratedGraph:
    """C source. words: of a state. pairs, demands: bits of facts."""

    source: str
    words: int
    pairs: int
    demands: int


def generate_graph(transitions: Transitions, conditions: RunConditions) -> GeneratedGraph:
    """The C source that explores a system that was lowered for liveness. Unsupported where C cannot hold it."""
    return _GraphWriter(transitions, conditions).generate_graph()


class _GraphWriter(SourceWriter):
    def __init__(self, transitions: Transitions, conditions: RunConditions) -> None:
        super().__init__(transitions, None, False)
        self.conditions = conditions
        self.pairs = max(conditions.pairs, 1)
        self.demands = max(conditions.holding, 1)
        self.calls: dict[str, int] = {}

    def generate_graph(self) -> GeneratedGraph:
        self.out += allocation_functions(self.system, self.layout)
        for location in self.system.locations:
            self.step(location)
        actions = [(instance, self.action(number, instance)) for number, instance in enumerate(self._instances())]
        facts = list(self.facts())
        if len(self.calls) > MOST_CALLS:
            raise Unsupported(f"conditions on runs ask for calls of {len(self.calls)} routines, {MOST_CALLS} fit")
        body = [*self.out, *self.dispatch(), *facts, *self.expand(actions)]
        body = [*self.tables(), *body]
        source = "\n".join(
            [
                "/* Made by stackproof from the model; do not edit. */",
                "#define _GNU_SOURCE",
                *self.constants(),
                *declarations(),
                *graph_declarations(),
                (SEARCH / "prelude.h").read_text(encoding="utf-8"),
                (SEARCH / "hash.c").read_text(encoding="utf-8"),
                (HERE / "graph.h").read_text(encoding="utf-8"),
                *body,
                *((HERE / part).read_text(encoding="utf-8") for part in GRAPH),
            ]
        )
        return GeneratedGraph(source, self.words, self.pairs, self.demands)

    def constants(self) -> Iterator[str]:
        yield from super().constants()
        processors = self.conditions.count
        yield f"#define PAIR_WORDS {-(-self.pairs // 64)}"
        yield f"#define DEMAND_WORDS {-(-self.demands // 64)}"
        yield f"#define PROCESSORS {processors}"

    def writer(self, steps: bool = False) -> FunctionWriter:
        return _StepWriter(self, steps)

    def call_number(self, routine: str) -> int:
        return self.calls.setdefault(routine, len(self.calls))

    # -- facts --

    def facts(self) -> Iterator[str]:
        """What conditions say: `decide` in a state whose next step calls nothing, `decide_step` where that asks for calls."""
        yield (HERE / "conditions.h").read_text(encoding="utf-8")
        conditions = self.conditions.conditions
        for number, condition in enumerate(conditions):
            writer = _ConditionWriter(self)
            yield f"static int condition_{number}(const word *s)"
            yield "{"
            yield f"\treturn {writer.code(condition.body)} ? POSSIBLE : NOT_POSSIBLE;"
            yield "}"
        yield from self._decision("decide", list(enumerate(conditions)))
        yield from self._decision("decide_step", [(n, c) for n, c in enumerate(conditions) if c.asks])
        yield from _bits("always_given", self.conditions.always, self.pairs)
        for name, bits, size in zip(("given", "met", "holds"), self.conditions.unasked, self._sizes(), strict=True):
            yield from _bits(f"unasked_{name}", bits, size)
        other = OTHER_THAN_INTERRUPTS
        extra = [0, other, *(other | self.conditions.steps(index) for index in range(self.conditions.count))]
        rows = ", ".join(_words(bits, self.pairs) for bits in extra)
        yield "/* The pairs that a transition meets, whatever else is so: by kind. */"
        yield f"static const word kind_met[2 + PROCESSORS][PAIR_WORDS] = {{{rows}}};"

    def _sizes(self) -> tuple[int, int, int]:
        return self.pairs, self.pairs, self.demands

    def _decision(self, name: str, conditions: list[tuple[int, Condition]]) -> Iterator[str]:
        yield "/* 0 where a condition cannot be evaluated. */"
        yield f"static int {name}(const word *s, struct facts *f)"
        yield "{"
        yield "\tint r;"
        for number, condition in conditions:
            yield f"\tr = {_judged(condition.sense)}(condition_{number}(s));"
            yield "\tif (UNLIKELY(r < 0)) return 0;"
            yield f"\tif (r) {{ {' '.join(self._setting(condition))} }}"
        yield "\treturn 1;"
        yield "}"

    @staticmethod
    def _setting(condition: Condition) -> Iterator[str]:
        for name, bits in zip(("given", "met", "holds"), condition.bits, strict=True):
            for word in range(-(-bits.bit_length() // 64)):
                part = bits >> 64 * word & (1 << 64) - 1
                if part:
                    yield f"f->{name}[{word}] |= {hex(part)}UL;"

    # -- transitions --

    def expand(self, actions: list[tuple[Selected, str]]) -> Iterator[str]:
        """All transitions of a state, each told with its kind."""
        yield "static void expand(struct worker *w, const word *s)"
        yield "{"
        yield "\tint r;"
        yield "\tstruct tape tape;"
        if self.conditions.count:
            yield "\tunsigned base;"
            yield "\tint location, depth, owner;"
        for index in range(self.conditions.count):
            yield from self._processor(index)
        reader = self.writer()
        for cell, together in itertools.groupby(actions, key=lambda entry: entry[0].cell):
            instances = list(together)
            if cell is None:
                yield from ("\t" + self._trying(instance, name) for instance, name in instances)
                continue
            yield f"\tswitch ({reader.bits(*cell)}) {{"
            for number in range(1 << cell[1]):
                here = [self._trying(instance, name) for instance, name in instances if number in instance.possible]
                if here:
                    yield f"\tcase {number}:"
                    yield from (f"\t\t{line}" for line in here)
                    yield "\t\tbreak;"
            yield "\t}"
        yield "}"
        yield ""

    def _processor(self, index: int) -> Iterator[str]:
        """The step of a processor, and its context: 0 for code of the owner that it executes, else 1 + the depth of its own
        frame."""
        processors = self.system.processors
        assert processors is not None
        reference = (index + 1) * self.conditions.alignment
        first = self.conditions.context(index, 0).bit_length() - 1
        level = "0"
        if processors.record in self.layout.frames:
            frames = self.layout.frames[processors.record]
            level = f"(base - {frames.base(index, 0)}u < {frames.stride}u ? 1 + depth : 0)"
        call = f"(called = 0, step(location, s, next_entry(w), &tape, {reference}, base, depth, owner))"
        yield f"\tif ((location = processor_{index}(s, &base, &depth, &owner))) {{"
        yield f"\t\tbegin_step(w, {index}, {reference}, {first} + {level});"
        yield f"\t\tif (chooses[location]) EACH({call}, 1);"
        yield f"\t\telse TRY({call}, 1);"
        yield "\t\tend_step(w);"
        yield "\t}"

    @staticmethod
    def _trying(instance: Selected, name: str) -> str:
        how = "EACH" if chooses(instance.body) else "TRY"
        return f"{how}({name}(s, next_entry(w), &tape), {int(not instance.action.interrupt)});"


class _StepWriter(FunctionWriter):
    """Steps and actions that note what they call. Lines that were reached are the search's affair."""

    def __init__(self, graph: _GraphWriter, steps: bool) -> None:
        super().__init__(graph.system, graph.layout, graph.raisers, graph.covers, steps)
        self.graph = graph

    def instruction(self, i: ir.Instruction, depth: int) -> None:
        match i:
            case ir.Called(routine):
                self.line(depth, f"called |= {hex(1 << self.graph.call_number(routine))}UL;")
            case ir.Cover():
                pass
            case _:
                super().instruction(i, depth)


class _ConditionWriter(ExpressionWriter):
    """Conditions on a state and the step that follows."""

    def __init__(self, graph: _GraphWriter) -> None:
        super().__init__(graph.system, graph.layout, graph.raisers)
        self.graph = graph

    def expression(self, e: ir.Expression) -> Written:
        if not isinstance(e, ir.Calls):
            return super().expression(e)
        number = self.graph.call_number(e.routine)
        return Written(f"(stepping == {self.code(e.processor)} && called >> {number} & 1)", 0, 1)


def _judged(sense: Sense) -> str:
    return {Sense.STRICT: "strictly", Sense.LENIENT: "leniently", Sense.FAILING: "failing"}[sense]


def _words(bits: int, size: int) -> str:
    return "{" + ", ".join(f"{hex(bits >> 64 * word & (1 << 64) - 1)}UL" for word in range(-(-size // 64))) + "}"


def _bits(name: str, bits: int, size: int) -> Iterator[str]:
    yield f"static const word {name}[] = {_words(bits, size)};"
