# SPDX-License-Identifier: GPL-2.0-only
"""Whether a certificate asks of a model what it should: everything is rebuilt from the text and the lemmas."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checker.ir.lowering.lower import lower
from checker.language.front.inputs import NOTHING, Inputs
from checker.language.front.load import load_program
from checker.symbolic.bmc.problem import UNHELD, VIOLATED, stated_lemmas, targets
from checker.symbolic.bmc.question import STATE
from checker.symbolic.certificate.certificate import INITIATION, Claim, files, lemmas_in
from checker.symbolic.kinduction.unrolled_certificate import unrolled_files
from checker.symbolic.relation.counting import Counted, Holder, known
from checker.symbolic.relation.transition import step_relation
from checker.verify.proof.certificates import MANIFEST, Refused, read_manifest
from checker.verify.proof.claims import Claimed, check_claim, check_text, claimed

MOST_K = 1000
"""States in a row that a certificate may be about."""


def check_against_model(folder: Path, model: Path, inputs: Inputs = NOTHING) -> Claimed:
    """What the certificate, whose files were accepted, shows of this model. Raises Refused unless it was made of these very
    files, claims what they have, and its questions are what the model makes of its lemmas. UsageError if the model cannot be
    read at those sizes."""
    manifest = read_manifest(folder)
    check_text(folder, manifest, model, inputs)
    claim = claimed(folder, manifest)
    program = load_program(model, dict(claim.settings), claim.events, inputs)
    check_claim(folder, claim, program, ())
    try:
        kept, properties = tuple(map(str, manifest["kept"])), frozenset(claim.properties)
    except (KeyError, TypeError):
        raise Refused(f"{folder / MANIFEST}: it does not say what is kept") from None
    if claim.lemmas != tuple(name for name in program.properties if name in program.lemmas and VIOLATED + name in kept):
        raise Refused(f"{folder / MANIFEST}: its lemmas are not those of {program.model} that it keeps")
    system = lower(program)
    counted = _counted(folder, manifest)
    if not all(known(system, entry) for entry in counted):
        raise Refused(f"{folder / MANIFEST}: it counts by what {model} does not have")
    relation = step_relation(system, any_free=True, counted=counted)
    excluded = tuple(target.name for target, _ in targets(relation, properties))
    states = {target.name for target, _ in targets(relation, properties) if target.kind == STATE}
    states |= stated_lemmas(relation, program.lemmas).keys()
    if not set(kept) <= states:
        raise Refused(f"{folder / MANIFEST}: it keeps what is not a property of states")
    if not {UNHELD + entry.record for entry in counted} <= set(kept):
        raise Refused(f"{folder / MANIFEST}: it counts by what it does not keep")
    if not 1 <= claim.k <= MOST_K:
        raise Refused(f"{folder / MANIFEST}: its k is none from 1 to {MOST_K}")
    lemmas = [] if claim.k > 1 else lemmas_in((folder / INITIATION).read_text(encoding="utf-8"))
    variables = {(variable.name, variable.width) for variable in relation.fields.variables}
    if any(set(entry.variables) - variables for entry in lemmas):
        raise Refused(f"{folder / INITIATION}: a lemma speaks of what is not a part of the state of {model}")
    asked = Claim(kept, excluded, manifest.get("valid", True) is True)
    expected = files(relation, asked, lemmas) if claim.k == 1 else unrolled_files(relation, asked, claim.k)
    compare_questions(folder, manifest, model, expected)
    return claim


def compare_questions(folder: Path, manifest: Mapping[str, Any], model: Path, expected: Mapping[str, str]) -> None:
    """Refused unless the questions in the folder are those that are expected."""
    if expected.keys() != {name for name in manifest["files"] if name.endswith(".smt2")}:
        raise Refused(f"{folder / MANIFEST}: the certificate of {model} has other files")
    for name, text in expected.items():
        if (folder / name).read_text(encoding="utf-8") != text:
            raise Refused(f"{folder / name}: not the question that {model} asks of these lemmas")


def _counted(folder: Path, manifest: Mapping[str, Any]) -> tuple[Counted, ...]:
    """How a certificate counts."""
    try:
        return tuple(
            Counted(
                str(entry["record"]),
                tuple(
                    Holder(
                        str(h["kind"]), str(h["name"]), str(h["owner"]), str(h["procedure"]), tuple(int(tag) for tag in h["tags"])
                    )
                    for h in entry["holders"]
                ),
            )
            for entry in manifest.get("counted", ())
        )
    except (KeyError, TypeError, ValueError):
        raise Refused(f"{folder / MANIFEST}: it does not say by which holders it counts") from None
