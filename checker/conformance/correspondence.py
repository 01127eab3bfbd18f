# SPDX-License-Identifier: GPL-2.0-only
"""Which place of the implementation's code belongs to which place of the model's.

Nobody writes that down: it is learned. Where a frame of the model stands at a location, the frame of the implementation has to
stand at the same place of its code each time; the first time says which. Locals do not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from checker.conformance.specification import Specification


@dataclass
class Places:
    """What has been learned so far. places: the implementation's place for a location of the model, by the record that owns the
    frame, the location's number, and whether the frame is the top one: below others it waits in a call."""

    specification: Specification
    places: dict[tuple[str, int, bool], str] = field(default_factory=dict)
    _agreed: dict[tuple[int, ...], Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def differ(self, state: int, standing: Mapping[str, tuple[str, ...]]) -> str | None:
        """None: the implementation stands where it did whenever the model stood as in this state; else what is different."""
        locations = self.specification.locations(state)
        if self._agreed.get(locations) == standing:
            return None
        told = self._compare(locations, standing)
        if told is None:
            self._agreed[locations] = dict(standing)
        return told

    def _compare(self, locations: tuple[int, ...], standing: Mapping[str, tuple[str, ...]]) -> str | None:
        taken = iter(locations)
        for record, owner, count in self.specification.owners:
            numbers = [number for number in (next(taken) for _ in range(count)) if number]
            places = standing.get(owner, ())
            if len(numbers) != len(places):
                return f"{owner} has {_frames(len(numbers))} in the model and {_frames(len(places))} in the implementation"
            for depth, (number, place) in enumerate(zip(numbers, places, strict=True), 1):
                learned = self.places.setdefault((record, number, depth == len(numbers)), place)
                if learned != place:
                    call = self.specification.system.location(number).calls[-1]
                    where = f"{call.routine} at {call.position.file}:{call.position.line}"
                    here = f"{owner} stands in {where} in the model, and at {place} in the implementation"
                    return f"{here}; elsewhere it was at {learned}"
        return None


def _frames(count: int) -> str:
    return f"{count} frame{'' if count == 1 else 's'}"
