# SPDX-License-Identifier: GPL-2.0-only
"""Calls: of functions of the text, and of the kernel's by the table of its API."""

from __future__ import annotations

from checker.counting import counted
from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.syntax.walking import walk
from checker.language.c.translate.code import described
from checker.language.c.translate.expressions import ExpressionTranslator
from checker.language.c.translate.fitting import fitted
from checker.language.c.translate.integers import as_integer
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.table import Entry
from checker.language.c.translate.types import INT, CBool
from checker.language.c.translate.values import (
    AddressKind,
    AreaAddress,
    Kind,
    Nothing,
    Opaque,
    OpaqueKind,
    Region,
    RegionKind,
    Scalar,
    ScalarKind,
    Struct,
    StructKind,
    Value,
)
from checker.language.errors import similar
from checker.language.foreign import NotThere

NO_ASSEMBLER = "assembler has no counterpart in a model; write what it does in C"


class CallTranslator(ExpressionTranslator):
    """Translates calls. in_force: what calls have set for all that comes behind them in the function, by their names."""

    in_force: dict[str, tree.Expression]

    def call(self, node: syntax.Call) -> Value:
        if not isinstance(node.function, syntax.Name) or node.function.name in self.scope:
            raise error(node, "a call through a pointer; the function has to be known, so call it by its name")
        name = node.function.name
        if self.text.defines(name):
            return self.call_of_text(node, name)
        try:
            return self.entry(node, name).translate(self, node)
        except NotThere as missing:
            domain = self.text.manifest.domain
            raise error(
                node,
                f"`{name}` cannot be called in the domain {domain!r}: {missing.message}; leave the call out, or name another "
                "domain in the manifest",
            ) from None

    def entry(self, node: syntax.Call, name: str) -> Entry:
        """What the table of the kernel's API has for a call. ModelError if it has nothing."""
        entry = self.text.api.calls.get((name, len(node.arguments))) or self.text.api.calls.get((name, None))
        if entry is not None:
            return entry
        others = sorted(arity for known, arity in self.text.api.calls if known == name and arity is not None)
        if others:
            takes = " or ".join(map(str, others))
            raise error(
                node,
                f"`{name}` has {counted(len(node.arguments), 'argument')} here; the one that the modelled kernel has takes "
                f"{takes}. It is another version of the kernel's: docs/reference/c-api.md says which",
            )
        elsewhere = self.text.api.elsewhere.get(name)
        if elsewhere is not None:
            raise error(node, f"`{name}` {self.of_domain(elsewhere)}")
        hint = similar(name, {known for known, _ in self.text.api.calls})
        raise error(
            node,
            f"`{name}` is not known: the text does not define it, and it is not in docs/reference/c-api.md{hint}; "
            "give --base with the tree that defines it",
        )

    def check_known(self, *nodes: syntax.Node | None) -> None:
        """ModelError for what is not known in text that is never reached, and so is not translated: a call, or assembler."""
        for part in walk(*nodes):
            match part:
                case syntax.Asm():
                    raise error(part, NO_ASSEMBLER)
                case syntax.Call(function=syntax.Name(name=name)) if name not in self.scope and not self.text.defines(name):
                    self.entry(part, name)

    def call_of_text(self, node: syntax.Call, name: str) -> Value:
        """A call of a function that the text defines."""
        for setter in self.in_force:
            raise error(
                node,
                f"`{name}` is called after {setter}(), which would hold in it too; move {setter}() into a function that calls no "
                "function of the text after it",
            )
        values = self.arguments(node)
        kinds = [self.kind_of_argument(node, name, index, value) for index, value in enumerate(values)]
        routine, result = self.text.specialise(node, name, kinds)
        given: list[tree.Expression] = []
        for value, kind, argument in zip(values, kinds, node.arguments, strict=True):
            given += self.given(argument, value, kind)
        position = at(node)
        match result:
            case None:
                self.emit(tree.Evaluate(position, tree.Call(position, build.BOOL, routine, tuple(given))))
                return Nothing()
            case ScalarKind(type_, c_type):
                return Scalar(tree.Call(position, type_, routine, tuple(given)), c_type)
            case OpaqueKind(what):
                self.emit(tree.Evaluate(position, tree.Call(position, build.BOOL, routine, tuple(given))))
                return Opaque(what)
        raise error(node, f"`{name}` returns an address, or a pointer into an array; return what it belongs to")

    def arguments(self, node: syntax.Call) -> list[Value]:
        """The arguments, from left to right; ModelError where their order would matter."""
        found: list[Value] = []
        acting: syntax.Expression | None = None
        for argument in node.arguments:
            begun = len(self.statements)
            value = self.value(argument)
            acts = self.acts(self.statements[begun:])
            if acts or self.calls(value):
                if acting is not None:
                    raise error(argument, "two arguments have effects, and C leaves open which comes first; write two statements")
                acting = argument
                if acts and any(_has_reads(v) for v in found):
                    raise error(argument, "this argument has effects, and others read; write two statements")
            found.append(value)
        return found

    def kind_of_argument(self, node: syntax.Call, name: str, index: int, value: Value) -> Kind:
        """What the parameter of a function of the text holds, by what it is given here."""
        declared, moves = self.text.parameter(node, name, index)
        kind = self.text.kind_of(declared)
        if kind is not None:
            return kind
        match value:
            case Scalar(expression, c_type) if isinstance(expression.type, (tree.IntType, tree.BoolType)):
                return ScalarKind(self.text.integer_type(declared), declared)
            case Scalar(expression, c_type):
                return ScalarKind(expression.type, c_type)
            case AreaAddress():
                return AddressKind()
            case Region(variable, record, _, at_index):
                return RegionKind(variable, record, at_index.value if isinstance(at_index, tree.Constant) and not moves else None)
            case Struct(tag, name_of, owner, _):
                return StructKind(tag, name_of, owner)
            case Opaque(what):
                return OpaqueKind(what)
        raise error(node.arguments[index], "a function without a result gives no argument")

    def given(self, node: syntax.Node, value: Value, kind: Kind) -> list[tree.Expression]:
        """The arguments of the tree for one of C."""
        match kind, value:
            case ScalarKind(type_, _), _:
                return [fitted(at(node), value, type_, "this parameter")]
            case AddressKind(), AreaAddress(area, offset):
                return [area, offset]
            case RegionKind(index=fixed), Region(_, _, base, index):
                return [*([] if base is None else [base]), *([index] if fixed is None else [])]
            case StructKind(tag, name, owner), Struct() if (value.tag, value.name, value.record) == (tag, name, owner):
                return [] if value.base is None else [value.base]
            case OpaqueKind(), Opaque():
                return []
        raise error(node, f"{described(value)} is not what this parameter holds")

    # -- what entries of the API table ask --

    def service(self, node: syntax.Node, name: str, *given: tree.Expression) -> Value:
        """A call of a service of the kernel."""
        callee = self.text.kernel.service(name)
        position = at(node)
        arguments = tuple(build.fit(e, p.type, f"`{p.name}`") for e, p in zip(given, callee.parameters, strict=True))
        call = tree.Call(position, callee.result or build.BOOL, callee.name, arguments)
        if callee.result is None:
            self.emit(tree.Evaluate(position, call))
            return Nothing()
        return Scalar(call, self.type_of_value(callee.result))

    def reference(self, node: syntax.Expression, record: str) -> tree.Expression:
        """An argument that has to be a pointer to an instance of a record."""
        return fitted(at(node), self.value(node), tree.ReferenceType(record), "this argument")

    def flags(self, node: syntax.Expression, name: str) -> tree.Expression:
        """An argument that has to be flags of that type."""
        return fitted(at(node), self.value(node), self.text.kernel.type(name), "this argument")

    def integer(self, node: syntax.Expression) -> tree.Expression:
        return as_integer(at(node), self.scalar(node)).expression

    def address(self, node: syntax.Expression) -> AreaAddress:
        """An argument that has to be an address in an area."""
        value = self.value(node)
        if not isinstance(value, AreaAddress):
            raise error(node, f"this is {described(value)}, and has to be an address in an area")
        return value

    def dropped(self, *arguments: syntax.Expression) -> None:
        """Arguments that make no difference: they are evaluated all the same, since that may go wrong."""
        for argument in arguments:
            self.effects(argument)

    def zero_is_success(self, node: syntax.Node, worked: Value, otherwise: int) -> Scalar:
        """0 where a service says that it worked, else an error number."""
        assert isinstance(worked, Scalar)
        position = at(node)
        results = build.integer(position, 0), build.integer(position, otherwise)
        return Scalar(build.conditional(position, worked.expression, *results), INT)

    def boolean(self, expression: tree.Expression) -> Scalar:
        return Scalar(expression, CBool())


def _has_reads(value: Value) -> bool:
    return isinstance(value, (Scalar, AreaAddress, Region)) and not (
        isinstance(value, Scalar) and isinstance(value.expression, tree.Constant)
    )
