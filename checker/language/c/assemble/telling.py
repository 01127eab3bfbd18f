# SPDX-License-Identifier: GPL-2.0-only
"""What became of a C text, for the reader of a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from checker.language import tree
from checker.language.c.assemble.bindings import Bound
from checker.language.c.assemble.definitions import Definitions
from checker.language.c.parse import Configuration, ConfigValue, Tristate, Use, is_c
from checker.language.c.source import CSource, Fragment
from checker.language.c.translate.functions import Functions
from checker.language.c.translate.items import Holder, Item, Lock, Refused, Work
from checker.language.c.translate.names import Sizes
from checker.language.c.translate.raising import at, plain
from checker.language.errors import ModelError, UsageError

_SYMBOL = re.compile(r"\bCONFIG_\w+", re.ASCII)


def translation(source: CSource, definitions: Definitions, functions: Functions, bound: Bound) -> tree.Translation:
    """What was translated, bound, ignored, repaired, and left unread. functions, bound: after the translation."""
    manifest = definitions.manifest
    return tree.Translation(
        source=source.name,
        subjects=source.subjects,
        functions=_functions(functions, bound),
        missing=tuple((function.removesuffix("()"), hook) for hook, function in bound.missing.items()),
        variables=_variables(definitions, functions.items),
        bound=tuple(sorted(bound.told, key=lambda each: each.position)),
        ignored=tuple(bound.ignored),
        unread=tuple(
            tree.UnreadFile(file.path, _added(file.fragments), len(file.removed)) for file in source.files if not is_c(file.path)
        ),
        configured_out=tuple(
            tree.Position(file.path, line, 1)
            for file in definitions.files
            for line, use in sorted(file.added.items())
            if use is Use.LEFT_OUT
        ),
        repairs=tuple(tree.Repaired(repair.mail_line, repair.what) for repair in source.repairs),
        notes=source.notes,
        directives=tuple((plain(note.position), note.what) for file in definitions.files for note in file.notes),
        manifests=tuple(dict.fromkeys(name for name, _ in manifest.texts)),
        sizes=_sizes(functions.sizes),
        config=_config(source, manifest.config),
    )


def _functions(functions: Functions, bound: Bound) -> tuple[tree.TranslatedFunction, ...]:
    """Those of the text. What is made of statements that are added to a function of the kernel is none."""
    hooks: dict[tree.Position, list[str]] = {}
    positions = {code.name: code.position for code in bound.routines} | {code.name: code.position for code in bound.functions}
    for hook, name in bound.implementations.items():
        hooks.setdefault(positions[name], []).append(hook)
    found = [
        tree.TranslatedFunction(name, at(function), tuple(hooks.get(at(function), ())))
        for name, function in functions.translated.items()
        if functions.definition(name) is not None
    ]
    return tuple(sorted(found, key=lambda function: function.position))


def _variables(definitions: Definitions, items: Mapping[tuple[str | None, str], Item]) -> tuple[tree.BoundVariable, ...]:
    """Variables, and members that the text adds to structs of the kernel."""
    manifest = definitions.manifest
    found = []
    for variable in definitions.variables:
        if "extern" not in variable.attributes:
            known = manifest.data.get(variable.name)
            record = "Cpu" if variable.per_cpu else None
            place = _place(record, variable.name, items) if known is None else known.is_
            found.append(tree.BoundVariable(variable.name, at(variable), place, known is not None))
    for tag, member in definitions.added_members:
        if member.name is not None:
            name, known_as = f"{tag}.{member.name}", manifest.members.get(f"{tag}.{member.name}")
            place = _place(manifest.records.get(tag), member.name, items) if known_as is None else known_as
            found.append(tree.BoundVariable(name, at(member), place, known_as is not None))
    return tuple(found)


def _place(record: str | None, name: str, items: Mapping[tuple[str | None, str], Item]) -> str:
    """Where the program has a variable that the kernel lacks, in words if it is no variable there."""
    match items.get((record, name)):
        case Lock():
            return "a lock"
        case Work():
            return "an irq_work"
        case Holder(tag=tag):
            return f"a struct {tag}"
        case Refused() | None:
            return "nothing, as nothing that is translated reaches it"
    return name if record is None else f"{record}.{name}"


def _added(fragments: Iterable[Fragment]) -> int:
    return sum(line.added for fragment in fragments for line in fragment.lines)


def _sizes(sizes: Sizes) -> tuple[tuple[str, int], ...]:
    """Those that have a value at the sizes of the model."""
    found = []
    for name in sizes.expressions:
        try:
            found.append((name, sizes.size(name)))
        except (ModelError, UsageError):  # it is none that the text needs, or that would have been said
            continue
    return tuple(found)


def _config(source: CSource, values: Configuration) -> tuple[tuple[str, str], ...]:
    """The symbols of the configuration that stand in the text, with their values."""
    lines = (line.text for file in source.files for fragment in file.fragments for line in fragment.lines)
    used = {name for line in lines for name in _SYMBOL.findall(line)}
    return tuple((name, _spelt(value)) for name, value in values.items() if name in used)


def _spelt(value: ConfigValue) -> str:
    """A value as a .config has it."""
    if isinstance(value, Tristate):
        return value.value
    return ("y" if value else "n") if isinstance(value, bool) else str(value)
