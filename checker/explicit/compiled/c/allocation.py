# SPDX-License-Identifier: GPL-2.0-only
"""Which free instances an allocation may return, in C: the same as ir/naming.py looks for in a packed state."""

from __future__ import annotations

from collections.abc import Iterator

from checker.explicit.compiled.c.expressions import ExpressionWriter, Raisers, Unsupported
from checker.ir import system as ir
from checker.ir.layout import Layout
from checker.ir.system import Naming

MOST = 62
"""Instances of a record whose bits fit into a word, with one for NULL."""


def allocation_functions(system: ir.System, layout: Layout) -> Iterator[str]:
    """For each record of which a transition may allocate one of several instances, the function free_RECORD: those that it may
    return, a bit each. free: the free ones, at least two. base: of the frame that steps, -1 for an action. named: those that the
    transition holds, with NULL as bit 0 and the first instance as bit 1."""
    for record, naming in system.names.items():
        count = system.arenas[record].instances
        if count > MOST:
            raise Unsupported(f"{count} instances of {record} can be freed and named, {MOST} fit")
        yield from _Writer(system, layout, naming).function()


class _Writer(ExpressionWriter):
    def __init__(self, system: ir.System, layout: Layout, naming: Naming) -> None:
        super().__init__(system, layout, Raisers(system))
        self.state = "n"
        self.naming = naming
        self.count, self.alignment, _ = system.arenas[naming.record]

    def name(self, reference: str) -> str:
        return f"named |= (word)1 << ({reference}) / {self.alignment};"

    def function(self) -> Iterator[str]:
        record = self.naming.record
        if not self.naming.alike:
            yield from self.alike()
        yield f"static word free_{record}(const word *n, word free, unsigned base, word named)"
        yield "{"
        if self.naming.always:
            yield f"\tnamed |= {hex(sum(2 << index for index in self.naming.always))}UL;"
        for variable in self.naming.cells:
            yield from self.cells(variable)
        if self.naming.locals:
            yield from self.locals_of_frames()
        if self.naming.framed:
            frames = self.layout.frames[record]
            mask = hex((1 << self.layout.location_width) - 1)
            yield f"\tfor (unsigned i = 0; i < {self.count}; i++)"
            yield f"\t\tif (get(n, {frames.offset} + i * {frames.stride}, {mask})) named |= (word)2 << i;"
        yield "\tnamed >>= 1;"
        yield "\tword found = free & named, rest = free & ~named;"
        if self.naming.alike:
            yield "\treturn found | (rest & -rest);"
        else:
            yield f"\tfor (int i = 0; i < {self.count}; i++) {{"
            yield "\t\tint first = rest >> i & 1;"
            yield f"\t\tfor (int j = 0; first && j < i; j++) first = !(rest >> j & 1 && alike_{record}(n, i, j));"
            yield "\t\tfound |= (word)first << i;"
            yield "\t}"
            yield "\treturn found;"
        yield "}"

    def cells(self, name: str) -> Iterator[str]:
        variable, layout = self.system.variables[name], self.layout.cells[name]
        cells = len(variable.initial)
        yield f"\tfor (int i = 0; i < {cells}; i++)"
        allocator = self.layout.cells.get(f"{variable.record}.allocated")
        if allocator is not None:
            count = variable.dimensions[0]
            yield f"\t\tif ({self.cell(allocator.offset, count, 1, f'(i / {cells // count})')})"
        yield f"\t\t{self.name(self.cell(layout.offset, cells, layout.width, 'i'))}"

    def locals_of_frames(self) -> Iterator[str]:
        mask = hex((1 << self.layout.location_width) - 1)
        for owner in self.system.owners.values():
            frames = self.layout.frames[owner.record]
            end = frames.offset + owner.count * frames.stride
            yield f"\tfor (unsigned at = {frames.offset}; at < {end}; at += {frames.width}) {{"
            yield "\t\tif (at == base) continue;"
            yield f"\t\tswitch (get(n, at, {mask})) {{"
            for number, found in self.naming.locals.items():
                procedure = self.system.location(number).procedure
                places = [self.layout.result if local == ir.RESULT else self.layout.locals[procedure, local] for local in found]
                named = " ".join(self.name(self.bits_at(f"at + {offset}", width)) for offset, width, _ in places)
                yield f"\t\tcase {number}: {named} break;"
            yield "\t\t}"
            yield "\t}"

    def alike(self) -> Iterator[str]:
        """Whether nothing but names can tell two instances apart."""
        record = self.naming.record
        yield f"static int alike_{record}(const word *n, int i, int j)"
        yield "{"
        yield f"\tstatic const unsigned kind[] = {{{', '.join(map(str, self.naming.kinds))}}};"
        yield "\tif (kind[i] != kind[j]) return 0;"
        for number, (name, cells) in enumerate(self.naming.apart):
            layout = self.layout.cells[name]
            total, each = len(self.system.variables[name].initial), len(cells[0])
            rows = ", ".join("{" + ", ".join(map(str, row)) + "}" for row in cells)
            yield f"\tstatic const unsigned cells_{number}[][{each}] = {{{rows}}};"
            one = self.cell(layout.offset, total, layout.width, f"cells_{number}[i][k]")
            other = self.cell(layout.offset, total, layout.width, f"cells_{number}[j][k]")
            yield f"\tfor (int k = 0; k < {each}; k++) if ({one} != {other}) return 0;"
        yield "\treturn 1;"
        yield "}"
