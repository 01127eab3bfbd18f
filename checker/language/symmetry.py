# SPDX-License-Identifier: GPL-2.0-only
"""Whether a program keeps the symmetry that its records declare: the scalarset discipline of Ip and Dill.

Where instances of a record are declared interchangeable (`@record(symmetric=True)`), exchanging two of them in a state
must exchange them in all that can follow. That is so if references to them are only stored, compared for equality, tested
for NULL, followed, used as keys, tagged, chosen, and quantified over. Everything else is refused here, wherever it stands but
in code that only @initial runs: whatever state that makes is the first one. docs/internals/soundness/symmetry.md has the
argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from checker.language import tree
from checker.language.errors import ModelError
from checker.language.first import check_first
from checker.language.tree import Position
from checker.language.walking import called_functions, nodes, walk


def check_symmetry(program: tree.Program) -> None:
    """ModelError where code depends on which instance of a symmetric record it has before it."""
    symmetric = {record.name: record.alignment for record in program.records.values() if record.symmetric}
    if symmetric:
        _check(program, symmetric)


def distinguished(program: tree.Program, record: tree.Record, runs: bool = False) -> Position | None:
    """Where code outside @initial could tell one instance of the record from another by more than references to them, whether it
    is declared symmetric or not. runs: conditions on runs count as well."""
    conditions = _on_runs(program) if runs else ()
    for node in nodes(
        (program.actions, program.routines, program.functions, program.invariants, program.constraints, conditions)
    ):
        if isinstance(node, tree.Quantifier) and node.kind == "first":
            if any(isinstance(b.domain, tree.ArenaDomain) and b.domain.record == record.name for b in node.bindings):
                return node.position
    try:
        _check(program, {record.name: record.alignment})
        if runs:
            _check_runs(program, {record.name: record.alignment})
    except ModelError as error:
        return error.position
    return _followed(program, record) if runs else None


def undecided_allocations(program: tree.Program) -> Iterator[tuple[str, Position]]:
    """The records of which `allocate` could return an instance that nothing names, and that is not like the others all the same;
    with where they are distinguished."""
    running = (program.actions, program.routines)
    for name in dict.fromkeys(node.record for node in nodes(running) if isinstance(node, tree.Allocate)):
        record = program.records[name]
        position = distinguished(program, record, runs=True) if record.count > 1 else None
        if position is not None:
            yield name, position


def _check(program: tree.Program, symmetric: dict[str, int]) -> None:
    checker = _Checker(program, symmetric)
    checker.in_action = True
    for action in program.actions.values():
        for binding in action.parameters:
            checker.domain(binding.domain)
        checker.statements(action.body, True)
        check_first(program, action, symmetric)
    checker.in_action = False
    for invariant in program.invariants:
        checker.plain(invariant.body)
    for constraint in program.constraints:
        checker.plain(constraint.body)
    if program.executes is not None:
        checker.plain(program.executes.body)
    for name in _running(program):
        if name in program.functions:
            checker.plain(program.functions[name].body)
        else:
            checker.statements(program.routines[name].body, False)


def _on_runs(program: tree.Program) -> tuple[tree.Eventuality | tree.Assumption, ...]:
    """The conditions on runs."""
    return (*program.eventualities, *program.assumptions)


def _check_runs(program: tree.Program, symmetric: dict[str, int]) -> None:
    """The same for conditions on runs. Reductions do not depend on them: runs are looked for without any."""
    checker = _Checker(program, symmetric)
    for condition in _on_runs(program):
        for binding in condition.parameters:
            checker.domain(binding.domain)
        checker.all_plain((condition.body,) if condition.given is None else (condition.given, condition.body))
    for name in _called(program, called_functions(_on_runs(program))):
        checker.plain(program.functions[name].body)


def _followed(program: tree.Program, record: tree.Record) -> Position | None:
    """Where a condition on runs has an instance of the record as its parameter: it follows that one for the whole of a run."""
    for condition in _on_runs(program):
        for binding in condition.parameters:
            if isinstance(binding.domain, tree.ArenaDomain) and binding.domain.record == record.name:
                return condition.position
    return None


def _running(program: tree.Program) -> Iterator[str]:
    """The functions and routines that run after @initial."""
    roots: list[object] = [*(action.body for action in program.actions.values()), program.invariants, program.executes]
    roots += program.constraints
    entered = [s.routine for s in walk(program.initial) if isinstance(s, tree.Enter)]
    return _called(program, [*entered, *(name for root in roots for name in called_functions(root))])


def _called(program: tree.Program, names: Iterable[str]) -> Iterator[str]:
    """These functions and routines, and all that they call."""
    waiting = list(names)
    found: dict[str, None] = {}
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += called_functions((program.functions.get(name) or program.routines[name]).body)
    yield from found


class _Checker:
    """symmetric: the symmetric records and their alignments. in_action: whether this is an action's own code."""

    def __init__(self, program: tree.Program, symmetric: dict[str, int]) -> None:
        self.program = program
        self.symmetric = symmetric
        self.in_action = False

    # -- expressions --

    def record_of(self, type_: tree.Type) -> str | None:
        """The symmetric record that a reference type refers to."""
        return type_.record if isinstance(type_, tree.ReferenceType) and type_.record in self.symmetric else None

    def plain(self, e: tree.Expression) -> None:
        """Check an expression whose value may go anywhere: no address of an instance may."""
        record = self.address(e)
        if record is not None:
            raise ModelError(
                e.position,
                f"instances of {record} are symmetric, so that their addresses are not numbers: keep the reference, or take "
                f"symmetric=True from {record}",
            )

    def address(self, e: tree.Expression) -> str | None:
        """Check an expression. The symmetric record if it is the address of an instance, tagged or not, as an integer."""
        match e:
            case tree.Constant() | tree.LocalRead() | tree.Processor() | tree.Allocate():
                return None
            case tree.Read(place=place):
                self.place(place)
            case tree.Unary(operand=operand) | tree.IsAllocated(operand=operand):
                self.plain(operand)
            case tree.Binary(left=left, right=right):
                return self.arithmetic(e, self.address(left), self.address(right))
            case tree.Compare(left=left, right=right):
                self.comparison(e, self.address(left), self.address(right))
            case tree.Logical(operands=operands):
                self.all_plain(operands)
            case tree.Conditional(test=test, then=then, otherwise=otherwise):
                self.all_plain((test, then, otherwise))
            case tree.Quantifier(bindings=bindings, condition=condition, body=body):
                for binding in bindings:
                    self.domain(binding.domain)
                self.all_plain((body,) if condition is None else (condition, body))
                self.not_first(e)
            case tree.Call(arguments=arguments):
                self.all_plain(arguments)
            case tree.Choose(binding=binding, condition=condition):
                self.domain(binding.domain)
                self.all_plain(() if condition is None else (condition,))
            case tree.Cast(operand=operand):
                return self.cast(e, operand)
            case tree.InRoutine(owner=owner) | tree.HasFrames(owner=owner):
                self.plain(owner)
            case tree.Calls(processor=processor):
                self.plain(processor)
            case _:
                raise TypeError(e)
        return None

    def all_plain(self, expressions: Iterable[tree.Expression]) -> None:
        for e in expressions:
            self.plain(e)

    def place(self, place: tree.Place) -> None:
        self.all_plain(place.operands)

    def domain(self, domain: tree.Domain) -> None:
        match domain:
            case tree.RangeDomain(low, high):
                self.all_plain((low, high))
            case tree.ValuesDomain(values):
                self.all_plain(values)
            case tree.ArenaDomain():
                return
            case _:
                raise TypeError(domain)

    def arithmetic(self, e: tree.Binary, left: str | None, right: str | None) -> str | None:
        """Only tag bits can be set, changed, cleared and asked for."""
        record = left or right
        if record is None:
            return None
        other = e.right if left is not None else e.left
        alignment = self.symmetric[record]
        if isinstance(other, tree.Constant):
            is_tag = 0 <= other.value < alignment
            bits = e.left.type if left is not None else e.right.type
            assert isinstance(bits, tree.IntType)
            keeps = (~other.value & ((1 << bits.high.bit_length()) - 1)) < alignment
            if (e.operator in "|^" and is_tag) or (e.operator == "&" and keeps):
                return record
            if e.operator == "&" and is_tag:
                return None
        raise ModelError(
            e.position,
            f"instances of {record} are symmetric, so that of their addresses only the tag bits mean anything: & | ^ with a "
            f"constant below the alignment {alignment}, or & with ~ of one",
        )

    def comparison(self, e: tree.Compare, left: str | None, right: str | None) -> None:
        record = left or right
        if record is None:
            return
        other = e.right if left is not None else e.left
        if e.operator in ("==", "!=") and isinstance(other, tree.Constant) and 0 <= other.value < self.symmetric[record]:
            return
        raise ModelError(
            e.position, f"instances of {record} are symmetric: compare the references with `is`, their addresses only with 0"
        )

    def cast(self, e: tree.Cast, operand: tree.Expression) -> str | None:
        source, target = self.record_of(operand.type), self.record_of(e.type)
        address = self.address(operand)
        if source is not None and isinstance(e.type, tree.IntType):
            return source
        if address is None and target is None:
            return None
        if target is not None and (address == target or source == target):
            return None
        if target is not None and address is None:
            if isinstance(operand, tree.Constant) and 0 <= operand.value < self.symmetric[target]:
                return None
            raise ModelError(
                e.position,
                f"instances of {target} are symmetric, and none is named by a number outside @initial; use every({target}), "
                f"choose or first, or take symmetric=True from {target}",
            )
        raise ModelError(
            e.position,
            f"instances of {address} are symmetric, and an address of one means nothing as another type; keep it a reference",
        )

    def not_first(self, e: tree.Quantifier) -> None:
        if e.kind == "first" and self.record_of(e.type) is not None:
            raise ModelError(
                e.position,
                f"instances of {self.record_of(e.type)} are symmetric, and there `first` is the whole value of an assignment "
                "to a local, in an @action; assign it first",
            )

    # -- statements --

    def statements(self, statements: Sequence[tree.Statement], atomic: bool) -> None:
        for statement in statements:
            self.statement(statement, atomic)

    def statement(self, s: tree.Statement, atomic: bool) -> None:
        match s:
            case tree.Assign(target=target, value=value):
                if isinstance(target, tree.Place):
                    self.place(target)
                if isinstance(target, str) and isinstance(value, tree.Quantifier) and value.kind == "first" and self.in_action:
                    self.all_plain(() if value.condition is None else (value.condition,))
                else:
                    self.plain(value)
            case tree.Evaluate(value=value):
                self.plain(value)
            case tree.If(test=test, then=then, otherwise=otherwise):
                self.plain(test)
                self.statements(then + otherwise, atomic)
            case tree.While(test=test, body=body):
                self.plain(test)
                self.statements(body, atomic)
            case tree.For(binding=binding, body=body):
                self.domain(binding.domain)
                if isinstance(binding.domain, tree.ArenaDomain) and binding.domain.record in self.symmetric:
                    self.loop(s, binding.domain.record, atomic)
                self.statements(body, atomic)
            case tree.Return(value=returned):
                if returned is not None:
                    self.plain(returned)
            case tree.Atomic(body=body):
                self.statements(body, True)
            case tree.Require(condition=condition) | tree.Check(condition=condition):
                self.plain(condition)
            case tree.Free(pointer=pointer):
                self.plain(pointer)
            case tree.Enter(owner=owner, arguments=arguments):
                self.all_plain((owner, *arguments))
            case tree.Break() | tree.Continue() | tree.Halt():
                return
            case _:
                raise TypeError(s)

    # -- loops --

    def loop(self, loop: tree.For, record: str, atomic: bool) -> None:
        """A loop over the arena may only give values to its own instance, from what no round of it writes elsewhere."""
        written = {
            _variable(s.target) for s in walk(loop.body) if isinstance(s, tree.Assign) and isinstance(s.target, tree.Place)
        }
        own = loop.binding.local.name
        allowed = atomic and all(self._own(s, own) for s in walk(loop.body))
        elsewhere = _reads_elsewhere(loop.body, own, written)
        if not allowed or elsewhere or any(_reads_elsewhere(body, "", written) for body in self._functions(loop.body)):
            raise ModelError(
                loop.position,
                f"instances of {record} are symmetric, and this loop takes them in order; use all, any, sum, choose or first (a "
                "loop may set fields of its own instance, in one step, from what it does not write)",
            )

    def _own(self, s: tree.Statement, own: str) -> bool:
        match s:
            case tree.If():
                return not self._has_effects(s.test)
            case tree.Assign(target=tree.Place() as place, value=value):
                instance = _instance(place)
                return isinstance(instance, tree.LocalRead) and instance.name == own and not self._has_effects((place, value))
        return False

    def _has_effects(self, part: object) -> bool:
        """Whether a part of the code does more than read."""
        effects = any(isinstance(node, (tree.Choose, tree.Allocate)) for node in nodes(part))
        return effects or any(name in self.program.routines for name in called_functions(part))

    def _functions(self, body: object) -> Iterator[object]:
        """The functions that code calls, and those that they call."""
        seen: set[str] = set()
        waiting = list(called_functions(body))
        while waiting:
            name = waiting.pop()
            if name not in seen and name in self.program.functions:
                seen.add(name)
                yield self.program.functions[name].body
                waiting += called_functions(self.program.functions[name].body)


def _variable(place: tree.Place) -> tuple[str | None, str]:
    return place.record, place.variable.name


def _instance(place: tree.Place) -> tree.Expression | None:
    """Of which instance the place is: what its pointer or its first index refers to."""
    if place.base is not None or not place.variable.shape or not isinstance(place.variable.shape[0], str):
        return place.base
    return place.indices[0]


def _reads_elsewhere(part: object, own: str, written: set[tuple[str | None, str]]) -> bool:
    """Whether code reads a variable that is written, at another instance than its own."""
    for node in nodes(part):
        if isinstance(node, tree.Read) and _variable(node.place) in written:
            instance = _instance(node.place)
            if not isinstance(instance, tree.LocalRead) or instance.name != own:
                return True
    return False
