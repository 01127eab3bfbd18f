# SPDX-License-Identifier: GPL-2.0-only
"""Records: how many instances there are, how they print, and their fields."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from checker.language import tree
from checker.language.errors import ModelError
from checker.language.python.code.expressions import ExpressionTranslator
from checker.language.python.declare.variables import VariableReader, sized
from checker.language.python.source.modules import Module
from checker.language.python.source.symbols import Builtin, RecordName, Resolver

_FORM = "@record(count=..., alignment=1, frames=0, allocated=False, names={...}, symmetric=False)"


class RecordReader:
    """Reads the classes that are records; their fields only when one is asked for, so that they may name any other record."""

    def __init__(self, resolver: Resolver, variables: VariableReader) -> None:
        self.resolver = resolver
        self.variables = variables
        self.records: dict[str, tree.Record] = {}
        self.nodes: dict[str, tuple[Module, ast.ClassDef]] = {}
        self._fields: dict[str, dict[str, tree.Variable]] = {}
        self._printed: dict[str, str] = {}

    def record(self, module: Module, node: ast.ClassDef) -> RecordName:
        """Declare the record that a class is."""
        decorator = node.decorator_list[0]
        if (
            len(node.decorator_list) != 1
            or not isinstance(decorator, ast.Call)
            or not isinstance(decorator.func, ast.Name)
            or self.resolver.resolve(module, decorator.func.id, decorator) != Builtin("record")
            or decorator.args
            or node.bases
        ):
            raise module.error(node, f"a record is a class without base and with {_FORM}")
        options, names = self._options(module, decorator)
        _check_options(module, decorator, options)
        if names is None:
            names = ((re.sub(r"(?<!^)(?=[A-Z])", "_", node.name).lower(), options["count"]),)
        self._check_names(module, decorator, node.name, options["count"], names)
        self.nodes[node.name] = (module, node)
        self.records[node.name] = tree.Record(
            node.name,
            options["count"],
            options["alignment"],
            options["frames"],
            bool(options["allocated"]),
            names,
            (),
            module.position(node),
            ast.get_docstring(node) or "",
            bool(options["symmetric"]),
        )
        return RecordName(node.name)

    def _options(self, module: Module, decorator: ast.Call) -> tuple[dict[str, int], tuple[tuple[str, int], ...] | None]:
        """The numbers that the decorator is given, and `names` if it is."""
        translator = ExpressionTranslator(self.resolver, module)
        options = {"alignment": 1, "frames": 0, "allocated": 0, "symmetric": 0}
        names: tuple[tuple[str, int], ...] | None = None
        for keyword in decorator.keywords:
            if keyword.arg == "names" and isinstance(keyword.value, ast.Dict) and all(map(_is_name, keyword.value.keys)):
                names = tuple(
                    (str(ast.literal_eval(key)), translator.constant(value, "a count"))
                    for key, value in zip(keyword.value.keys, keyword.value.values, strict=True)
                    if key is not None
                )
            elif keyword.arg in ("count", "alignment", "frames", "allocated", "symmetric"):
                options[keyword.arg] = translator.constant(keyword.value, f"`{keyword.arg}`")
            else:
                raise module.error(keyword, f"write {_FORM}")
        return options, names

    def _check_names(
        self, module: Module, decorator: ast.Call, record: str, wanted: int, names: tuple[tuple[str, int], ...]
    ) -> None:
        """ModelError unless each instance gets a name of its own."""
        if sum(count for _, count in names) != wanted:
            raise module.error(decorator, "the counts in `names` add up to `count`")
        for prefix, count in names:
            if count < 1:
                raise module.error(decorator, f"{count} instances cannot be named {prefix}; write how many are, at least 1")
            for printed in (f"{prefix}{number}" for number in range(count)):
                other = self._printed.setdefault(printed, record)
                if other != record:
                    raise module.error(decorator, f"an instance of {other} prints as {printed} already; give other `names`")
        if len({f"{prefix}{number}" for prefix, count in names for number in range(count)}) < wanted:
            raise module.error(decorator, "two instances would print alike; give `names` of which none is another with digits")

    def fields(self, record: str) -> dict[str, tree.Variable]:
        """The fields of a record, by name, in source order."""
        if record not in self._fields:
            module, node = self.nodes[record]
            found: dict[str, tree.Variable] = {}
            for statement in node.body:
                match statement:
                    case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
                        continue
                    case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
                        if any(known == name or known.startswith((f"{name}.", f"{name}[]")) for known in found):
                            raise module.error(statement, f"{record} has a field `{name}` already")
                        if name == "allocated" and self.records[record].allocated:
                            raise module.error(
                                statement, f"`allocated` is the allocator's state of a {record}; give the field another name"
                            )
                        parts = self.variables.read(module, name, annotation, value, statement, self.records[record].count)
                        found |= {part.name: part for part in parts}
                    case _:
                        raise module.error(statement, "a record has lines `field: Type = initial value` only")
            self._fields[record] = found
        return self._fields[record]

    def extend(self, record: str, more: Iterable[tree.Variable]) -> None:
        """Give a record more fields than its class has. ModelError if it has one of that name."""
        known = self.fields(record)
        for variable in more:
            if variable.name in known:
                raise ModelError(variable.position, f"{record} has a field `{variable.name}` already; rename this one")
            known[variable.name] = variable


def _check_options(module: Module, decorator: ast.Call, options: dict[str, int]) -> None:
    """ModelError if the numbers make no record."""
    if "count" not in options or options["count"] < 1:
        raise module.error(decorator, "a record needs a count of at least 1")
    sized(module, decorator, "a count", options["count"])
    if options["frames"] > 0:
        sized(module, decorator, "count times frames", options["count"] * options["frames"])
    if options["alignment"] < 1 or options["alignment"] & (options["alignment"] - 1):
        raise module.error(decorator, "the alignment is a power of two")
    if options["frames"] < 0:
        raise module.error(decorator, "a record owns 0 or more frames")


def _is_name(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier()
