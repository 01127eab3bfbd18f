# SPDX-License-Identifier: GPL-2.0-only
"""What an exchange of instances makes of features: if a lemma is true in a symmetric system, so is its image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.ir import system as ir
from checker.ir.symmetry import permutations
from checker.symbolic.lemmas.features import ABSENT, Feature, PlaceKey
from checker.symbolic.lemmas.learning import Image

MOST = 720
"""Exchanges that are looked at; with more, images are not worth their number."""


def images(system: ir.System, features: Sequence[Feature]) -> tuple[Image, ...]:
    """For each exchange but the identity, and each feature: the feature and the values that it becomes. None where there is no
    such feature."""
    symmetry = system.symmetry
    if symmetry is None:
        return ()
    found = permutations(system, symmetry.tabled)
    if found is None or len(found) > MOST:
        return ()
    numbers = {(f.kind, f.record, _unordered(f.kind, f.places)): n for n, f in enumerate(features)}
    return tuple(
        tuple(
            _image(system, features, numbers, dict(zip(symmetry.tabled, exchange, strict=True)), feature) for feature in features
        )
        for exchange in found[1:]
    )


def _unordered(kind: str, places: tuple[PlaceKey, ...]) -> object:
    return frozenset(places) if kind == "same" else places


def _image(
    system: ir.System,
    features: Sequence[Feature],
    numbers: Mapping[tuple[str, str | None, object], int],
    exchange: Mapping[str, tuple[int, ...]],
    feature: Feature,
) -> tuple[int, tuple[int, ...]] | None:
    places = tuple(
        (kind, tuple((key, exchange[key][index] if key is not None and key in exchange else index) for key, index in at), rest)
        for kind, at, rest in feature.places
    )
    number = numbers.get((feature.kind, feature.record, _unordered(feature.kind, places)))
    if number is None:
        return None
    there = {value: n for n, value in enumerate(features[number].numbers)}
    values: list[int] = []
    for value in feature.numbers:
        moved = value
        if isinstance(value, int) and value != ABSENT and feature.refers is not None and feature.refers in exchange:
            alignment = system.arenas[feature.refers].alignment
            index = value // alignment - 1
            if 0 <= index < len(exchange[feature.refers]):
                moved = value + (exchange[feature.refers][index] - index) * alignment
        if moved not in there:
            return None
        values.append(there[moved])
    return number, tuple(values)
