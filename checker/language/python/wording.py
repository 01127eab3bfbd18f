# SPDX-License-Identifier: GPL-2.0-only
"""What properties and assumptions say, as a few digits of a hash each: the same where only comments, prose or places change.

The text of a property is that of its conditions, of all code with a `check` for it, and of each function, constant,
enumeration and type that they use, and so on. What stands in the state (records, variables) counts with its name only: states
are counted elsewhere.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from checker.language import tree
from checker.language.python.declare.decorators import CONDITIONS
from checker.language.python.declare.symbol_table import Symbols
from checker.language.python.source.modules import Module
from checker.language.python.source.symbols import Builtin, Code

DIGITS = 12
PLACES = ("lineno", "col_offset", "end_lineno", "end_col_offset", "ctx", "kind", "type_comment")
"""Fields of a node that say nothing."""
DECLARING = (Builtin("parameter"), Builtin("event"), Builtin("demand"))
"""What is called to declare a parameter, an event or a property, rather than to make a constant."""
SHOWN = 40
"""Characters of a stated assumption that stand for it; those that begin alike share a name."""


@dataclass(frozen=True)
class Wording:
    """By name, each with the digits that stand for its text."""

    properties: dict[str, str]
    assumptions: dict[str, str]


def wording(program: tree.Program, symbols: Symbols, modules: Sequence[Module]) -> Wording:
    """The wording of a program. modules: those that are part of it as a whole."""
    texts = _Texts(symbols)
    codes = [code for module in modules for code in symbols.all_code(module)]
    parts: dict[str, list[str]] = {name: [] for name in program.properties}
    for code in codes:
        for name in {*_own(code), *texts.checked(code)}:
            parts[name].append(texts.closed(code))
    assumed = {assumption.name for assumption in program.assumptions}
    assumptions = {f"fair: {c.name}": digest([texts.closed(c)]) for c in codes if c.name in assumed}
    assumptions |= {f"constraint: {c.name}": digest([texts.closed(c)]) for c in codes if "constraint" in c.decorators}
    for hook, implementation in program.demanded:
        assumptions[f"hook: {hook}"] = digest([texts.closed(symbols.code.used[implementation])])
    stated: dict[str, list[str]] = {}
    for text in (" ".join(text.split()) for text in program.stated):
        stated.setdefault(f"stated: {text[:SHOWN]}", []).append(text)
    assumptions |= {name: digest(found) for name, found in stated.items()}
    return Wording({name: digest(found) for name, found in parts.items()}, assumptions)


def digest(texts: Iterable[str]) -> str:
    """The digits for texts in any order."""
    return hashlib.sha256("\0".join(sorted(texts)).encode()).hexdigest()[:DIGITS]


def _own(code: Code) -> Iterator[str]:
    """The property that a condition belongs to."""
    for kind in CONDITIONS & code.decorators.keys():
        call = code.decorators[kind]
        if call is not None and isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value)


@dataclass
class _Texts:
    """The texts of one program. texts, names: of each syntax tree that was looked at, as many properties use the same code."""

    symbols: Symbols
    texts: dict[ast.AST, str] = field(default_factory=dict)
    names: dict[ast.AST, frozenset[str]] = field(default_factory=dict)

    def checked(self, code: Code) -> Iterator[str]:
        """The properties that the code itself has a `check` for."""
        for node in ast.walk(code.node):
            if isinstance(node, ast.Call) and len(node.args) == 3 and isinstance(node.func, ast.Name):
                named = node.args[1]
                if self._symbol(code.module, node.func.id) == Builtin("check") and isinstance(named, ast.Name):
                    match self._symbol(code.module, named.id):
                        case tree.Property(identifier):
                            yield identifier
                        case Code() as condition:
                            yield from _own(condition)

    def closed(self, code: Code) -> str:
        """The text of the code with that of all it uses."""
        found: set[tuple[str, str]] = set()
        self._collect(code.module, code.node, found)
        return "\n".join([self._text(code.node), *sorted(text for _, text in found)])

    def _collect(self, module: Module, node: ast.AST, found: set[tuple[str, str]]) -> None:
        for name in sorted(self._names(node) & module.definitions.keys()):
            home, definition = self.symbols.modules.home(module, name)
            if isinstance(definition, ast.FunctionDef):
                code = self._used(home, definition)
                if code is None:
                    continue
                home, definition = code.module, code.node
            elif definition is None or not self._counts(home, definition):
                continue
            key = home.name, self._said(home, definition)
            if key not in found:
                found.add(key)
                self._collect(home, definition, found)

    def _counts(self, home: Module, definition: ast.stmt) -> bool:
        """Whether a definition that is not a function is part of what its users say: a constant, a range, an enumeration."""
        match definition:
            case ast.Assign(value=ast.Call(func=ast.Name(id=name))):
                return self._symbol(home, name) not in DECLARING
            case ast.Assign() | ast.ClassDef(decorator_list=[]):
                return True
        return False

    def _said(self, home: Module, definition: ast.stmt) -> str:
        """The text of a definition; of a constant that models give, its value."""
        match definition:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call()):
                constant = self._symbol(home, name)
                assert isinstance(constant, tree.Constant)
                return f"{name}: {constant.value}"
        return self._text(definition)

    def _text(self, node: ast.AST) -> str:
        if node not in self.texts:
            self.texts[node] = text_of(node)
        return self.texts[node]

    def _names(self, node: ast.AST) -> frozenset[str]:
        """The names that it uses."""
        if node not in self.names:
            self.names[node] = frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
        return self.names[node]

    def _used(self, home: Module, definition: ast.FunctionDef) -> Code | None:
        """The function that a name stands for: of a hook, the one that implements it. None for what is not a function."""
        code = self.symbols.resolve(home, definition.name, definition)
        if not isinstance(code, Code) or not code.is_function:
            return None
        implementation = self.symbols.code.implementations.get(code.name, code.name)
        return self.symbols.code.used.get(implementation, code)

    def _symbol(self, module: Module, name: str) -> object:
        return self.symbols.resolve(module, name, ast.Pass()) if name in module.definitions else None


def text_of(node: object) -> str:
    """A syntax tree as text, the same in each version of Python; docstrings are left out."""
    match node:
        case ast.AST():
            parts = []
            for name in node._fields:
                value = getattr(node, name, None)
                if name not in PLACES and value is not None and value != []:
                    parts.append(f"{name}={text_of(value)}")
            return f"{type(node).__name__}({', '.join(parts)})"
        case list():
            return f"[{', '.join(text_of(part) for part in node if not _is_prose(part))}]"
    return repr(node)


def _is_prose(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
