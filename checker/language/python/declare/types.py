# SPDX-License-Identifier: GPL-2.0-only
"""Types: what annotations and enumerations mean."""

from __future__ import annotations

import ast

from checker.language import tree
from checker.language.python.code.expressions import ExpressionTranslator
from checker.language.python.source.modules import Module
from checker.language.python.source.symbols import Builtin, RecordName, Resolver, StructName, TypeName


class TypeReader:
    """Reads types of values, and the classes that are one."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def annotation(self, module: Module, node: ast.expr) -> tree.Type:
        """The type of a value: `bool`, `Annotated[int, Range(low, high)]` or a name for it, an enumeration, a record."""
        match node:
            case ast.Constant(value=str(text)):
                try:
                    inner = ast.parse(text, mode="eval").body
                except SyntaxError:
                    raise module.error(node, f"`{text}` is not a type") from None
                for part in ast.walk(inner):
                    ast.copy_location(part, node)
                return self.annotation(module, inner)
            case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
                type_ = self.annotation(module, left)
                if not isinstance(type_, tree.ReferenceType):
                    raise module.error(node, "`| None` is for references; an integer has 0")
                return type_
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=[ast.Name(id="int"), ast.Call() as call])):
                if self.resolver.resolve(module, name, node) == Builtin("Annotated"):
                    return self._range(module, call)
            case ast.Name(id="bool"):
                return tree.BoolType()
            case ast.Name(id="int"):
                raise module.error(node, "an int needs its range: Annotated[int, Range(low, high)], or a name for that")
            case ast.Name(id=name):
                match self.resolver.resolve(module, name, node):
                    case TypeName(type_) | (tree.EnumType() | tree.FlagsType() as type_):
                        return type_
                    case RecordName(record):
                        return tree.ReferenceType(record)
                    case StructName():
                        raise module.error(
                            node, f"{name} is a struct, which only a field, a module variable or an array of these can be"
                        )
        raise module.error(node, f"`{ast.unparse(node)}` is not a type of the language; see docs/reference/language.md")

    def _range(self, module: Module, call: ast.Call) -> tree.Type:
        if (
            not isinstance(call.func, ast.Name)
            or self.resolver.resolve(module, call.func.id, call) != Builtin("Range")
            or len(call.args) != 2
            or call.keywords
        ):
            raise module.error(call, "write Annotated[int, Range(low, high)]")
        translator = ExpressionTranslator(self.resolver, module)
        low, high = (translator.constant(argument, "a bound") for argument in call.args)
        if low > high:
            raise module.error(call, f"no integer is from {low} to {high}")
        return tree.IntType(low, high)

    def enumeration(self, module: Module, node: ast.ClassDef) -> tree.EnumType | tree.FlagsType:
        base = node.bases[0] if len(node.bases) == 1 else None
        kind = self.resolver.resolve(module, base.id, base) if isinstance(base, ast.Name) else None
        if kind not in (Builtin("Enum"), Builtin("IntFlag")):
            raise module.error(node, f"`{node.name}` is a class without meaning; write @record(...), or class {node.name}(Enum)")
        members: dict[str, int] = {}
        for statement in node.body:
            match statement:
                case ast.Expr(value=ast.Constant(value=str())):
                    continue
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    members[name] = ExpressionTranslator(self.resolver, module).constant(value, "a member")
                case _:
                    raise module.error(statement, "an enumeration has lines `NAME = number` only")
        if not members or len(set(members.values())) != len(members):
            raise module.error(node, f"{node.name} needs members, each with a number of its own")
        if kind == Builtin("IntFlag"):
            if any(value <= 0 or value & (value - 1) for value in members.values()):
                raise module.error(node, "each flag is one bit: 1, 2, 4, ...")
            return tree.FlagsType(node.name, tuple(members.items()))
        return tree.EnumType(node.name, tuple(members))
