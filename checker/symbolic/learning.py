# SPDX-License-Identifier: GPL-2.0-only
"""Lemmas from samples: what holds in all sampled states and not in a given one, as general as can be found.

A lemma says that at least one of some features has one of some values. Whether it is true of all reachable states is for proof
to show; here it only agrees with the samples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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

UNDECIDED = -1
"""In place of the number of a value that is not to be used."""


@dataclass(frozen=True)
class Samples:
    """seen: the samples with each value, [feature][instance][value]. groups: for each feature 0, or the number of the record
    whose instances it is a family of. count: of samples."""

    seen: Sequence[Sequence[Sequence[Bits]]]
    groups: Sequence[int]
    count: int

    def clauses(self, values: Values, most: int) -> Iterator[Clause]:
        """Lemmas that the state with these values breaks, and no sample does; at most so many. Of what is
        undecided any value counts."""
        everything = (1 << self.count) - 1
        cube = [
            [
                everything if value == UNDECIDED else 0 if value is None else row[value]
                for row, value in zip(rows, state, strict=True)
            ]
            for rows, state in zip(self.seen, values, strict=True)
        ]
        among = [number for number, state in enumerate(values) if any(value != UNDECIDED for value in state)]
        plain = [number for number in among if not self.groups[number]]
        banned: set[int] = set()
        shortest = 0
        for _ in range(most):
            chosen = self._plain_cover([n for n in plain if n not in banned], cube, everything)
            if chosen is None or (shortest and len(chosen) > shortest + 1):
                break
            shortest = shortest or len(chosen)
            banned.add(chosen[0])
            yield self._widened(chosen, cube, everything)
        if not shortest:
            yield from self._family_clauses(among, cube, values, everything)

    def agree(self, clause: Clause) -> bool:
        """Whether the clause holds in every sample."""
        size = max(len(self.seen[number]) for number, _ in clause)
        for n in range(size):
            rest = (1 << self.count) - 1
            for number, allowed in clause:
                row = self.seen[number][n if len(self.seen[number]) > 1 else 0]
                for value in allowed:
                    rest &= ~row[value]
            if rest:
                return False
        return True

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

    def _family_clauses(self, among: Sequence[int], cube: list[list[Bits]], values: Values, everything: Bits) -> Iterator[Clause]:
        """The shortest lemma for all instances of some record."""
        best: Clause | None = None
        plain = [number for number in among if not self.groups[number]]
        for group in sorted({self.groups[number] for number in among} - {0}):
            family = [number for number in among if self.groups[number] == group]
            for instance in range(len(self.seen[family[0]])):
                if all(values[number][instance] == UNDECIDED for number in family):
                    continue
                found = self._family_clause(plain, family, instance, cube, values, everything)
                if found is not None and (best is None or len(found) < len(best)):
                    best = found
        if best is not None:
            yield best

    def _family_clause(
        self, plain: list[int], family: list[int], instance: int, cube: list[list[Bits]], values: Values, everything: Bits
    ) -> Clause | None:
        size = len(self.seen[family[0]])
        wanted = {number: values[number][instance] for number in family}

        def rows(number: int) -> list[Bits]:
            """The samples in which the feature has the state's value, for each instance."""
            if number not in wanted:
                return [cube[number][0]] * size
            value = wanted[number]
            if value == UNDECIDED:
                return [everything] * size
            return [0 if value is None else self.seen[number][n][value] for n in range(size)]

        table = {number: rows(number) for number in (*family, *plain)}
        rest = [everything] * size
        chosen: list[int] = []
        while any(rest):
            best, left, fewest = -1, rest, sum(bits.bit_count() for bits in rest)
            for number, row in table.items():
                remaining = [a & b for a, b in zip(rest, row, strict=True)]
                count = sum(bits.bit_count() for bits in remaining)
                if count < fewest:
                    best, left, fewest = number, remaining, count
                    if not count:
                        break
            if best < 0:
                return None
            chosen.append(best)
            rest = left
        kept = list(chosen)
        for number in chosen:
            if not any(_all(everything, [table[o][n] for o in kept if o != number]) for n in range(size)):
                kept.remove(number)
        excluded = {number: table[number] for number in kept}
        found: list[Literal] = []
        for number in kept:
            rest = [_all(everything, [row[n] for o, row in excluded.items() if o != number]) for n in range(size)]
            its = self.seen[number] if number in wanted else [self.seen[number][0]] * size
            allowed = frozenset(v for v in range(len(its[0])) if any(its[n][v] & rest[n] for n in range(size)))
            excluded[number] = [_all(everything, [~its[n][v] for v in allowed]) for n in range(size)]
            found.append((number, allowed))
        return _tidy(found)


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
