# SPDX-License-Identifier: GPL-2.0-only
"""Whether a certificate for all sizes asks of a model what it should: everything is rebuilt from the text and the lemmas."""

from __future__ import annotations

from pathlib import Path

from checker.language.front.inputs import NOTHING, Inputs
from checker.symbolic.parametric.all_sizes_certificate import read_lemmas
from checker.symbolic.terms.terms import Unsupported
from checker.verify.proof.certificates import MANIFEST, Refused, read_manifest
from checker.verify.proof.certify import compare_questions
from checker.verify.proof.claims import Claimed, check_claim, check_text, claimed, setting
from checker.verify.proof.prove_all_sizes import Stands, family, questions, standing_lemmas
from checker.verify.request import Request


def check_all_sizes_against_model(folder: Path, model: Path, inputs: Inputs = NOTHING) -> Claimed:
    """As check_against_model, for these parameters being sizes. UsageError if the model is none that can be proved for all
    sizes."""
    manifest = read_manifest(folder)
    check_text(folder, manifest, model, inputs)
    claim = claimed(folder, manifest)
    properties = frozenset(claim.properties)
    try:
        settings = {str(name): setting(value) for name, value in manifest["settings"].items()}
        stands: Stands = {}
        for name, places in manifest["stands"].items():
            record, _, depth = name.rpartition(" ")
            stands[record, int(depth)] = frozenset(int(place) for place in places)
        data = list(manifest["lemmas"])
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        raise Refused(f"{folder / MANIFEST}: it does not say sizes, places and lemmas") from None
    of_all = family(Request(model, settings, claim.events, tuple(sorted(properties)), inputs=inputs))
    check_claim(folder, claim, of_all.program, of_all.free)
    owners = of_all.system.owners.values()
    if stands.keys() != {(owner.record, depth) for owner in owners for depth in range(owner.frames)}:
        raise Refused(f"{folder / MANIFEST}: it does not say of each frame of {model} where it stands")
    of_views = of_all.views(stands)
    try:
        lemmas = [*standing_lemmas(of_views, stands), *read_lemmas(of_views, data)]
        expected, _ = questions(list(of_all.obligations(stands, of_views, properties)), lemmas)
    except (ValueError, Unsupported) as why:
        raise Refused(f"{folder / MANIFEST}: {why}") from None
    compare_questions(folder, manifest, model, expected)
    return claim
