# SPDX-License-Identifier: GPL-2.0-only
"""What became of a text that is not a model in Python, as the JSON of every command has it; docs/reference/formats.md describes
it."""

from __future__ import annotations

from checker.language.tree import Position, Translation


def translation_json(translation: Translation | None) -> dict[str, object] | None:
    """None for a model in Python."""
    if translation is None:
        return None
    return {
        "source": translation.source,
        "subjects": list(translation.subjects),
        "functions": [{"name": f.name, "at": _place(f.position), "hooks": list(f.hooks)} for f in translation.functions],
        "missing": dict(translation.missing),
        "variables": [{"name": v.name, "at": _place(v.position), "place": v.place} for v in translation.variables],
        "bound": [
            {"at": _place(b.position), "function": b.function, "meaning": b.meaning, "hooks": list(b.hooks)}
            for b in translation.bound
        ],
        "ignored": [{"at": _place(position), "function": name} for name, position in translation.ignored],
        "configured_out": [_place(position) for position in translation.configured_out],
        "not_translated": [{"file": u.path, "added": u.added, "removed": u.removed} for u in translation.unread],
        "repaired": [{"line": repair.line, "what": repair.what} for repair in translation.repairs],
        "notes": [*translation.notes, *(f"{_place(position)}: {what}" for position, what in translation.directives)],
        "manifests": list(translation.manifests),
        "sizes": dict(translation.sizes),
        "config": dict(translation.config),
    }


def _place(position: Position) -> str:
    return f"{position.file}:{position.line}"
