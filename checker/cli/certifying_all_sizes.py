# SPDX-License-Identifier: GPL-2.0-only
"""Whether a certificate for all sizes asks of a model what it should: everything is made anew from the text and the lemmas."""

from __future__ import annotations

from pathlib import Path

from checker.cli.certificates import MANIFEST, Refused, check_properties, read_manifest
from checker.cli.configuration import Request
from checker.cli.proving_all_sizes import Stands, family, questions, standing_lemmas
from checker.symbolic.all_sizes_certificate import read_lemmas
from checker.symbolic.terms import Unsupported


def check_all_sizes_against_model(folder: Path, model: Path) -> None:
    """Raises Refused unless the certificate, whose files were accepted, is what this model makes of its lemmas, for these
    parameters being sizes. UsageError if the model cannot be read, or is none that can be proved for all sizes."""
    manifest = read_manifest(folder)
    try:
        settings = {str(name): int(value) for name, value in manifest["settings"].items()}
        events, properties = tuple(map(str, manifest["events"])), frozenset(map(str, manifest["properties"]))
        free = tuple(map(str, manifest["any value of"]))
        stands: Stands = {}
        for name, places in manifest["stands"].items():
            record, _, depth = name.rpartition(" ")
            stands[record, int(depth)] = frozenset(int(place) for place in places)
        data = list(manifest["lemmas"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused(f"{folder / MANIFEST}: it does not say settings, events, properties, sizes, places and lemmas") from None
    of_all = family(Request(model, settings, events, tuple(sorted(properties))))
    if free != of_all.free:
        raise Refused(f"{folder / MANIFEST}: the parameters of {model} that are only sizes are {', '.join(of_all.free)}")
    owners = of_all.system.owners.values()
    if stands.keys() != {(owner.record, depth) for owner in owners for depth in range(owner.frames)}:
        raise Refused(f"{folder / MANIFEST}: it does not say of each frame of {model} where it stands")
    check_properties(folder, model, of_all.program, properties)
    of_views = of_all.views(stands)
    try:
        lemmas = [*standing_lemmas(of_views, stands), *read_lemmas(of_views, data)]
        expected, _ = questions(list(of_all.obligations(stands, of_views, properties)), lemmas)
    except (ValueError, Unsupported) as why:
        raise Refused(f"{folder / MANIFEST}: {why}") from None
    if expected.keys() != {name for name in manifest["files"] if name.endswith(".smt2")}:
        raise Refused(f"{folder / MANIFEST}: the certificate of {model} has other files")
    for name, text in expected.items():
        if (folder / name).read_text(encoding="utf-8") != text:
            raise Refused(f"{folder / name}: not the question that {model} asks of these lemmas")
