# SPDX-License-Identifier: GPL-2.0-only
"""Assignments, and what changes a place."""

from __future__ import annotations

from checker.language import tree
from checker.language.c import syntax
from checker.language.c.translate.code import CLocal
from checker.language.c.translate.fitting import fitted
from checker.language.c.translate.integers import ON_TREE
from checker.language.c.translate.logic import LogicTranslator
from checker.language.c.translate.places import Cell, Target
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.values import Region, Scalar, Value


class AssignmentTranslator(LogicTranslator):
    """Translates assignments."""

    def binary(self, node: syntax.Node, operator: str, left: Value, right: Value) -> Value:
        """An arithmetic operator on two values; see ExpressionTranslator."""
        raise NotImplementedError

    def arithmetic(self, node: syntax.Node, operator: str, left: Scalar, right: Scalar) -> Scalar:
        """An arithmetic operator on two values of the tree; see ExpressionTranslator."""
        raise NotImplementedError

    def assignment(self, node: syntax.Assign | syntax.Increment) -> None:
        """Emit an assignment whose value is dropped."""
        match node:
            case syntax.Assign(operator="=", place=place, value=value):
                found, target = self.sides(node, place, value)
                self.store(node, target, found)
            case syntax.Assign(operator=operator, place=place, value=value):
                self.modify(node, place, operator[:-1], value)
            case syntax.Increment(operator=operator, operand=operand):
                self.modify(node, operand, operator[0], syntax.Number(node.position, 1))

    def sides(self, node: syntax.Node, place: syntax.Expression, value: syntax.Expression) -> tuple[Value, Target]:
        """What is assigned, and to what. ModelError where both have effects: C leaves open which comes first."""
        begun = len(self.statements)
        found = self.value(value)
        acts = self.acts(self.statements[begun:]) or self.calls(found)
        with self.collected() as effects:
            target = self.target(place)
        if acts and (self.acts(effects) or (isinstance(target, Cell) and self.calls(target))):
            raise error(node, "both sides have effects, and C leaves open which comes first; write two statements")
        if self.acts(effects):
            found = self.kept(value, found)
        self.statements += effects
        return found, target

    def modify(self, node: syntax.Node, place: syntax.Expression, operator: str, value: syntax.Expression) -> None:
        """`place operator= value`: of shared state a load, then a store."""
        operand, target = self.sides(node, place, value)
        if isinstance(target, CLocal):
            self.write(node, target, self.binary(node, operator, self.read(place, target), operand))
            return
        if isinstance(target, Region) or not isinstance(operand, Scalar):
            raise error(node, "this is assigned to as a whole only")
        if self.does_anything(operand.expression):
            operand = self.kept(node, operand)
            assert isinstance(operand, Scalar)
        old = self.load(node, target)
        type_ = target.place.variable.type
        if isinstance(type_, tree.FlagsType):
            if operator not in ("&", "|", "^"):
                raise error(node, f"`{operator}=` of flags; only &, | and ^ have a meaning there")
            new = self.arithmetic(node, operator, old, operand)
            assert isinstance(new.expression, tree.Binary)
            self.emit(tree.Assign(target.place.position, target.place, new.expression.right, new.expression.operator))
            return
        new = self.arithmetic(node, operator, old, operand)
        match new.expression:
            case tree.Binary(operator=computed, left=tree.Read() as left, right=right) if (
                left == old.expression and computed == ON_TREE[operator]
            ):
                self.emit(tree.Assign(target.place.position, target.place, right, computed))
            case _:
                self.in_two_steps(node, target, operator, operand)

    def in_two_steps(self, node: syntax.Node, target: Cell, operator: str, operand: Scalar) -> tuple[Value, Value]:
        """A load, and a store; what was there before, and what was stored."""
        place = self.fixed(node, target.place)
        old = self.kept(node, Scalar(tree.Read(at(node), place.variable.type, place), target.type))
        assert isinstance(old, Scalar)
        new = self.arithmetic(node, operator, old, operand)
        stored = self.as_stored(node, new, Cell(place, target.type))
        self.store(node, Cell(place, target.type), stored)
        return old, stored

    def as_stored(self, node: syntax.Node, value: Scalar, target: Cell) -> Scalar:
        """What an assignment puts into a place, evaluated here and now. What computes with it further on may rely on the range of
        the place, which the value is in or the model stops."""
        variable = target.place.variable
        expression = fitted(at(node), value, variable.type, f"`{variable.name}`")
        if isinstance(expression, tree.Constant):
            return Scalar(expression, target.type)
        local = self.fresh("kept", variable.type)
        self.emit(tree.Assign(at(node), local.name, expression))
        return Scalar(tree.LocalRead(at(node), variable.type, local.name), target.type)

    def fixed(self, node: syntax.Node, place: tree.Place) -> tree.Place:
        """The place, with what finds it evaluated here, but for which CPU this is."""
        found = []
        for operand in place.operands:
            if self.does_anything(operand) and not self.is_this_cpu(operand):
                local = self.fresh("kept", operand.type)
                self.emit(tree.Assign(at(node), local.name, operand))
                operand = tree.LocalRead(at(node), operand.type, local.name)
            found.append(operand)
        base = found.pop(0) if place.base is not None else None
        return tree.Place(place.position, place.variable, place.record, base, tuple(found))

    def assignment_value(self, node: syntax.Assign | syntax.Increment) -> Value:
        """The value of an assignment inside an expression, which is emitted first."""
        place = node.place if isinstance(node, syntax.Assign) else node.operand
        if isinstance(place, syntax.Name) and place.name in self.scope:
            return self.of_local(node, place, self.scope[place.name])
        if isinstance(node, syntax.Assign) and node.operator == "=":
            value, target = self.sides(node, place, node.value)
            if isinstance(value, Scalar) and isinstance(target, Cell):
                kept = self.as_stored(node, value, target)
                self.store(node, target, kept)
                return kept
        else:
            operator, given = (
                (node.operator[0], syntax.Number(node.position, 1))
                if isinstance(node, syntax.Increment)
                else (node.operator[:-1], node.value)
            )
            operand, target = self.sides(node, place, given)
            if isinstance(operand, Scalar) and isinstance(target, Cell) and isinstance(target.place.variable.type, tree.IntType):
                if self.does_anything(operand.expression):
                    operand = self.kept(node, operand)
                    assert isinstance(operand, Scalar)
                old, new = self.in_two_steps(node, target, operator, operand)
                return old if isinstance(node, syntax.Increment) and not node.prefix else new
        raise error(node, "the value of this assignment is used; assign first, in a statement of its own")

    def of_local(self, node: syntax.Assign | syntax.Increment, place: syntax.Name, target: CLocal) -> Value:
        """The value of an assignment to a local."""
        old = None
        if isinstance(node, syntax.Increment) and not node.prefix:
            before = self.read(place, target)
            if not isinstance(before, Scalar):
                raise error(node, f"`{node.operator}` behind a pointer, whose old value is used; write two statements")
            old = self.kept(node, before)
        self.assignment(node)
        return old if old is not None else self.read(place, target)
