# SPDX-License-Identifier: GPL-2.0-only
"""Which holders to count the instances of a record by (counting.py): guessed from samples. A bad guess makes a proof fail,
never a wrong one succeed. And how a guess reads."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from checker.ir import system as ir
from checker.symbolic.lemmas.features import Sampled
from checker.symbolic.lemmas.names import Names
from checker.symbolic.relation.counting import CELL, LOCAL, Counted, Holder

MOST_CELLS = 8
"""Variables, with one tag each, among which holders are looked for."""


def counted_text(system: ir.System, names: Names, counted: Counted) -> str:
    """How instances are counted, for a reader of the invariant."""
    record = counted.record
    count = system.arenas[record].instances
    parts: list[str] = []
    for holder in counted.holders:
        what = holder.name if holder.kind == CELL else f"{names.local(holder.procedure, holder.name)} of a {holder.owner}"
        tags = " or ".join(record + (f"|{tag}" if tag else "") for tag in holder.tags)
        parts.append(f"{what} ({tags})")
    return (
        f"every allocated {record} is in one of: {', '.join(parts)}; "
        f"and before each allocation fewer than {count} of these places are taken"
    )


def guessed(system: ir.System, sampled: Sampled) -> tuple[Counted, ...]:
    """For each record that may run dry, few holders by which every allocated instance of every sample is held."""
    found: list[Counted] = []
    for record in system.arenas:
        holders = _holders(system, record, sampled)
        if holders is not None:
            found.append(Counted(record, holders))
    return tuple(found)


def _holders(system: ir.System, record: str, sampled: Sampled) -> tuple[Holder, ...] | None:
    """Few places, which seldom refer to the same instance."""
    allocated = _allocated(record, sampled)
    references = _references(record, sampled)
    if allocated is None:
        return None

    def all_held(holders: Sequence[Holder]) -> bool:
        for n, bits in enumerate(allocated):
            for holder in holders:
                bits &= ~references[holder][n]
            if bits:
                return False
        return True

    cells = [holder for holder in references if holder.kind == CELL]
    locals_ = sorted((holder for holder in references if holder.kind == LOCAL), key=lambda h: -_references_in(references[h]))
    if len(cells) > MOST_CELLS or not all_held(list(references)):
        return None
    best: tuple[tuple[int, int], list[Holder]] | None = None
    for number in range(1, len(cells) + 1):
        for some in itertools.combinations(cells, number):
            kept = [*some, *locals_]
            if not all_held(kept):
                continue
            for holder in locals_:
                rest = [other for other in kept if other is not holder]
                if all_held(rest):
                    kept = rest
            sizes = {h.name: len(system.variables[h.name].initial) for h in some}
            cost = sum(sizes.values()), sum(_references_in(references[h]) for h in kept)
            if best is None or cost < best[0]:
                best = cost, kept
    assert best is not None
    kept = best[1]
    tags: dict[Holder, list[int]] = {}
    for holder in kept:
        tags.setdefault(Holder(holder.kind, holder.name, holder.owner, holder.procedure, ()), []).extend(holder.tags)
    return tuple(Holder(h.kind, h.name, h.owner, h.procedure, tuple(sorted(found))) for h, found in tags.items())


def _references_in(rows: Sequence[int]) -> int:
    return sum(bits.bit_count() for bits in rows)


def _allocated(record: str, sampled: Sampled) -> list[int] | None:
    """For each instance, the samples in which it is allocated."""
    for feature, seen in zip(sampled.features, sampled.seen, strict=True):
        if feature.kind == "field" and feature.places[0] == ("field", (), f"{record}.allocated") and 1 in feature.numbers:
            value = feature.numbers.index(1)
            return [row[value] for row in seen]
    return None


def _references(record: str, sampled: Sampled) -> Mapping[Holder, list[int]]:
    """For each holder, with one tag, and each instance, the samples in which some place refers to the instance."""
    kinds: dict[object, dict[int, int]] = {}
    for feature, seen in zip(sampled.features, sampled.seen, strict=True):
        if feature.kind == "kind":
            of_tag = kinds.setdefault(feature.places[0], {})
            for text, bits in zip(feature.values, seen[0], strict=True):
                name, _, number = text.removeprefix("a ").partition("|")
                if name == record:
                    of_tag[int(number or 0)] = bits
    found: dict[Holder, list[int]] = {}
    for feature, seen in zip(sampled.features, sampled.seen, strict=True):
        if feature.kind != "is" or feature.record != record or "true" not in feature.values:
            continue
        value = feature.values.index("true")
        place = feature.places[0]
        kind, at, rest = place
        procedure, _, name = rest.partition(" ") if kind == LOCAL else ("", "", rest)
        owner = str(at[0][0]) if kind == LOCAL else ""
        for tag, bits in kinds.get(place, {}).items():
            rows = found.setdefault(Holder(kind, name, owner, procedure, (tag,)), [0] * len(seen))
            for n, row in enumerate(seen):
                rows[n] |= row[value] & bits
    return found
