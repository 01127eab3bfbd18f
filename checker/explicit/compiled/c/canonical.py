# SPDX-License-Identifier: GPL-2.0-only
"""The tables by which the compiled engine finds representatives: those of canonical.py, in C. canonical.c works on them.

Permutations are looped over, so that the size of the code does not depend on how many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from checker.explicit.compiled.c.expressions import ExpressionWriter, Raisers, Unsupported, comment
from checker.explicit.reduction.canonical import Canonical
from checker.ir.lowering.expression_code import allocator
from checker.ir.simplify import Specialiser

MOST_INSTANCES = 16
"""Tabled instances whose ranks fit into one word."""


def canonical_tables(canonical: Canonical, raisers: Raisers) -> Iterator[str]:
    """C source for one system's representatives. Unsupported where it does not fit."""
    fields, moves = canonical.fields, canonical.moves
    if len(canonical.instances) > MOST_INSTANCES:
        raise Unsupported(
            f"{len(canonical.instances)} instances take part in the symmetry, {MOST_INSTANCES} fit (--reduce pages)"
        )
    records = [*canonical.tabled, *canonical.unordered]
    yield f"#define FIELDS {len(fields)}"
    yield f"#define FIRST_FRAME {canonical.first_frame}"
    yield f"#define MOVES {len(moves)}"
    yield f"#define INSTANCES {len(canonical.instances)}"
    yield f"#define TABLED {len(canonical.tabled)}"
    yield f"#define UNORDERED {len(canonical.unordered)}"
    yield f"#define LOCATION_MASK {hex((1 << canonical.layout.location_width) - 1)}"
    largest = max([(canonical.system.arenas[r].instances + 1) * canonical.system.arenas[r].alignment for r in records], default=1)
    yield f"#define REFERENCES {largest}"
    yield f"#define MOST_PAGES {max([len(pages) for pages in canonical.pages.values()], default=1)}"
    yield "/* Of each field: the record it refers to, numbered as tabled and then unordered records; -1 for none. */"
    yield _table("signed char", "field_record", [records.index(f.record) if f.record is not None else -1 for f in fields])
    yield "/* Of each permutation: where the value of each field comes from; what references become; what takes each place. */"
    yield _table("unsigned short", "sources", [move.sources for move in moves])
    yield f"static const unsigned short moved_reference[MOVES][{max(1, len(canonical.tabled))}][REFERENCES] = {{"
    for move in moves:
        yield f"{{{', '.join('{' + _list(move.maps[record]) + '}' for record in canonical.tabled) or '{0}'}}},"
    yield "};"
    yield _table("unsigned char", "order", [move.order or (0,) for move in moves])
    yield from _signatures(canonical)
    yield from _locals(canonical, records)
    yield from _pages(canonical)
    yield from _packing(canonical)
    yield from _candidates(canonical, raisers)


def _list(values: Iterable[int]) -> str:
    return ", ".join(map(str, values))


def _table(kind: str, name: str, rows: Sequence[int] | Sequence[Sequence[int]]) -> str:
    """A C array, of one or two dimensions."""
    if rows and isinstance(rows[0], (tuple, list)):
        listed = [list(row) for row in rows if not isinstance(row, int)]
        width = max(1, max(len(row) for row in listed))
        text = ", ".join("{" + (_list(row) or "0") + "}" for row in listed)
        return f"static const {kind} {name}[][{width}] = {{{text}}};"
    numbers = [row for row in rows if isinstance(row, int)]
    return f"static const {kind} {name}[] = {{{_list(numbers) or '0'}}};"


def _signatures(canonical: Canonical) -> Iterator[str]:
    """Entries of signatures: field, and kind: 0 the value, -1 the location of a frame, else the alignment of a reference."""
    entries = [entry for signature in canonical.signatures for entry in signature]
    begins = [0]
    for signature in canonical.signatures:
        begins.append(begins[-1] + len(signature))
    yield "/* What of each tabled instance no permutation changes: fields, and how to look at them. */"
    yield _table("unsigned short", "signature_begin", begins)
    yield _table("unsigned short", "signature_field", [field for field, _ in entries])
    yield _table("int", "signature_kind", [kind for _, kind in entries])
    yield "/* The first instance of the record of each tabled instance. */"
    yield _table(
        "unsigned char",
        "record_begin",
        [next(n for n, other in enumerate(canonical.instances) if other[0] == record) for record, _ in canonical.instances],
    )


def _locals(canonical: Canonical, records: list[str]) -> Iterator[str]:
    begins, offsets, masks, of = [0], [], [], []
    for number in range(1 << canonical.layout.location_width):
        for offset, mask, record in canonical.locals.get(number, ()):
            offsets.append(offset)
            masks.append(mask)
            of.append(records.index(record))
        begins.append(len(offsets))
    yield "/* The references in the frames that stand at each location. */"
    yield _table("unsigned short", "local_begin", begins)
    yield _table("unsigned short", "local_offset", offsets)
    yield _table("unsigned", "local_mask", masks)
    yield _table("unsigned char", "local_record", of)
    yield f"#define LOCALS {len(offsets)}"


def _pages(canonical: Canonical) -> Iterator[str]:
    pages = [canonical.pages[record] for record in canonical.unordered]
    width = max([len(page.row) for group in pages for page in group], default=1) or 1
    yield "/* Of each unordered record: how many there are, their alignment, and the fields of each page. */"
    yield _table("unsigned short", "page_count", [len(group) for group in pages])
    yield _table(
        "unsigned short", "page_alignment", [canonical.system.arenas[record].alignment for record in canonical.unordered]
    )
    yield _table("unsigned short", "row_length", [len(group[0].row) for group in pages])
    yield f"static const unsigned short page_row[{max(1, len(pages))}][MOST_PAGES][{width}] = {{"
    for group in pages:
        yield "{" + ", ".join("{" + (_list(page.row) or "0") + "}" for page in group) + "},"
    yield "};" if pages else "{{0}}};"
    yield "/* The cells that refer to pages, and to which record. */"
    yield _table("unsigned short", "scanned_field", [number for number, _, _ in canonical.scanned])
    yield _table("unsigned char", "scanned_record", [canonical.unordered.index(record) for _, record, _ in canonical.scanned])
    yield f"#define SCANNED {len(canonical.scanned)}"
    yield "/* Of each unordered record: which of its fields says that it is allocated (-1: none); what dead fields count as. */"
    allocated, dead = [], []
    for record, group in zip(canonical.unordered, pages, strict=True):
        names = [canonical.fields[number].variable for number in group[0].row]
        own = allocator(record)
        allocated.append(names.index(own) if own in names else -1)
        values = []
        for name in names:
            if name is not None and name in canonical.symmetry.dead and name.startswith(f"{record}."):
                values.append(canonical.symmetry.dead[name] - canonical.system.variables[name].low)
            else:
                values.append(-1)
        dead.append(values or [-1])
    yield _table("short", "allocated_column", allocated)
    yield _table("long", "dead_value", dead or [[-1]])


def _packing(canonical: Canonical) -> Iterator[str]:
    reader = ExpressionWriter(canonical.system, canonical.layout, Raisers(canonical.system))
    if any(field.width > 64 for field in canonical.fields):
        raise Unsupported("a frame of the model needs more than 64 bits")
    yield "static void unpack(const word *s, word *v)"
    yield "{"
    yield from (f"\tv[{number}] = {reader.bits(f.offset, f.width)};" for number, f in enumerate(canonical.fields))
    yield "}"
    words = -(-canonical.layout.bits // 64)
    terms: list[list[str]] = [[] for _ in range(words + 1)]
    for number, field in enumerate(canonical.fields):
        word, shift = divmod(field.offset, 64)
        terms[word].append(f"v[{number}] << {shift}" if shift else f"v[{number}]")
        if shift + field.width > 64:
            terms[word + 1].append(f"v[{number}] >> {64 - shift}")
    yield "static void pack(const word *v, word *n)"
    yield "{"
    yield from (f"\tn[{word}] = {' | '.join(terms[word]) or '0'};" for word in range(words))
    yield "}"


def _candidates(canonical: Canonical, raisers: Raisers) -> Iterator[str]:
    """Whether what a step takes the lowest of could be distinguished: a function for each place, for each page."""
    system = canonical.system
    calls: list[str] = []
    for number, candidates in enumerate(canonical.symmetry.candidates):
        if candidates.record not in canonical.unordered:
            continue
        count, alignment, _ = system.arenas[candidates.record]
        record = canonical.unordered.index(candidates.record)
        yield comment(f"{candidates.position.file}:{candidates.position.line}: which {candidates.record} can be taken")
        for index in range(count):
            known = {candidates.local: (index + 1) * alignment}
            body = Specialiser(system.variables, system.arenas, known).expression(candidates.condition)
            writer = ExpressionWriter(system, canonical.layout, raisers)
            yield f"static int candidate_{number}_{index}(const word *s)"
            yield "{"
            yield f"\treturn {writer.code(body)} ? POSSIBLE : NOT_POSSIBLE;"
            yield "}"
        functions = ", ".join(f"candidate_{number}_{index}" for index in range(count))
        yield f"static int (*const candidate_{number}[])(const word *) = {{{functions}}};"
        calls.append(f"\tif (distinguished(s, v, met, {record}, candidate_{number})) return 1;")
    yield "static int distinguished(const word *s, const word *v, const unsigned char (*met)[MOST_PAGES], int record,"
    yield "\t\t      int (*const *candidate)(const word *));"
    yield f"#define CANDIDATES {len(calls)}"
    yield "static int any_distinguished(const word *s, const word *v, const unsigned char (*met)[MOST_PAGES])"
    yield "{"
    yield from calls
    yield "\treturn 0;"
    yield "}"
