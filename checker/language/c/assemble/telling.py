# SPDX-License-Identifier: GPL-2.0-only
"""What became of a C text, for the reader of a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterable

from checker.language import tree
from checker.language.c.assemble.bindings import Bound
from checker.language.c.assemble.definitions import Definitions
from checker.language.c.parse import Configuration, ConfigValue, Tristate, Use, is_c
from checker.language.c.source import CSource, Fragment
from checker.language.c.translate.functions import Functions
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
        variables=_variables(definitions, functions),
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


def _variables(definitions: Definitions, functions: Functions) -> tuple[tree.BoundVariable, ...]:
    found = []
    for variable in definitions.variables:
        if "extern" in variable.attributes:
            continue
        known = definitions.manifest.data.get(variable.name)
        if known is not None:
            found.append(tree.BoundVariable(variable.name, at(variable), known.is_, True))
        else:
            place = f"Cpu.{variable.name}" if functions.per_cpu(variable.name) is not None else variable.name
            found.append(tree.BoundVariable(variable.name, at(variable), place, False))
    return tuple(found)


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
