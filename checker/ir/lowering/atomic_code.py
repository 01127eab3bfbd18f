# SPDX-License-Identifier: GPL-2.0-only
"""Statements that are part of one step: actions, atomic blocks, local statements, inlined calls in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from checker.ir import simplify as ir_simplify
from checker.ir import system as ir
from checker.ir.lowering.expression_code import ExpressionCode, Names, allocator, variable_name
from checker.language import tree
from checker.language.errors import ModelError
from checker.language.types import integer_result


@dataclass(frozen=True)
class Exits:
    """What `break`, `continue` and `return` become."""

    leave: Callable[[], ir.Block]
    next: Callable[[], ir.Block]
    returns: Callable[[ir.Expression | None], ir.Block]


def _leaving(label: str) -> Callable[[], ir.Block]:
    return lambda: (ir.Leave(label),)


def _nowhere() -> ir.Block:
    raise AssertionError("no loop here")


class AtomicCode(ExpressionCode):
    """Lowers one program's atomic code."""

    def routine_call(self, e: tree.Call, names: Names, out: list[ir.Instruction]) -> ir.Expression:
        """An inlined call inside one step."""
        routine = self.program.routines[e.callee]
        if routine.noinline:
            raise ModelError(
                e.position, f"`{e.callee}` has frames of its own, so that a call takes steps; it cannot stand inside one step"
            )
        if f"in {e.callee}" in names:
            raise ModelError(e.position, f"`{e.callee}` calls itself; only a routine with frames of its own (noinline) can")
        arguments = self.values(e.arguments, names, out)
        inner = self.names_of(routine.name, routine.parameters + routine.locals)
        inner |= {name: value for name, value in names.items() if name.startswith("in ")}
        inner[f"in {e.callee}"] = ir.Constant(1)
        out.extend(self.called(e.callee))
        for parameter, value in zip(routine.parameters, self.fitted(e.callee, e.arguments, arguments), strict=True):
            target = inner[parameter.name]
            assert isinstance(target, ir.Local)
            out.append(ir.Set(target.name, value))
        result = self.local(f"{routine.name} result", routine.result or tree.BoolType())
        label = f"call {next(self.serial)}"

        def returns(value: ir.Expression | None) -> ir.Block:
            return (*(() if value is None else (ir.Set(result.name, value),)), ir.Leave(label))

        body = self.block(routine.body, inner, Exits(_nowhere, _nowhere, returns), routine.result)
        out.append(ir.Region(label, body))
        return result

    def fitted(
        self, routine: str, arguments: Sequence[tree.Expression], values: Sequence[ir.Expression]
    ) -> tuple[ir.Expression, ...]:
        """The values of a call's arguments, each checked to be in the range of its parameter."""
        parameters = self.program.routines[routine].parameters
        return tuple(
            self.ranged(value, argument.type, parameter.type, f"`{parameter.name}`", argument.position)
            for value, argument, parameter in zip(values, arguments, parameters, strict=True)
        )

    # -- statements --

    def block(
        self, statements: Sequence[tree.Statement], names: Names, exits: Exits, result: tree.Type | None = None
    ) -> ir.Block:
        out: list[ir.Instruction] = []
        covered = False
        for statement in statements:
            if not covered:
                out.append(self.cover(statement.position))
            self.statement(statement, names, exits, result, out)
            covered = not isinstance(statement, (tree.If, tree.For))
        return tuple(out)

    def statement(
        self, s: tree.Statement, names: Names, exits: Exits, result: tree.Type | None, out: list[ir.Instruction]
    ) -> None:
        match s:
            case tree.Assign(target=str(name), value=value):
                local = names[name]
                assert isinstance(local, ir.Local)
                low, high = self.ranges[local.name]
                wanted = tree.IntType(low, high)
                out.append(
                    ir.Set(local.name, self.ranged(self.value(value, names, out), value.type, wanted, f"`{name}`", s.position))
                )
            case tree.Assign(target=tree.Place() as place, value=value, operator=None):
                stored = self.value(value, names, out)
                if self.place_has_effects(place) and not isinstance(stored, (ir.Constant, ir.Local)):
                    kept = self.local("kept", value.type)
                    out.append(ir.Set(kept.name, stored))
                    stored = kept
                self.store(place, self.indices(place, names, out), stored, value.type, s.position, out)
            case tree.Assign(target=tree.Place() as place, value=value, operator=str(operator)):
                self.augmented(s, place, operator, value, names, out)
            case tree.Evaluate(value=value):
                self.value(value, names, out)
            case tree.If(test=test, then=then, otherwise=otherwise):
                condition = self.value(test, names, out)
                then_block = self.block(then, names, exits, result)
                out.append(ir.If(condition, then_block, self.block(otherwise, names, exits, result)))
            case tree.For():
                self.loop(s, names, exits, result, out)
            case tree.Break():
                out.extend(exits.leave())
            case tree.Continue():
                out.extend(exits.next())
            case tree.Return(value=None):
                out.extend(exits.returns(None))
            case tree.Return(value=tree.Expression() as value):
                assert result is not None
                returned = self.ranged(self.value(value, names, out), value.type, result, "the result", s.position)
                out.extend(exits.returns(returned))
            case tree.Require(condition=condition):
                out.append(ir.Require(self.pure(condition, names), s.position))
            case tree.Check(condition=condition, property=identifier):
                out.append(ir.Check(self.value(condition, names, out), identifier, s.position))
            case tree.Halt():
                out.append(ir.Halt(s.position))
            case tree.Free(record=record, pointer=pointer):
                index = ir_simplify.index(self.arenas, record, self.value(pointer, names, out), True, s.position)
                out.append(ir.Store(allocator(record), (index,), ir.Constant(0)))
            case tree.Enter():
                out.append(self.enter(s, names, out))
            case tree.Atomic(body=body):
                out.extend(self.block(body, names, exits, result))
            case tree.While():
                raise ModelError(s.position, "`while` may never end, and this code is one step; use `for ... in range(...)`")
            case _:
                raise TypeError(s)

    def enter(self, s: tree.Enter, names: Names, out: list[ir.Instruction]) -> ir.Instruction:
        values = self.values([s.owner, *s.arguments], names, out)
        fitted = self.fitted(s.routine, s.arguments, values[1:])
        return ir.Push(s.record, self.index(s.record, values[0], s.position), s.routine, fitted, s.position)

    def place_has_effects(self, place: tree.Place) -> bool:
        return any(map(self.has_effects, place.operands))

    def augmented(
        self,
        s: tree.Assign,
        place: tree.Place,
        operator: str,
        value: tree.Expression,
        names: Names,
        out: list[ir.Instruction],
    ) -> None:
        indices = self.indices(place, names, out)
        if self.has_effects(value):
            # The effects may free the instance, or allocate it again: then it is looked up once more, by its reference.
            indices = tuple(self.keep_reference(index, out) for index in indices)
        else:
            indices = tuple(self.keep(index, out) for index in indices)
        old = self.keep(self.load(place, indices), out)
        result = ir_simplify.operation(operator, old, self.value(value, names, out))
        self.store(place, indices, result, augmented_type(s, place), s.position, out)

    def keep(self, value: ir.Expression, out: list[ir.Instruction], type_: tree.Type | None = None) -> ir.Expression:
        """The value as it is now, whatever changes later. The type is needed where the local may live on in a frame."""
        if isinstance(value, ir.Constant) or (isinstance(value, ir.Local) and type_ is None):
            return value
        kept = ir.Local(f"kept#{next(self.serial)}") if type_ is None else self.local("kept", type_)
        out.append(ir.Set(kept.name, value))
        return kept

    def keep_reference(self, index: ir.Expression, out: list[ir.Instruction]) -> ir.Expression:
        """The index of an instance, by a reference that is kept; of anything else the index itself is."""
        if not isinstance(index, ir.Index):
            return self.keep(index, out)
        reference = self.keep(index.reference, out, tree.ReferenceType(index.record))
        return replace(index, reference=reference)

    def store(
        self,
        place: tree.Place,
        indices: tuple[ir.Expression, ...],
        value: ir.Expression,
        type_: tree.Type,
        position: tree.Position,
        out: list[ir.Instruction],
    ) -> None:
        checked = self.ranged(value, type_, place.variable.type, f"`{place.variable.name}`", position)
        out.append(ir.Store(variable_name(place), indices, checked))

    def loop(self, s: tree.For, names: Names, exits: Exits, result: tree.Type | None, out: list[ir.Instruction]) -> None:
        label = f"loop {next(self.serial)}"
        if isinstance(s.binding.domain, tree.ValuesDomain):
            rounds: list[ir.Instruction] = []
            values = [self.keep(value, out, s.binding.local.type) for value in self.values(s.binding.domain.values, names, out)]
            for number, value in enumerate(values):
                inner = f"{label} round {number}"
                bound = {**names, s.binding.local.name: value}
                around = replace(exits, leave=_leaving(label), next=_leaving(inner))
                rounds.append(ir.Region(inner, self.block(s.body, bound, around, result)))
            out.append(ir.Region(label, tuple(rounds)))
            return
        local = self.local(s.binding.local.name, s.binding.local.type, 1)
        low, high, step, _ = self.bounds(s.binding.domain, names)
        inside = replace(exits, leave=_leaving(label), next=lambda: (ir.Next(label),))
        body = self.block(s.body, {**names, s.binding.local.name: local}, inside, result)
        out.append(ir.Loop(label, local.name, low, high, step, body))


def augmented_type(s: tree.Assign, place: tree.Place) -> tree.Type:
    """The type of the result of `place op= value`."""
    have = place.variable.type
    if isinstance(have, tree.IntType) and isinstance(s.value.type, tree.IntType):
        assert s.operator is not None
        result = integer_result(s.operator, have, s.value.type)
        assert result is not None
        return result
    return have
