# SPDX-License-Identifier: GPL-2.0-only
"""How counts of records and `@initial` code grow with the sizes: so that what a few sizes show is what all sizes have.

Counts, numbers of rounds and the first instances of loops are sums of sizes with constant factors; that is looked up in the text.
So they are known at all sizes if they are known at the least ones and at those with one parameter greater by one.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from checker.language import tree
from checker.language.walking import nodes
from checker.symbolic.parametric.free_sizes import closed, constants, counts, is_initial, named
from checker.symbolic.terms.terms import Unsupported


def check_sums_of_sizes(program: tree.Program, free: Sequence[str]) -> None:
    """Unsupported unless sizes stand in counts, in `range` and in `instance` of `@initial` code only, with constant factors."""
    modules = {file: ast.parse(text) for file, text in program.sources.items()}
    every = list(modules.values())
    sized = closed(every, set(free))
    values = constants(every)

    def linear(node: ast.AST) -> bool:
        if not named(node) & sized:
            return True
        match node:
            case ast.Name(id=name):
                return name in free or all(linear(value) for other, value in values if other == name)
            case ast.BinOp(left, ast.Add() | ast.Sub(), right):
                return linear(left) and linear(right)
            case ast.BinOp(left, ast.Mult(), right):
                return linear(left) and linear(right) and not (named(left) & sized and named(right) & sized)
            case ast.IfExp(test, then, otherwise):
                return not named(test) & sized and linear(then) and linear(otherwise)
        return False

    def added(file: str, arguments: Sequence[ast.expr]) -> None:
        for argument in arguments:
            if not linear(argument):
                raise Unsupported(f"{file}:{argument.lineno}: `@initial` code in which a size is not just added")

    def look(file: str, node: ast.AST) -> None:
        match node:
            case ast.Name() | ast.Attribute() if named(node) & sized:
                raise Unsupported(f"{file}:{node.lineno}: `@initial` code in which a size is more than a number of rounds")
            case ast.Call(ast.Name("instance"), [_, *arguments], []):
                added(file, arguments)
            case _:
                for part in ast.iter_child_nodes(node):
                    look(file, part)

    for file, module in modules.items():
        for count in counts(module, ("count",)):
            if not linear(count):
                raise Unsupported(f"{file}:{count.lineno}: a count that is not a sum of sizes with constant factors")
        for statement in module.body:
            if not isinstance(statement, ast.FunctionDef) or not is_initial(statement):
                continue
            for part in statement.body:
                match part:
                    case ast.For(ast.Name(), ast.Call(ast.Name("range"), arguments, []), body, []):
                        added(file, arguments)
                        for inner in body:
                            look(file, inner)
                    case _:
                        look(file, part)


Round = tuple[str, int]
"""Of a loop: the record, and the number of its instance in round 0."""


def check_layout(least: tree.Program, others: Sequence[tree.Program]) -> None:
    """Unsupported unless at all sizes each loop of `@initial` code has instances of its own. others: at other sizes, among
    them those with one parameter greater by one."""
    programs = [least, *others]
    loops = [[_loop(s) for s in program.initial if isinstance(s, tree.For)] for program in programs]
    if len({tuple(tuple(record for record, _ in found) for _, _, found in of) for of in loops}) != 1:
        raise Unsupported("`@initial` code is not the same at each size")

    def grows(values: Sequence[int], where: tree.Statement | None, what: str) -> None:
        if values[0] < 0 or any(value < values[0] for value in values):
            raise Unsupported(f"{where.position if where else least.model}: {what} at other sizes")

    spans: dict[str, dict[tuple[int, tuple[int, ...]], tuple[tuple[int, ...], tree.Statement]]] = {}
    statements = [s for s in least.initial if isinstance(s, tree.For)]
    for number, statement in enumerate(statements):
        rounds = [max(of[number][1] - of[number][0], -1) for of in loops]
        grows(rounds, statement, "a loop of `@initial` code may have no rounds")
        for n, (record, _) in enumerate(loops[0][number][2]):
            starts = tuple(of[number][0] + of[number][2][n][1] for of in loops)
            ends = tuple(start + more for start, more in zip(starts, rounds, strict=True))
            spans.setdefault(record, {})[number, starts] = ends, statement
    for record, found in spans.items():
        if any(isinstance(e, tree.Allocate) and e.record == record for s in least.initial for e in nodes(s)):
            raise Unsupported(f"{least.records[record].position}: `@initial` code names what it allocates by numbers")
        before: tuple[int, ...] = (0,) * len(programs)
        for (_, starts), (ends, loop) in sorted(found.items(), key=lambda span: (span[0][1][::-1], span[1][0][::-1], span[0][0])):
            grows(
                [here - there for here, there in zip(starts, before, strict=True)],
                loop,
                f"loops of `@initial` code may make the same {record}",
            )
            before = ends
        counted = [program.records[record].count for program in programs]
        grows([n - end for n, end in zip(counted, before, strict=True)], None, f"there may be too few instances of {record}")


def _loop(statement: tree.For) -> tuple[int, int, list[Round]]:
    """The range of a loop, and the instances that it names by its number."""
    domain, counter = statement.binding.domain, statement.binding.local.name
    if not isinstance(domain, tree.RangeDomain):
        raise Unsupported(f"{statement.position}: a loop of `@initial` code that is not over numbers")
    low, high = domain.low, domain.high
    if not isinstance(low, tree.Constant) or not isinstance(high, tree.Constant):
        raise Unsupported(f"{statement.position}: a loop of `@initial` code that is not over known numbers")
    found: list[Round] = []
    for part in statement.body:
        for e in nodes(part):
            if isinstance(e, tree.Cast) and isinstance(e.type, tree.ReferenceType):
                found.append((e.type.record, _first(e, counter)))
    return low.value, high.value, found


def _first(cast: tree.Cast, counter: str) -> int:
    """The number of the instance that `instance(Record, counter + n)` is in round 0: n."""
    match cast.operand:
        case tree.Binary(operator="*", left=tree.Binary(operator="+", left=number, right=tree.Constant(value=1))):
            times, more = _terms(number, counter)
            if times == 1:
                return more
    raise Unsupported(f"{cast.position}: an instance that is not named by the number of the round, with something added")


def _terms(e: tree.Expression, counter: str) -> tuple[int, int]:
    """How often the counter is added in an expression, and what else."""
    match e:
        case tree.Constant(value=value):
            return 0, value
        case tree.LocalRead(name=name) if name == counter:
            return 1, 0
        case tree.Binary(operator="+" | "-" as operator, left=left, right=right):
            (a, x), (b, y) = _terms(left, counter), _terms(right, counter)
            return (a + b, x + y) if operator == "+" else (a - b, x - y)
    raise Unsupported(f"{e.position}: an instance that is not named by the number of the round, with something added")
