# SPDX-License-Identifier: GPL-2.0-only
"""Lemmas from samples: what holds in all sampled states and not in a given one, as general as can be found.

A lemma says that at least one of some features has one of some values. Whether it is true of all reachable states is for proof
to show; here it only agrees with the samples.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Bits = int

Literal = tuple[int, frozenset[int]]
"""The number of a feature, and the values of which it has one."""

Clause = tuple[Literal, ...]
"""One of the literals holds; for families: of every instance."""

Values = Sequence[Sequence[int | None]]
"""Of a state, for each feature and instance, the number of its value; None: one that was never seen."""


Image = tuple[tuple[int, tuple[int, ...]] | None, ...]
"""What an exchange of instances makes of each feature: which feature, and which value of it of each value; None: unknown."""

FIRST, FURTHER = (2_000, 200), 20
"""Samples that lemmas, and those of families, are looked for in first, and that are added at a time."""

UNDECIDED = -1
"""In place of the number of a value that is not to be used."""


@dataclass(frozen=True)
class Samples:
    """seen: the samples with each value, [feature][instance][value]. groups: for each feature 0, or the number of the record
    whose instances it is a family of. count: of samples."""

    seen: Sequence[Sequence[Sequence[Bits]]]
    groups: Sequence[int]
    count: int

    def plain_clauses(self, values: Values, most: int) -> list[Clause]:
        """Lemmas of no family that the state with these values breaks, and no sample does; at most so many. Of what is
        undecided any value counts."""
        everything = (1 << self.count) - 1
        among, cube = self._decided(values)
        plain = [number for number in among if not self.groups[number]]
        banned: set[int] = set()
        found: list[Clause] = []
        shortest = 0
        for _ in range(most):
            chosen = self._plain_cover([n for n in plain if n not in banned], cube, everything)
            if chosen is None or (shortest and len(chosen) > shortest + 1):
                break
            shortest = shortest or len(chosen)
            banned.add(chosen[0])
            found.append(self._widened(chosen, cube, everything))
        return found

    def family_clauses(self, values: Values) -> list[Clause]:
        """The shortest such lemma for all instances of some record, if there is any."""
        everything = (1 << self.count) - 1
        among, cube = self._decided(values)
        best: Clause | None = None
        plain = [number for number in among if not self.groups[number]]
        for group in sorted({self.groups[number] for number in among} - {0}):
            family = [number for number in among if self.groups[number] == group]
            size = len(self.seen[family[0]])
            table = {number: self._for_each([cube[number][0]] * size) for number in plain}
            for instance in range(size):
                its = {number: values[number][instance] for number in family if values[number][instance] != UNDECIDED}
                if not its:
                    continue
                for number, value in its.items():
                    table[number] = self._for_each([0 if value is None else row[value] for row in self.seen[number]])
                found = self._family_clause([*its, *plain], table, size, everything, best)
                if found is not None:
                    best = found
        return [best] if best is not None else []

    def _decided(self, values: Values) -> tuple[list[int], list[list[Bits]]]:
        """The features that are decided; and the samples with the state's values."""
        everything = (1 << self.count) - 1
        cube = [
            [
                everything if value == UNDECIDED else 0 if value is None else row[value]
                for row, value in zip(rows, state, strict=True)
            ]
            for rows, state in zip(self.seen, values, strict=True)
        ]
        return [number for number, state in enumerate(values) if any(value != UNDECIDED for value in state)], cube

    def against(self, clause: Clause) -> Bits:
        """The samples in which the clause does not hold."""
        size = max((len(self.seen[number]) for number, _ in clause), default=1)
        found = 0
        for n in range(size):
            held = 0
            for number, allowed in clause:
                row = self.seen[number][n if len(self.seen[number]) > 1 else 0]
                for value in allowed:
                    held |= row[value]
            found |= ~held
        return found & ((1 << self.count) - 1)

    def joined(self, other: Samples) -> Samples:
        """With the samples of another part."""
        seen = [
            [
                [mine | its << self.count for mine, its in zip(row, its_row, strict=True)]
                for row, its_row in zip(rows, its_rows, strict=True)
            ]
            for rows, its_rows in zip(self.seen, other.seen, strict=True)
        ]
        return Samples(seen, self.groups, self.count + other.count)

    def ranges(self) -> Iterator[Clause]:
        """For each feature of no family, that it has one of the values that it was seen to have."""
        for number, group in enumerate(self.groups):
            if not group:
                yield ((number, frozenset(range(len(self.seen[number][0])))),)

    def _plain_cover(self, features: list[int], cube: list[list[Bits]], rest: Bits) -> list[int] | None:
        """Few features whose values no sample has together, by always taking the one that most samples differ in."""
        chosen: list[int] = []
        while rest:
            best, left = -1, rest
            fewest = rest.bit_count()
            for number in features:
                remaining = rest & cube[number][0]
                if not remaining:
                    best, left = number, 0
                    break
                if (size := remaining.bit_count()) < fewest:
                    best, left, fewest = number, remaining, size
            if best < 0:
                return None
            chosen.append(best)
            rest = left
        return self._needed(chosen, cube)

    def _needed(self, chosen: list[int], cube: list[list[Bits]]) -> list[int]:
        """Without what is not needed."""
        kept = list(chosen)
        for number in chosen:
            rest = (1 << self.count) - 1
            for other in kept:
                if other != number:
                    rest &= cube[other][0]
            if not rest:
                kept.remove(number)
        return kept

    def _widened(self, chosen: list[int], cube: list[list[Bits]], everything: Bits) -> Clause:
        """The clause, each literal with as few values as the samples allow."""
        excluded = {number: cube[number][0] for number in chosen}
        found: list[Literal] = []
        for number in chosen:
            rest = everything
            for other, bits in excluded.items():
                if other != number:
                    rest &= bits
            row = self.seen[number][0]
            allowed = frozenset(value for value, bits in enumerate(row) if bits & rest)
            outside = everything
            for value in allowed:
                outside &= ~row[value]
            excluded[number] = outside
            found.append((number, allowed))
        return _tidy(found)

    def _for_each(self, rows: Sequence[Bits]) -> Bits:
        """The samples of each instance behind those of the one before."""
        found = 0
        for row in reversed(rows):
            found = found << self.count | row
        return found

    def _family_clause(
        self, among: Sequence[int], table: Mapping[int, Bits], size: int, everything: Bits, shorter: Clause | None
    ) -> Clause | None:
        """A lemma for all instances, shorter than one that there is. table: of each feature, the samples with the state's
        value, for each instance."""
        whole = self._for_each([everything] * size)
        rest = whole
        chosen: list[int] = []
        while rest:
            best, left, fewest = -1, rest, rest.bit_count()
            for number in among:
                remaining = rest & table[number]
                if (count := remaining.bit_count()) < fewest:
                    best, left, fewest = number, remaining, count
                    if not count:
                        break
            if best < 0:
                return None
            chosen.append(best)
            rest = left
        kept = list(chosen)
        for number in chosen:
            if not _all(whole, [table[other] for other in kept if other != number]):
                kept.remove(number)
        if shorter is not None and len(kept) >= len(shorter):
            return None
        excluded = {number: table[number] for number in kept}
        found: list[Literal] = []
        for number in kept:
            rest = _all(whole, [row for other, row in excluded.items() if other != number])
            its = self.seen[number] if self.groups[number] else [self.seen[number][0]] * size
            values = [self._for_each([row[value] for row in its]) for value in range(len(its[0]))]
            allowed = frozenset(value for value, row in enumerate(values) if row & rest)
            excluded[number] = _all(whole, [~values[value] for value in allowed])
            found.append((number, allowed))
        return _tidy(found)


class Learner:
    """Finds lemmas that agree with all samples, in a part of them, which is far faster: where a lemma does not agree with the
    rest, the part is given some of the samples that it does not hold in. Lemmas of families are looked for in a part of their
    own, a smaller one, as that takes longer. first: samples in the parts at first."""

    def __init__(self, samples: Samples, first: tuple[int, int] = FIRST) -> None:
        self.all = samples
        self.chance = random.Random(1)
        size = (samples.count + 7) // 8
        self.packed = [[[bits.to_bytes(size, "little") for bits in row] for row in rows] for rows in samples.seen]
        numbers = self.chance.sample(range(samples.count), samples.count)
        self.parts = [self.some(numbers[:most]) for most in first]

    def plain_clauses(self, values: Values, most: int) -> list[Clause]:
        """As of Samples."""
        return self._agreeing(0, lambda part: part.plain_clauses(values, most))

    def family_clauses(self, values: Values) -> list[Clause]:
        """As of Samples."""
        return self._agreeing(1, lambda part: part.family_clauses(values))

    def _agreeing(self, number: int, find: Callable[[Samples], list[Clause]]) -> list[Clause]:
        while True:
            found = find(self.parts[number])
            against = next(filter(None, map(self.all.against, found)), 0)
            if not against:
                return found
            further = self.some(_some_of(against, FURTHER, self.chance))
            self.parts[number] = self.parts[number].joined(further)

    def some(self, numbers: Sequence[int]) -> Samples:
        """The samples with these numbers."""
        places = [(number >> 3, 1 << (number & 7), 1 << n) for n, number in enumerate(numbers)]
        seen = [
            [[sum(bit for byte, mask, bit in places if data[byte] & mask) for data in row] for row in rows]
            for rows in self.packed
        ]
        return Samples(seen, self.all.groups, len(places))


def _some_of(bits: Bits, most: int, chance: random.Random) -> list[int]:
    """The numbers of at most so many bits that are set, from all over."""
    size = bits.bit_length()
    found: dict[int, None] = {}
    for _ in range(most):
        start = chance.randrange(size)
        rest = bits >> start
        found[start + (rest & -rest).bit_length() - 1] = None
    return list(found)


def image(clause: Clause, exchange: Image) -> Clause | None:
    """What an exchange makes of a clause."""
    found: list[Literal] = []
    for number, allowed in clause:
        of_feature = exchange[number]
        if of_feature is None:
            return None
        found.append((of_feature[0], frozenset(of_feature[1][value] for value in allowed)))
    return _tidy(found)


def _tidy(literals: list[Literal]) -> Clause:
    """The clause of these literals, without those that never hold."""
    return tuple(sorted(((number, allowed) for number, allowed in literals if allowed), key=lambda literal: literal[0]))


def _all(start: Bits, sets: list[Bits]) -> Bits:
    for bits in sets:
        start &= bits
    return start
