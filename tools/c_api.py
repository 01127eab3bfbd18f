# SPDX-License-Identifier: GPL-2.0-only
"""The command: `python -m tools.c_api`: writes docs/reference/c-api.md, which is made of the tables of the kernel's API: that of
every domain (checker/language/c/api), and those of one domain (spec/c)."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from types import ModuleType

from checker.language.c.api.linux import MODULES, linux
from checker.language.c.translate.table import Entry, Guard, entries
from checker.project import PROJECT
from spec.c.domains import DOMAINS

DOCUMENT = PROJECT / "docs" / "reference" / "c-api.md"
_HEAD = """\
# The kernel's API in C text

What calls, macros and constants of Linux are in a protocol that is written in
C. The number is that of the arguments: where Linux changed it, another number
is another function. What stands in no table here is an error where a hook
reaches it. Names that the text itself defines are translated from there, unless
they stand here. `service` is one of [the modelled kernel](kernel.md), whose
contexts and failures then hold.

The manifest names the [domain](c-manifest.md#domain-and-clients) of a text. What
stands under "Every domain" can be called in each one whose kernel has the
service; what stands under a domain is an error elsewhere, which names it.

`python -m tools.c_api` makes this file of `checker/language/c/api/` (every
domain) and `spec/c/` (one domain).
"""


def document() -> str:
    """The document, as the table is now."""
    api = linux()
    parts = [_HEAD, "## Every domain\n", *(_section(module) for module in MODULES)]
    parts.append(_names("Loops", "what it is", {n: inspect.getdoc(each) or "" for n, each in api.loops.items()}))
    parts.append(
        _names("guard() and scoped_guard()", "what it takes and gives back", {n: _guard(g) for n, g in api.guards.items()})
    )
    parts.append(_names("Numbers", "value", {name: str(value) for name, value in api.numbers.items()}))
    parts.append(_names("Names that make no difference", "what it is", api.opaque))
    for domain in DOMAINS.values():
        parts.append(f"## Domain `{domain.name}`\n")
        parts += [_section(module) for module in domain.modules]
        flags = {name: _flags(members) for name, (_, members) in domain.flags.items()}
        parts.append(_names("Flags", "what of a mask makes a difference", flags))
        parts.append(_names("Names that make no difference", "what it is", domain.opaque))
    return "\n".join(part for part in parts if part)


def _section(module: ModuleType) -> str:
    """The calls of one module, those of one function in one row."""
    title = " ".join((inspect.getdoc(module) or "").partition("\n\n")[0].split())
    lines = [f"### {title.rstrip('.')}", "", "| call | what it is |", "|---|---|"]
    rows: dict[object, list[Entry]] = {}
    for each in entries(module):
        rows.setdefault(each.translate, []).append(each)
    for found in rows.values():
        lines.append(f"| {', '.join(map(_call, found))} | {_cell(found[0].doc)} |")
    return "\n".join([*lines, ""])


def _call(each: Entry) -> str:
    return f"`{each.name}`" if each.arity is None else f"`{each.name}`({each.arity})"


def _names(title: str, what: str, rows: Mapping[str, str]) -> str:
    """A table of names, empty if there are none; those that are alike share a row."""
    if not rows:
        return ""
    alike: dict[str, list[str]] = {}
    for name, meaning in rows.items():
        alike.setdefault(meaning, []).append(f"`{name}`")
    lines = [f"### {title}", "", f"| name | {what} |", "|---|---|"]
    return "\n".join([*lines, *(f"| {', '.join(names)} | {_cell(meaning)} |" for meaning, names in alike.items()), ""])


def _guard(guard: Guard) -> str:
    return f"`{guard.take}`, `{guard.give_back}`"


def _flags(members: Iterable[str]) -> str:
    return ", ".join(f"`{member}`" for member in members) or "nothing"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
