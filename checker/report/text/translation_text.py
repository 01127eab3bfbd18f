# SPDX-License-Identifier: GPL-2.0-only
"""What became of a text that is not a model in Python: in full for `stackproof translate`, in a few lines behind verdicts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from checker.language import tree
from checker.report.text.line_ranges import lines_text
from checker.report.text.routine_text import code_text
from checker.report.text.style import plain

_WIDTH = 100


def translation_lines(translation: tree.Translation | None) -> list[str]:
    """What the reader of a verdict has to know, in lines; nothing for a model in Python."""
    if translation is None:
        return []
    files = dict.fromkeys(function.position.file for function in translation.functions)
    missing = [function for function, _ in translation.missing]
    lines = [
        f"Translated: {_number(len(translation.functions), 'function')} of {', '.join(files)}"
        + (f"; the kernel's own: {', '.join(missing)}" if missing else "")
    ]
    bound = dict.fromkeys(each.function for each in translation.bound)
    if bound:
        lines.append(f"Bound: {_number(len(translation.bound), 'statement')} added to {', '.join(bound)}")
    if translation.ignored:
        lines.append(f"Ignored, as the manifest says: {', '.join(dict.fromkeys(name for name, _ in translation.ignored))}")
    if translation.configured_out:
        lines.append(f"Left out by the configuration: {lines_text([*map(_line, translation.configured_out)])}")
    if translation.unread:
        lines.append(f"Not translated: {', '.join(map(_unread, translation.unread))}")
    if translation.repairs:
        first = translation.repairs[0]
        places = _number(len(translation.repairs), "place")
        lines.append(f"Repaired: {places} of {translation.source}, the first in line {first.line}: {first.what}")
    lines += [f"Note: {note}" for note in translation.notes]
    return [*map(plain, lines)]


def translation_text(program: tree.Program, translation: tree.Translation) -> str:
    """All of it: the summary, then each routine of the text as the program has it."""
    parts = ["\n".join(_summary(program, translation))]
    hooks = {function.position: function.hooks for function in translation.functions}
    codes: list[tree.Routine | tree.Function] = [*program.routines.values(), *program.dormant.values()]
    codes = [code for code in codes if isinstance(code, tree.Routine) and code.protocol]
    codes += [function for function in program.functions.values() if function.position in hooks]
    missing = {hook for _, hook in translation.missing}
    for code in sorted(codes, key=lambda code: code.position):
        if isinstance(code, tree.Routine) and code.hook in missing:
            continue  # the kernel's own, in the text's place
        mine = (code.hook,) if isinstance(code, tree.Routine) and code.hook is not None else hooks.get(code.position, ())
        asleep = ", which nothing calls with these events" if code.name in program.dormant else ""
        heading = f"{_line(code.position)}: {code.name}{_for_hooks(mine)}{asleep}"
        parts.append(f"{plain(heading)}\n\n" + "\n".join(map(plain, code_text(program, code).split("\n"))))
    return "\n\n\n".join(parts)


def _summary(program: tree.Program, translation: tree.Translation) -> list[str]:
    own = [routine.name for routine in program.routines.values() if routine.hook == routine.name and not routine.protocol]
    own += [name for name, routine in program.dormant.items() if routine.hook == name and not routine.protocol]
    sizes = ", ".join(f"{parameter.name} = {parameter.value}" for parameter in program.parameters)
    events = ", ".join(event.name for event in program.events if event.enabled)
    lines = [f"{translation.source}: {'; '.join(translation.subjects) or 'a C file'}", ""]
    lines += _part("Translated", map(_function, translation.functions))
    lines += _part("Bound by the manifest", _bound(program, translation.bound))
    lines += _part("Variables", map(_variable, translation.variables))
    missing = [f"{function}, for the hook {hook}: the text does not have it" for function, hook in translation.missing]
    nothing = [f"hooks that the text does not implement: {', '.join(own)}"] if own else []
    lines += _part("The kernel's own", (*missing, *nothing))
    lines += _part("Ignored, as the manifest says", (f"{_line(position)}: {name}" for name, position in translation.ignored))
    out = lines_text([*map(_line, translation.configured_out)])
    lines += _part("Left out by the configuration", [out] if out else [])
    lines += _part("Not translated", map(_unread, translation.unread))
    lines += _part("Repaired", (f"{translation.source}:{repair.line}: {repair.what}" for repair in translation.repairs))
    notes = (*translation.notes, *(f"{_line(position)}: {what}" for position, what in translation.directives))
    lines += _part("Notes", notes)
    lines += _part("Assumed", program.stated)
    config = (
        [f"configuration: {', '.join(f'{name}={value}' for name, value in translation.config)}"] if translation.config else []
    )
    of_text = ", ".join(f"{name} = {value}" for name, value in translation.sizes)
    lines += _part(
        "Manifest and sizes",
        (
            f"manifest: {', '.join(translation.manifests)}",
            *config,
            f"sizes of the model: {sizes}",
            f"constants of the text: {of_text}",
            f"events: {events or 'none'}",
        ),
    )
    return [plain(line) for line in lines[:-1]]


def _part(title: str, entries: Iterable[str]) -> list[str]:
    """A part of the summary with an empty line behind it; nothing if it has no entries."""
    found = list(entries)
    if not found:
        return []
    wrap = textwrap.TextWrapper(
        _WIDTH, initial_indent="  ", subsequent_indent="      ", break_long_words=False, break_on_hyphens=False
    )
    return [title, *(line for entry in found for line in wrap.wrap(entry)), ""]


def _function(function: tree.TranslatedFunction) -> str:
    return f"{_line(function.position)}: {function.name}{_for_hooks(function.hooks)}"


def _for_hooks(hooks: Sequence[str]) -> str:
    return f", for the hook {' and '.join(hooks)}" if hooks else ""


def _bound(program: tree.Program, statements: Sequence[tree.BoundStatement]) -> list[str]:
    """The statements that are added to functions of the kernel, each with its first line."""
    found = []
    for each in statements:
        line = tree.line_of(program.sources.get(each.position.file, ""), each.position.line) or ""
        found.append(f"{_line(each.position)}: `{' '.join(line.split())}` in {each.function}: {each.meaning}")
    return found


def _variable(variable: tree.BoundVariable) -> str:
    of = "the kernel's " if variable.of_kernel else ""
    return f"{_line(variable.position)}: {variable.name} is {of}{variable.place}"


def _unread(file: tree.UnreadFile) -> str:
    counts = [_number(file.added, "line")] if file.added or not file.removed else []
    counts += [f"{file.removed} removed"] if file.removed else []
    return f"{file.path} ({', '.join(counts)})"


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _line(position: tree.Position) -> str:
    return f"{position.file}:{position.line}"
