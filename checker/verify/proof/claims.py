# SPDX-License-Identifier: GPL-2.0-only
"""What a certificate claims of which model: as its manifest says it, and as the model itself has it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checker.counting import counted
from checker.language import tree
from checker.language.front.inputs import NOTHING, Inputs
from checker.language.front.load import c_protocol, load_program
from checker.language.python.source.modules import load_modules
from checker.verify.proof.certificates import MANIFEST, Refused, digest
from checker.verify.subject import assumptions_of, live_properties


@dataclass(frozen=True)
class Claimed:
    """free: the parameters that may have any value. settings: values of the others. lemmas: of the model, that are a part of the
    invariant; None where that is not distinguished. k: states in a row that the induction is over."""

    model: str
    free: tuple[str, ...]
    settings: tuple[tuple[str, tree.Setting], ...]
    events: tuple[str, ...]
    properties: tuple[str, ...]
    lemmas: tuple[str, ...] | None
    assumptions: tuple[str, ...]
    k: int


def claimed(folder: Path, manifest: Mapping[str, Any]) -> Claimed:
    """What a manifest claims. Refused if it does not say."""
    try:
        free = tuple(map(str, manifest.get("any value of", ())))
        settings = tuple((str(name), setting(value)) for name, value in manifest["settings"].items() if name not in free)
        events, properties, assumptions = (
            tuple(map(str, _list(manifest[name]))) for name in ("events", "properties", "assumptions")
        )
        lemmas = None if "any value of" in manifest else tuple(map(str, _list(manifest["lemmas"])))
        k = 1 if lemmas is None else int(manifest.get("k", 1))
        return Claimed(str(manifest["model"]), free, settings, events, properties, lemmas, assumptions, k)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        raise Refused(
            f"{folder / MANIFEST}: it does not say model, settings, events, properties, lemmas and assumptions"
        ) from None


def setting(value: object) -> tree.Setting:
    """What a manifest sets a parameter to. TypeError if it is neither a number nor a name."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError
    return value


def check_text(folder: Path, manifest: Mapping[str, Any], model: Path, inputs: Inputs = NOTHING) -> None:
    """Refused unless the model's file has the name, and it and all that it imports the text, that the manifest has. (Where
    the files lie does not matter.) UsageError if they cannot be read."""
    sources = manifest.get("sources")
    if not isinstance(sources, dict) or not isinstance(manifest.get("model"), str):
        raise Refused(f"{folder / MANIFEST}: it does not say of which model it is, and of which texts")
    if Path(manifest["model"]).name != model.name:
        raise Refused(f"{folder}: it is a certificate of {manifest['model']}, not of {model}")
    proved = Counter((Path(str(name)).name, str(value)) for name, value in sources.items())
    texts = _texts(model, inputs)
    here = Counter((Path(name).name, digest(text)) for name, text in texts)
    other = [name for name, text in texts if (Path(name).name, digest(text)) not in proved]
    if other:
        raise Refused(f"{folder}: {', '.join(sorted(other))}: not the text that was proved (SHA-256 differs)")
    if here != proved:
        gone = ", ".join(sorted({name for name, _ in proved - here} | {name for name, _ in here - proved}))
        raise Refused(f"{folder}: {model} imports other files than what was proved: {gone}")


def _texts(model: Path, inputs: Inputs) -> list[tuple[str, str]]:
    """The files of a model, with the names that messages have for them."""
    if c_protocol(model, inputs) is None:
        return [(module.display, module.text) for module in load_modules(model).modules.values()]
    return list(load_program(model, inputs=inputs).sources.items())


def check_claim(folder: Path, claim: Claimed, program: tree.Program, free: tuple[str, ...]) -> None:
    """Refused unless what is claimed is what the model has at these settings and events: all parameters, its properties on
    states or steps, its assumptions."""
    allowed = set(program.properties) - live_properties(program, frozenset(claim.properties))
    unknown = set(claim.properties) - allowed
    if unknown or not claim.properties:
        which = ", ".join(sorted(unknown)) or "at all among those named"
        raise Refused(f"{folder / MANIFEST}: {program.model} has no property of states or steps {which}")
    found = dataclasses.replace(
        claim,
        model=claim.model,
        free=free,
        settings=tuple((p.name, p.value) for p in program.parameters if p.name not in free),
        events=tuple(event.name for event in program.events if event.enabled),
        properties=tuple(name for name in program.properties if name in claim.properties),
        assumptions=assumptions_of(program),
    )
    for entry in dataclasses.fields(Claimed):
        its, models = getattr(claim, entry.name), getattr(found, entry.name)
        if its != models:
            shown = ", ".join(map(_shown, models)) or "none"
            raise Refused(f"{folder / MANIFEST}: {entry.name}: not what {program.model} has: {shown}")


def _shown(value: object) -> str:
    return "=".join(map(str, value)) if isinstance(value, tuple) else str(value)


def claim_lines(claim: Claimed) -> list[str]:
    """The claim for a reader."""
    parts = {
        "model": [claim.model],
        "any value of": [", ".join(claim.free)] if claim.free else [],
        "settings": [" ".join(f"{name}={value}" for name, value in claim.settings) or "none"],
        "events": [", ".join(claim.events) or "none"],
        "properties": [", ".join(claim.properties)],
        "lemmas": [", ".join(claim.lemmas)] if claim.lemmas else [],
        "depth": ["any" if claim.k == 1 else f"any, by induction over {counted(claim.k, 'state')}"],
        "assumptions": [*claim.assumptions] or ["none"],
    }
    # In one line each, so that no manifest forges what is printed below it.
    return [
        f"  {name if not n else '':<12}  {' '.join(text.split())}"
        for name, texts in parts.items()
        for n, text in enumerate(texts)
    ]
