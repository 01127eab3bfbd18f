# SPDX-License-Identifier: GPL-2.0-only
"""Expressions of the tree -> expressions of the IR, with the instructions that their effects need: inside one step."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from checker.ir import simplify as ir_simplify
from checker.ir import system as ir
from checker.ir.lowering.access import parts
from checker.language import tree
from checker.language.errors import ModelError
from checker.language.types import value_range
from checker.language.values import array_name

Names = Mapping[str, ir.Expression]


def variable_name(place: tree.Place) -> str:
    """The IR's name of the variable that the place belongs to."""
    return f"{place.record}.{place.variable.name}" if place.record is not None else place.variable.name


def allocator(record: str) -> str:
    """The variable that holds the allocator states of a record's instances."""
    return f"{record}.allocated"


class ExpressionCode:
    """Lowers one program's expressions, as part of one step. variables: those of the system, their constant values known
    or not yet. asked: the routines whose calls are noted. any_number: whether quantifiers over arenas stay quantifiers."""

    def __init__(self, program: tree.Program, variables: dict[str, ir.Variable]) -> None:
        self.program = program
        self.variables = variables
        self.arenas = {name: ir.Arena(r.count, r.alignment, r.allocated) for name, r in program.records.items()}
        self.serial = itertools.count(1)
        self.ranges: dict[str, tuple[int, int]] = {}
        self.types: dict[str, tree.Type] = {}
        self.coverable: set[tree.Position] = set()
        self.asked: frozenset[str] = frozenset()
        self.any_number = False

    def local(self, name: str, type_: tree.Type, extra: int = 0) -> ir.Local:
        """A new local of the IR for a value of the type (and `extra` beyond its largest)."""
        unique = f"{name}#{next(self.serial)}"
        low, high = value_range(type_, self.program.records)
        self.ranges[unique] = (low, high + extra)
        self.types[unique] = type_
        return ir.Local(unique)

    def names_of(self, prefix: str, locals_: Sequence[tree.Local]) -> dict[str, ir.Expression]:
        return {local.name: self.local(f"{prefix}.{local.name}", local.type) for local in locals_}

    def cover(self, position: tree.Position) -> ir.Cover:
        self.coverable.add(position)
        return ir.Cover(position)

    def called(self, routine: str) -> ir.Block:
        """Notes a call of the routine, where that is asked for."""
        return (ir.Called(routine),) if routine in self.asked else ()

    # -- expressions --

    def ranged(
        self, value: ir.Expression, have: tree.Type, want: tree.Type, target: str, position: tree.Position
    ) -> ir.Expression:
        """The value with a check that it is of the type wanted, where that is not known already."""
        if not isinstance(have, tree.IntType):
            return value
        low, high = value_range(want, self.program.records)
        mask = want.mask if isinstance(want, tree.FlagsType) else None
        all_bits = (1 << have.high.bit_length()) - 1
        in_mask = mask is None or (have.low >= 0 and not all_bits & ~mask)
        if low <= have.low and have.high <= high and in_mask:
            return value
        checked = ir.InRange(value, low, high, mask, target, position)
        return ir_simplify.Specialiser(self.variables, self.arenas, {}).expression(checked)

    def pure(self, e: tree.Expression, names: Names) -> ir.Expression:
        """An expression without effects."""
        return self.value(e, names, None)

    def value(self, e: tree.Expression, names: Names, out: list[ir.Instruction] | None) -> ir.Expression:
        """The expression's value; what has effects goes to `out` before it."""
        match e:
            case tree.Constant(value=value):
                return ir.Constant(value)
            case tree.LocalRead(name=name):
                return names[name]
            case tree.Read(place=place):
                return self.load(place, self.indices(place, names, out))
            case tree.Unary(operator=operator, operand=operand):
                return self.unary(operator, operand, self.value(operand, names, out))
            case tree.Binary(operator=operator, left=left, right=right) | tree.Compare(operator=operator, left=left, right=right):
                return ir_simplify.operation(operator, *self.values([left, right], names, out))
            case tree.Logical(operator=operator, operands=operands):
                return self.logical(operator, operands, names, out)
            case tree.Conditional(test=test, then=then, otherwise=otherwise):
                return self.conditional(e, test, then, otherwise, names, out)
            case tree.Quantifier():
                return self.quantifier(e, names)
            case tree.Cast(operand=operand):
                return self.ranged(self.value(operand, names, out), operand.type, e.type, e.what, e.position)
            case tree.IsAllocated(record=record, operand=operand):
                reference = self.value(operand, names, out)
                return self.allocated(record, reference, e.position)
            case tree.Processor():
                return ir.Processor()
            case tree.InRoutine(record=record, owner=owner, routine=routine):
                return ir.FrameIn(record, self.index(record, self.value(owner, names, out), e.position), routine)
            case tree.HasFrames(record=record, owner=owner):
                return ir.HasFrames(record, self.index(record, self.value(owner, names, out), e.position))
            case tree.Calls(processor=processor, routine=routine):
                return ir.Calls(self.value(processor, names, out), routine)
            case tree.Call(callee=callee) if callee in self.program.functions:
                return self.function_call(e, names, out)
        if out is None:
            raise ModelError(e.position, "this has an effect, and here only a value can stand")
        match e:
            case tree.Call():
                return self.routine_call(e, names, out)
            case tree.Choose(binding=binding, condition=condition):
                local = self.local(binding.local.name, binding.local.type)
                out.append(self.choose(local, binding, condition, names, e.position))
                return local
            case tree.Allocate(record=record):
                local = self.local(f"new {record}", e.type)
                out.append(self.allocate(local, record, e.position))
                return local
        raise TypeError(e)

    def values(self, operands: Sequence[tree.Expression], names: Names, out: list[ir.Instruction] | None) -> list[ir.Expression]:
        """Several values, from the left. One is kept in a local where a later operand's effects could change it."""
        found: list[ir.Expression] = []
        for number, operand in enumerate(operands):
            value = self.value(operand, names, out)
            if out is not None and not isinstance(value, (ir.Constant, ir.Local)):
                if any(self.has_effects(later) for later in operands[number + 1 :]):
                    kept = self.local("kept", operand.type)
                    out.append(ir.Set(kept.name, value))
                    value = kept
            found.append(value)
        return found

    def has_effects(self, e: tree.Expression) -> bool:
        if isinstance(e, (tree.Choose, tree.Allocate)) or (isinstance(e, tree.Call) and e.callee in self.program.routines):
            return True
        return any(self.has_effects(part) for part in parts(e))

    @staticmethod
    def unary(operator: str, operand: tree.Expression, value: ir.Expression) -> ir.Expression:
        match operator:
            case "not":
                return ir_simplify.negate(value)
            case "-":
                return ir_simplify.operation("neg", value)
            case "~" if isinstance(operand.type, tree.FlagsType):
                return ir_simplify.operation("^", value, ir.Constant(operand.type.mask))
            case "~":
                return ir_simplify.operation("-", ir.Constant(-1), value)
        raise TypeError(operator)

    def logical(
        self, operator: str, operands: Sequence[tree.Expression], names: Names, out: list[ir.Instruction] | None
    ) -> ir.Expression:
        first_effect = next((n for n, operand in enumerate(operands) if n and self.has_effects(operand)), None)
        if out is None or first_effect is None:
            return ir_simplify.logical(operator, [self.value(operand, names, out) for operand in operands])
        result = self.local("decided", tree.BoolType())
        before = self.logical(operator, operands[:first_effect], names, out)
        out.append(ir.Set(result.name, before))
        rest: list[ir.Instruction] = []
        rest.append(ir.Set(result.name, self.logical(operator, operands[first_effect:], names, rest)))
        out.append(ir.If(result, tuple(rest), ()) if operator == "and" else ir.If(result, (), tuple(rest)))
        return result

    def conditional(
        self,
        e: tree.Expression,
        test: tree.Expression,
        then: tree.Expression,
        otherwise: tree.Expression,
        names: Names,
        out: list[ir.Instruction] | None,
    ) -> ir.Expression:
        condition = self.value(test, names, out)
        if out is None or not (self.has_effects(then) or self.has_effects(otherwise)):
            return ir_simplify.conditional(condition, self.value(then, names, out), self.value(otherwise, names, out))
        result = self.local("selected", e.type)
        branches: list[ir.Block] = []
        for branch in (then, otherwise):
            code: list[ir.Instruction] = []
            code.append(ir.Set(result.name, self.value(branch, names, code)))
            branches.append(tuple(code))
        out.append(ir.If(condition, branches[0], branches[1]))
        return result

    # -- places --

    def index(self, record: str, reference: ir.Expression, position: tree.Position) -> ir.Expression:
        return ir_simplify.index(self.arenas, record, reference, self.arenas[record].allocated, position)

    def indices(self, place: tree.Place, names: Names, out: list[ir.Instruction] | None) -> tuple[ir.Expression, ...]:
        return self.place_indices(place, self.values(place.operands, names, out))

    def place_indices(self, place: tree.Place, values: Sequence[ir.Expression]) -> tuple[ir.Expression, ...]:
        """The cell's indices from the values of the place's pointer and index."""
        remaining = iter(values)
        found: list[ir.Expression] = []
        if place.record is not None:
            found.append(self.index(place.record, next(remaining), place.position))
        for number, (part, index) in enumerate(zip(place.variable.shape, place.indices, strict=True)):
            value = next(remaining)
            if isinstance(part, str):
                found.append(ir_simplify.index(self.arenas, part, value, False, place.position))
                continue
            if isinstance(value, ir.Constant):
                inside = 0 <= value.value < part
            else:
                inside = isinstance(index.type, tree.IntType) and index.type.low >= 0 and index.type.high < part
            found.append(value if inside else ir.Element(value, array_name(variable_name(place), number), part, place.position))
        return tuple(found)

    def load(self, place: tree.Place, indices: tuple[ir.Expression, ...]) -> ir.Expression:
        return ir_simplify.load(self.variables[variable_name(place)], indices)

    def allocated(self, record: str, reference: ir.Expression, position: tree.Position) -> ir.Expression:
        index = ir_simplify.index(self.arenas, record, reference, False, position)
        return ir_simplify.load(self.variables[allocator(record)], (index,))

    # -- quantifiers and functions --

    def quantifier(self, e: tree.Quantifier, names: Names) -> ir.Expression:
        """all and any become `and` and `or` over every value, sum a chain of additions; one level for each binding."""
        return self.quantified(e, e.bindings, names)

    def quantified(self, e: tree.Quantifier, bindings: Sequence[tree.Binding], names: Names) -> ir.Expression:
        if not bindings:
            condition = ir.Constant(1) if e.condition is None else self.pure(e.condition, names)
            return _guarded(e.kind, [condition], self.pure(e.body, names))
        binding, rest = bindings[0], bindings[1:]
        if e.kind == "first":
            return self.first(e, names)
        if self.any_number and isinstance(binding.domain, tree.ArenaDomain):
            each = self.local(binding.local.name, binding.local.type)
            body = self.quantified(e, rest, {**names, binding.local.name: each})
            return ir.Over(e.kind, binding.domain.record, each.name, body, e.position)
        terms = [
            _guarded(e.kind, guard, self.quantified(e, rest, {**names, binding.local.name: value}))
            for guard, value in self.domain_values(binding, names)
        ]
        whole = isinstance(binding.domain, tree.ArenaDomain) and self.program.records[binding.domain.record].symmetric
        result = _combined(e.kind, terms, whole)
        if isinstance(binding.domain, tree.RangeDomain):
            for bound in (binding.domain.high, binding.domain.low):
                value = self.pure(bound, names)
                if ir.may_raise(value):
                    # The bounds are evaluated once and first, also where there is nothing between them.
                    result = ir.Let(self.local("bound", bound.type).name, value, result)
        return result

    def first(self, e: tree.Quantifier, names: Names) -> ir.Expression:
        """The first instance of the arena for which the condition holds, 0 if there is none."""
        binding = e.bindings[0]
        assert isinstance(binding.domain, tree.ArenaDomain)
        if self.any_number:
            raise ModelError(e.position, "`first` has no meaning yet where the number of instances is not known; use choose")
        whole = self.program.records[binding.domain.record].symmetric
        result: ir.Expression = ir.Constant(0)
        tests: list[tuple[str, ir.Expression]] = []
        for _, value in reversed(list(self.domain_values(binding, names))):
            bound = {**names, binding.local.name: value}
            test = ir.Constant(1) if e.condition is None else self.pure(e.condition, bound)
            if whole and ir.may_raise(test):
                local = self.local("holds", tree.BoolType())
                tests.append((local.name, test))
                test = local
            result = ir_simplify.conditional(test, value, result)
        for name, test in tests:
            result = ir.Let(name, test, result)
        return result

    def domain_values(self, binding: tree.Binding, names: Names) -> Iterator[tuple[list[ir.Expression], ir.Expression]]:
        match binding.domain:
            case tree.ArenaDomain(record):
                count, alignment, _ = self.arenas[record]
                for number in range(1, count + 1):
                    yield [], ir.Constant(number * alignment)
            case tree.ValuesDomain(values):
                for value in values:
                    yield [], self.pure(value, names)
            case tree.RangeDomain(low, high):
                first, end = self.pure(low, names), self.pure(high, names)
                assert isinstance(low.type, tree.IntType)
                assert isinstance(high.type, tree.IntType)
                for number in range(low.type.low, high.type.high):
                    constant = ir.Constant(number)
                    guard = [ir_simplify.operation("<=", first, constant), ir_simplify.operation("<", constant, end)]
                    if ir.Constant(0) not in guard:
                        yield guard, constant

    def function_call(self, e: tree.Call, names: Names, out: list[ir.Instruction] | None) -> ir.Expression:
        function = self.program.functions[e.callee]
        bound: dict[str, ir.Expression] = {}
        lets: list[tuple[str, ir.Expression]] = []
        values = self.values(e.arguments, names, out)
        for parameter, argument, value in zip(function.parameters, e.arguments, values, strict=True):
            value = self.ranged(value, argument.type, parameter.type, f"`{parameter.name}`", argument.position)
            if not isinstance(value, (ir.Constant, ir.Local, ir.Processor)):
                local = self.local(f"{function.name}.{parameter.name}", parameter.type)
                lets.append((local.name, value))
                value = local
            bound[parameter.name] = value
        body = self.ranged(self.pure(function.body, bound), function.body.type, e.type, "the result", e.position)
        for name, value in reversed(lets):
            body = ir.Let(name, value, body)
        return body

    # -- effects --

    def choose(
        self, local: ir.Local, binding: tree.Binding, condition: tree.Expression | None, names: Names, position: tree.Position
    ) -> ir.Choose:
        test = None if condition is None else self.pure(condition, {**names, binding.local.name: local})
        low, high, step, values = self.bounds(binding.domain, names)
        return ir.Choose(local.name, binding.local.type, values, low, high, step, test, position)

    def bounds(
        self, domain: tree.Domain, names: Names
    ) -> tuple[ir.Expression, ir.Expression, int, tuple[ir.Expression, ...] | None]:
        match domain:
            case tree.ArenaDomain(record):
                count, alignment, _ = self.arenas[record]
                return ir.Constant(alignment), ir.Constant(count * alignment + 1), alignment, None
            case tree.RangeDomain(low, high):
                return self.pure(low, names), self.pure(high, names), 1, None
            case tree.ValuesDomain(values):
                return ir.Constant(0), ir.Constant(0), 1, tuple(self.pure(value, names) for value in values)

    def allocate(self, local: ir.Local, record: str, position: tree.Position) -> ir.Allocate:
        resets = tuple(
            (f"{record}.{field.name}", field.initial) for field in self.program.records[record].fields if not field.constant
        )
        return ir.Allocate(local.name, record, resets, position, more=self.program.records[record].more)

    def routine_call(self, e: tree.Call, names: Names, out: list[ir.Instruction]) -> ir.Expression:
        """An inlined call; see AtomicCode."""
        raise NotImplementedError


def _guarded(kind: str, guard: Sequence[ir.Expression], term: ir.Expression) -> ir.Expression:
    """A term that counts only where the guard holds."""
    test = ir_simplify.logical("and", list(guard))
    if kind == "any":
        return ir_simplify.logical("and", [test, term])
    if kind == "all":
        return ir_simplify.logical("or", [ir_simplify.negate(test), term])
    return ir_simplify.conditional(test, term, ir.Constant(0))


def _combined(kind: str, terms: Sequence[ir.Expression], whole: bool) -> ir.Expression:
    """whole: every term is evaluated, so that one which raises does so wherever it stands."""
    if kind != "sum" and whole and any(map(ir.may_raise, terms)):
        joined = terms[0]
        for term in terms[1:]:
            joined = ir_simplify.operation("|" if kind == "any" else "&", joined, term)
        return joined
    if kind != "sum":
        return ir_simplify.logical("or" if kind == "any" else "and", list(terms))
    total: ir.Expression = ir.Constant(0)
    for term in terms:
        if term != ir.Constant(0):
            total = term if total == ir.Constant(0) else ir_simplify.operation("+", total, term)
    return total
