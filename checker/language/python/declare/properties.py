# SPDX-License-Identifier: GPL-2.0-only
"""Properties and lemmas: what conditions and checks belong to."""

from __future__ import annotations

import ast

from checker.language import tree
from checker.language.errors import IDENTIFIER
from checker.language.python.source.modules import Module
from checker.language.raised import RAISED_BY_THE_CHECKER


class PropertyTable:
    """The properties and lemmas that are declared so far, by identifier."""

    def __init__(self) -> None:
        self.declared: dict[str, tree.Property] = {}

    def add(self, module: Module, node: ast.AST, identifier: str, why: str, is_lemma: bool = False) -> tree.Property:
        """Declare a property or lemma. Several invariants of one file may belong to one property, and several predicates to one
        lemma; the first one's prose is its."""
        if IDENTIFIER.fullmatch(identifier) is None:
            raise module.error(node, f"{identifier!r} is not an identifier: write up to 64 letters, digits and hyphens")
        known = self.declared.get(identifier)
        if is_lemma and identifier in RAISED_BY_THE_CHECKER:
            raise module.error(node, f"{identifier} is a property that the checker itself raises; give the lemma another name")
        same_kind = known is not None and known.is_lemma == is_lemma
        if known is not None and same_kind and isinstance(node, ast.FunctionDef) and known.position.file == module.display:
            return known
        if known is not None:
            kind = "lemma" if known.is_lemma else "property"
            raise module.error(node, f"the {kind} {identifier} is declared at {known.position} already")
        self.declared[identifier] = found = tree.Property(identifier, " ".join(why.split()), module.position(node), is_lemma)
        return found
