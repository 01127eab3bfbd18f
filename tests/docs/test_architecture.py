# SPDX-License-Identifier: GPL-2.0-only
"""The map in ARCHITECTURE.md is the import structure: every room and every arrow of it, and no other."""

from __future__ import annotations

import ast
import functools
import graphlib
import re

import pytest

from checker.project import PROJECT

MODULES = {
    ".".join((path.parent if path.stem == "__init__" else path.with_suffix("")).relative_to(PROJECT).parts): path
    for path in sorted((*(PROJECT / "checker").rglob("*.py"), *(PROJECT / "spec" / "c").rglob("*.py")))
}
"""Those of `checker`, and the tables of the kernel's API that stand in `spec/c`: the part of `spec` that the front end runs."""


@functools.cache
def imported(module: str) -> set[str]:
    """The modules of this program that a module imports, also those that only its types need."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import, which this test does not follow"
            found.update(name if (name := f"{node.module}.{alias.name}") in MODULES else str(node.module) for alias in node.names)
    return found & MODULES.keys()


def room(module: str) -> str:
    """The folder of a module; a module beside the folders is a room by itself."""
    parts = MODULES[module].parent.relative_to(PROJECT).parts
    return ".".join(parts if parts[0] == "spec" else parts[1:]) or module.removeprefix("checker.")


@functools.cache
def arrows() -> dict[str, set[str]]:
    rooms: dict[str, set[str]] = {}
    for module in MODULES:
        if module != "checker":
            rooms.setdefault(room(module), set()).update(room(other) for other in imported(module) if other != "checker")
    return {name: others - {name} for name, others in rooms.items()}


def drawn() -> dict[str, set[str]]:
    """The map: room, what it is, what it imports."""
    text = (PROJECT / "ARCHITECTURE.md").read_text()
    rows = re.findall(r"^\| `([\w.]+)` \| [^|\n]+ \| ([^|\n]*) \|$", text, re.MULTILINE)
    return {name: set(re.findall(r"`([\w.]+)`", others)) for name, others in rows}


def test_the_map_has_every_room_and_every_arrow_and_no_other() -> None:
    assert drawn() == arrows()


@pytest.mark.parametrize("level", ["rooms", "modules"])
def test_nothing_imports_itself_in_a_circle(level: str) -> None:
    graph = arrows() if level == "rooms" else {module: imported(module) - {module} for module in MODULES}
    assert list(graphlib.TopologicalSorter(graph).static_order())


def test_every_room_says_what_it_is() -> None:
    silent = [module for module, path in MODULES.items() if not ast.get_docstring(ast.parse(path.read_text()))]
    assert not silent


def test_the_replayer_shares_nothing_with_what_it_confirms() -> None:
    rooms = {name for name in arrows() if name.split(".")[0] == "trace"}
    assert set().union(*(arrows()[name] for name in rooms)) <= {"language", "language.tree", "writing"} | rooms
    assert not [
        name for name, others in arrows().items() if name.split(".")[0] in ("ir", "explicit", "symbolic") and others & rooms
    ]
