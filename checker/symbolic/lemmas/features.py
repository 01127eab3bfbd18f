# SPDX-License-Identifier: GPL-2.0-only
"""What lemmas are made of: features of a state, each with some values.

The features are the cells, the locations of frames and the live locals; of what refers to instances that may be exchanged in any
way (pages), whether it is NULL or tagged, which two of them refer to the same instance, and what is in that instance. So none of
them tells which page it is. Those of a family speak of one instance each: a lemma with them holds of every instance.

A feature has an atom, a Boolean term, for each value that it was seen to have; in a state where no atom holds it has another
one.
"""

from __future__ import annotations

from dataclasses import dataclass

from checker.symbolic.terms.terms import Term

ABSENT = -1
"""In place of the value of a local where it is not live."""


@dataclass(frozen=True)
class Feature:
    """record: None, or whose instances a family has a feature for each of. values: as they print. atoms: [instance][value];
    a feature of no family counts as one with one instance. kind, places: what it is of these places. numbers: the values as
    numbers, or where they are none, as text; refers: the record that they are references to, if any."""

    name: str
    record: str | None
    values: tuple[str, ...]
    atoms: tuple[tuple[Term, ...], ...]
    kind: str
    places: tuple[PlaceKey, ...]
    numbers: tuple[int | str, ...]
    refers: str | None


PlaceKey = tuple[str, tuple[tuple[str | None, int], ...], str]
"""Where a place is: of which kind, by which instances or indices it is found, and what else tells it from others."""

Bits = int
"""A set of sample states: bit n is state n."""


@dataclass(frozen=True)
class Sampled:
    """features: with, for each, the samples with each value: [instance][value]. count: of the samples."""

    features: tuple[Feature, ...]
    seen: tuple[tuple[tuple[Bits, ...], ...], ...]
    count: int
