# SPDX-License-Identifier: GPL-2.0-only
"""Runs the text of a model's routine `main` as ordinary Python, by `exec`, and tells how it ends.

The language differs from Python where a value has a declared range and where an index is negative: those are checked in
the text before it is run, by calls put around values and indices.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from checker.language.names import Disabled

Values = tuple[tuple[str, int], ...]
"""Cells (`g`, `a[1]`) with their values, sorted."""

ERROR = "error"
DONE = "done"
STUCK = "stuck"
CHECK = "check"
Ending = tuple[str, Values]
"""How a run ended: in which way, and the values of the module variables then (none for an error)."""


@dataclass
class Tape:
    """Makes the choices of one run after the other, until every combination has been made."""

    taken: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    position: int = 0

    def pick(self, size: int) -> int:
        """The number of the option that this run takes, of `size` options."""
        if self.position == len(self.taken):
            self.taken.append(0)
            self.sizes.append(size)
        self.position += 1
        return self.taken[self.position - 1]

    def advance(self) -> bool:
        """Goes on to the next combination; False after the last."""
        self.position = 0
        while self.taken and self.taken[-1] + 1 == self.sizes[-1]:
            self.taken.pop()
            self.sizes.pop()
        if self.taken:
            self.taken[-1] += 1
        return bool(self.taken)


class TooManyRuns(Exception):
    """The choices of a program combine in too many ways."""


class OutsideRange(Exception):
    """A value outside its declared range."""


class _Checks(ast.NodeTransformer):
    """Puts a check around what is assigned, returned, passed and used as an index. types: of names, by their name."""

    def __init__(self, ranges: dict[str, tuple[int, int]]) -> None:
        self.ranges = ranges
        self.types: dict[str, str] = {}
        self.result = ""

    def fit(self, value: ast.expr, type_: str) -> ast.expr:
        if type_ not in self.ranges:
            return value
        low, high = self.ranges[type_]
        return _call("_fit", value, ast.Constant(low), ast.Constant(high))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        assert isinstance(node.target, ast.Name)
        array = isinstance(node.annotation, ast.Subscript) and ast.unparse(node.annotation.value) == "Array"
        annotation = node.annotation.slice if array else node.annotation
        self.types[node.target.id] = ast.unparse(annotation)
        self.generic_visit(node)
        if node.value is not None and not array:
            node.value = self.fit(node.value, self.types[node.target.id])
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        target = node.targets[0]
        name = target.value if isinstance(target, ast.Subscript) else target
        node.value = self.fit(node.value, self.types.get(ast.unparse(name), ""))
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        """The check stands in a line of its own after it: nothing can come in between."""
        self.generic_visit(node)
        node.value = self.right_side(node.op, node.value)
        name = node.target.value if isinstance(node.target, ast.Subscript) else node.target
        low, high = self.ranges.get(self.types.get(ast.unparse(name), ""), (None, None))
        return [node, ast.Expr(_call("_fit_all", name_of(name), ast.Constant(low), ast.Constant(high)))]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        outer, self.types = self.types, dict(self.types)
        self.result = "" if node.returns is None else ast.unparse(node.returns)
        checks: list[ast.stmt] = []
        for argument in node.args.args:
            if argument.annotation is not None:
                self.types[argument.arg] = ast.unparse(argument.annotation)
                checks.append(ast.Expr(self.fit(ast.Name(argument.arg, ast.Load()), self.types[argument.arg])))
        self.generic_visit(node)
        first = 1 if isinstance(node.body[0], ast.Global) else 0
        node.body[first:first] = checks
        self.types = outer
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        node.right = self.right_side(node.op, node.right)
        return node

    def right_side(self, operator: ast.operator, value: ast.expr) -> ast.expr:
        """What an operator can take on its right."""
        if isinstance(operator, ast.FloorDiv | ast.Mod):
            return _call("_fit", value, ast.Constant(1), ast.Constant(1 << 80))
        if isinstance(operator, ast.LShift | ast.RShift):
            return _call("_fit", value, ast.Constant(0), ast.Constant(64))
        return value

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        if node.value is not None:
            node.value = self.fit(node.value, self.result)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and self.types.get(node.value.id) is not None:
            node.slice = _call("_index", node.slice)
        return node


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def name_of(target: ast.expr) -> ast.expr:
    assert isinstance(target, ast.Name)
    return ast.Name(target.id, ast.Load())


def _fit(value: Any, low: int, high: int) -> Any:
    if not low <= value <= high:
        raise OutsideRange(value)
    return value


def _fit_all(values: Any, low: int | None, high: int | None) -> None:
    if low is not None and high is not None:
        for value in values if isinstance(values, list) else [values]:
            _fit(value, low, high)


def _index(value: int) -> int:
    if value < 0:
        raise IndexError(value)
    return value


def checked(text: str, ranges: dict[str, tuple[int, int]]) -> Any:
    """The text as code, with the checks in it."""
    tree = _Checks(ranges).visit(ast.parse(text))
    return compile(ast.fix_missing_locations(tree), "<model>", "exec")


def python_endings(text: str, ranges: dict[str, tuple[int, int]], variables: Iterable[str], most: int) -> set[Ending]:
    """All ways in which `main` can end, one for each combination of what its `choose`s choose.

    ranges: of the integer types, by name. variables: the module variables that count. most: more runs than that raise
    TooManyRuns.
    """
    code = checked(text, ranges)
    tape = Tape()
    found: set[Ending] = set()
    for _ in range(most):
        namespace: dict[str, Any] = {"_fit": _fit, "_fit_all": _fit_all, "_index": _index}
        exec(code, namespace)
        namespace["choose"] = _chooser(tape)
        found.add(_run(namespace, variables))
        if not tape.advance():
            return found
    raise TooManyRuns


def _chooser(tape: Tape) -> Callable[[Iterable[Any]], Any]:
    def choose(options: Iterable[Any]) -> Any:
        found = list(options)
        if not found:
            raise Disabled
        return found[tape.pick(len(found))]

    return choose


def _run(namespace: dict[str, Any], variables: Iterable[str]) -> Ending:
    try:
        namespace["main"]()
    except (OutsideRange, IndexError):
        return ERROR, ()
    except Disabled:
        return STUCK, _values(namespace, variables)
    except AssertionError:
        return CHECK, _values(namespace, variables)
    return DONE, _values(namespace, variables)


def _values(namespace: dict[str, Any], variables: Iterable[str]) -> Values:
    found: dict[str, int] = {}
    for name in variables:
        value = namespace[name]
        if isinstance(value, list):
            found.update({f"{name}[{number}]": integer_of(element) for number, element in enumerate(value)})
        else:
            found[name] = integer_of(value)
    return tuple(sorted(found.items()))


def integer_of(value: Any) -> int:
    """A value as the integer that the checker has for it."""
    if isinstance(value, Enum) and not isinstance(value, int):
        return list(type(value)).index(value)
    if isinstance(value, Enum):
        return int(value) & sum(member.value for member in type(value))
    return int(value)
