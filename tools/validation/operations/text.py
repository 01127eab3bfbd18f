# SPDX-License-Identifier: GPL-2.0-only
"""The functions of a patch as C text that compiles by itself, in place of the files that they are parts of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from checker.language import tree
from checker.language.c import syntax
from checker.language.c.assemble.definitions import Definitions
from checker.language.c.lexical.tokens import Token
from checker.language.c.parse import Chunk, ChunkKind
from checker.language.c.syntax.walking import walk

from .states import OPERATIONS, Kind, Sizes

HERE = Path(__file__).parent


def compilable(definitions: Definitions, program: tree.Program, sizes: Sizes) -> str:
    """A C program that reads operations and runs them."""
    names = _reached(definitions, {name.partition("@")[0] for name in (*routines_of(definitions, program), *program.functions)})
    slots = program.records["Cpu"].fields
    length = next(field.shape[0] for field in slots if field.name == "pool")
    defined = {
        "CPUS": sizes.cpus,
        "TASKS": sizes.tasks,
        "STACKS": sizes.stacks,
        "STACK_PAGES": sizes.stack_pages,
        "PAGES": sizes.pages,
        "POOL_SLOTS": length,
        "POOL": "dynamic_stack_pages",
    }
    if any(field.name == "dynamic_stack_short" for field in slots):
        defined["SHORT"] = "dynamic_stack_short"
    lines = [f"#define {name} {value}" for name, value in defined.items()]
    lines.append((HERE / "kernel.h").read_text(encoding="utf-8"))
    for file in definitions.files:
        lines += _macros(entry for entry in file.macros.final().values())
    for file in definitions.files:
        lines += [_text(chunk) for chunk in file.chunks if _is_wanted(chunk, names)]
    cases = "\n".join(
        f"\t\tcase {number}: {_call(definitions, program, each)} break;"
        for number, each in enumerate(OPERATIONS)
        if each.hook in _hooks(definitions, program)
    )
    driver = (HERE / "driver.c").read_text(encoding="utf-8")
    return "\n".join([*lines, driver.replace("\t\t\tOPERATIONS", cases)])


def _reached(definitions: Definitions, names: Iterable[str]) -> set[str]:
    """These functions of the text, and those that they call."""
    pending, found = list(names), set()
    while pending:
        name = pending.pop()
        function = definitions.function(name) if name not in found and definitions.defines(name) else None
        if function is not None:
            found.add(name)
            pending += [part.name for part in walk(function.body) if isinstance(part, syntax.Name)]
    return found


def routines_of(definitions: Definitions, program: tree.Program) -> list[str]:
    """The routines of a program that are functions of the patch."""
    files = {file.path for file in definitions.files}
    return [routine.name for routine in program.routines.values() if routine.position.file in files]


def _hooks(definitions: Definitions, program: tree.Program) -> set[str]:
    names = routines_of(definitions, program)
    return {hook for name in names if (hook := program.routines[name].hook) is not None} | program.functions.keys()


def hooks(definitions: Definitions, program: tree.Program) -> list[int]:
    """The operations that the patch has functions for, by their numbers."""
    found = _hooks(definitions, program)
    return [number for number, each in enumerate(OPERATIONS) if each.hook in found]


def _call(definitions: Definitions, program: tree.Program, kind: Kind) -> str:
    """The driver's call of an implementation; of one without parameters, without arguments."""
    implementing = (r.name.partition("@")[0] for r in program.routines.values() if r.hook == kind.hook)
    name = next(implementing, kind.hook)
    function = definitions.function(name)
    assert function is not None
    return kind.c.replace("NAME", name) if function.parameters else f"{name}();"


def _macros(entries: Iterable[object]) -> Iterator[str]:
    for entry in entries:
        name = getattr(entry, "name", None)
        if name is None:
            continue
        parameters = getattr(entry, "parameters", None)
        given = "" if parameters is None else f"({', '.join(parameters)})"
        yield f"#ifndef {name}\n#define {name}{given} {_joined(getattr(entry, 'body', ()))}\n#endif"


def _is_wanted(chunk: Chunk, names: set[str]) -> bool:
    if chunk.kind is ChunkKind.FUNCTION:
        return chunk.name in names
    first = chunk.tokens[0].text
    return (
        chunk.kind is ChunkKind.DECLARATION and bool(chunk.added_lines) and first not in ("extern", "struct", "enum", "typedef")
    )


def _text(chunk: Chunk) -> str:
    return _joined(chunk.tokens)


def _joined(tokens: Iterable[Token]) -> str:
    return " ".join(token.text for token in tokens)
