# SPDX-License-Identifier: GPL-2.0-only
"""Random statements. Every loop ends, and every variable keeps its range."""

from __future__ import annotations

from .expressions import ASSIGN
from .loops import Body, LoopWriter
from .numbers import BOOL, Type, binary, converted
from .scope import KEPT, Expression, Pointer, Scope, Variable


class StatementWriter(LoopWriter):
    """Writes the statements of one function."""

    def statements(self, body: Body, scope: Scope, number: int, depth: int) -> None:
        """A block's statements. Its declarations are seen to its end."""
        for _ in range(number):
            if self.budget < self.rounds:
                return
            self.budget -= self.rounds
            self.statement(body, scope, depth)

    def statement(self, body: Body, scope: Scope, depth: int) -> None:
        kind = self.random.random()
        if body.loops and not body.switches and depth > 0 and self.chance(0.15):
            self.switch(body, scope, depth)
        elif kind < 0.14:
            self.declaration(body, scope)
        elif kind < 0.40 or depth <= 0:
            self.assignment(body, scope)
        elif kind < 0.48:
            self.pointing(body, scope)
        elif kind < 0.53:
            self.call_statement(body, scope)
        elif kind < 0.57:
            self.exchange(body, scope)
        elif kind < 0.70:
            self.branch(body, scope, depth)
        elif kind < 0.83:
            self.loop(body, scope, depth)
        elif kind < 0.89:
            self.switch(body, scope, depth)
        elif kind < 0.93:
            self.block(body, scope, depth)
        else:
            self.leave(body, scope)

    # -- simple ones --

    def declaration(self, body: Body, scope: Scope) -> None:
        """A local, now and then with the name of another one, which it hides."""
        type_ = self.random.choice(list(KEPT))
        low, high = self.random.choice(KEPT[type_])
        value = self.value_for(scope, type_, low, high, acts=True)
        name = f"v{body.names}"
        others = [v.name for v in scope.scalars() if v.of_function and v.name not in body.declared[-1]]
        if others and body.depth > 1 and self.chance(0.3):
            name = self.random.choice(others)
            if name in value.reads | value.writes:
                return
        body.names += 1
        body.declared[-1].add(name)
        body.add(f"{type_.name} {name} = {self.within(value, ASSIGN)};")
        scope.add(Variable(name, type_, low, high))

    def value_for(self, scope: Scope, type_: Type, low: int, high: int, acts: bool = False) -> Expression:
        """A value for a variable of the type that keeps this range."""
        found = self.number(scope, self.random.choice((1, 2, 2, 3)), acts)
        return found if type_ == BOOL else self.limited(found, low, high)

    def assignment(self, body: Body, scope: Scope) -> None:
        kind = self.random.random()
        if kind < 0.35 and (scope.arrays() or scope.pointers):
            self.element(body, scope)
            return
        targets = scope.scalars(changed=True)
        if not targets:
            return
        target = self.random.choice(targets)
        if not target.of_function:
            self.writes.add(target.object)
        place = Expression(target.name, target.range, 15)
        if kind < 0.65:
            self.modify(body, scope, place, target)
            return
        value = self.value_for(scope, target.type, target.low, target.high, acts=True)
        if not target.of_function and self.chance(0.1):
            body.add(f"WRITE_ONCE({target.name}, {self.within(value, ASSIGN)});")
        else:
            body.add(f"{target.name} = {self.within(value, ASSIGN)};")

    def element(self, body: Body, scope: Scope) -> None:
        """An assignment to an element of an array, or to what a pointer points to."""
        found = self.random.choice([*scope.arrays(), *scope.pointers.values()])
        place = self.place(scope, found, acts=self.chance(0.3))
        target = found.target if isinstance(found, Pointer) else found
        memory = f"T:{target.type.name}"
        if memory in place.writes:
            return
        self.writes.add(memory)
        if self.chance(0.3) and not place.acts:
            self.modify(body, scope, place, Variable(target.name, target.type, place.range.low, place.range.high))
            return
        value = self.value_for(scope, target.type, place.range.low, place.range.high, acts=not place.acts)
        if value.acts and place.acts:
            return
        if value.writes & (place.reads | {memory}) or place.writes & (value.reads | value.writes):
            return
        body.add(f"{place.text} = {self.within(value, ASSIGN)};")

    def modify(self, body: Body, scope: Scope, place: Expression, target: Variable) -> None:
        """place operator= value, ++ and --; under a condition where the range would be left."""
        kind = self.random.random()
        name = place.text
        if kind < 0.3 and target.type != BOOL and target.low < target.high:
            operator = self.random.choice(("++", "--"))
            text = f"{place.text}{operator}" if place.level >= 14 and self.chance(0.7) else f"{operator}{name}"
            test = f"{name} < {target.high}" if operator == "++" else f"{name} > {target.low}"
            body.add(f"if ({test})")
            body.add(f"\t{text};")
            return
        operator = self.random.choice(("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"))
        value = self.number(scope, self.random.choice((0, 1, 1)))
        if value.acts and (value.writes or place.reads):
            return
        if operator in ("/", "%") and value.range.low <= 0:
            value = self.constant(self.random.choice((1, 2, 3, 10)))
        if operator in ("<<", ">>"):
            value = self.limited(value, 0, 3)
        new = binary(operator, place.range, value.range)
        if new is None:
            return
        stored = converted(new, target.type)
        if target.type == BOOL or (stored is not None and stored.within(target.low, target.high) and stored.low == new.low):
            if (stored is not None and stored.high == new.high) or target.type == BOOL:
                body.add(f"{name} {operator}= {self.within(value, ASSIGN)};")
                return
        if not value.acts and new.low >= -(1 << 40) and new.high < 1 << 40 and new.type.signed:
            old = Expression(name, place.range, place.level)
            result = f"{self.within(old, 13)} {operator} {self.within(value, 13)}"
            body.add(f"if (({result}) >= {target.low} && ({result}) <= {target.high})")
            body.add(f"\t{name} {operator}= {self.within(value, ASSIGN)};")

    def pointing(self, body: Body, scope: Scope) -> None:
        """A new pointer, or a move of one."""
        moving = [p for p in scope.pointers.values() if p.moves]
        if moving and self.chance(0.5):
            pointer = self.random.choice(moving)
            self.move(body, scope, pointer)
            return
        arrays = scope.arrays()
        if not arrays:
            return
        target = self.random.choice(arrays)
        assert target.length is not None
        name, moves = f"p{body.names}", self.chance(0.5)
        body.names += 1
        last = target.length - 1 if moves else self.random.randrange(target.length)
        index = self.index(scope, last + 1)
        start = self.random.choice((f"&{target.name}[{index.text}]", f"{target.name} + {self.within(index, 12)}"))
        body.add(f"{target.type.name} *{name} = {start};")
        body.declared[-1].add(name)
        scope.add_pointer(Pointer(name, target, target.length, 0, last, moves))
        if moves:
            self.move(body, scope, scope.pointers[name])

    def move(self, body: Body, scope: Scope, pointer: Pointer) -> None:
        name, array = pointer.name, pointer.target.name
        index = self.index(scope, pointer.last + 1)
        match self.random.randrange(5):
            case 0:
                body.add(f"if ({name} < &{array}[{pointer.last}])")
                body.add(self.random.choice((f"\t{name}++;", f"\t++{name};", f"\t{name} += 1;", f"\t{name} = {name} + 1;")))
            case 1:
                body.add(f"if ({name} != {array})")
                body.add(self.random.choice((f"\t{name}--;", f"\t{name} -= 1;", f"\t{name} = {name} - 1;")))
            case 2:
                body.add(f"{name} = {array};")
            case _:
                body.add(f"{name} = &{array}[{index.text}];")

    def call_statement(self, body: Body, scope: Scope) -> None:
        known = [f for f in self.functions if f.cost * self.rounds <= self.budget]
        if not known:
            return
        found = self.called(scope, self.random.choice(known), 2, acts=True)
        if found is not None:
            body.add(f"{'(void)' if self.chance(0.2) else ''}{found.text};")

    def exchange(self, body: Body, scope: Scope) -> None:
        """What the kernel has for one step in hardware."""
        outside = [v for v in scope.scalars() if not v.of_function and v.type.rank >= 3]
        if not outside:
            return
        target = self.random.choice(outside)
        given = [self.value_for(scope, target.type, target.low, target.high) for _ in range(2)]
        if any(value.acts for value in given):
            return
        self.reads.add(target.object)
        self.writes.add(target.object)
        name = f"v{body.names}"
        body.names += 1
        body.declared[-1].add(name)
        arguments = ", ".join([f"&{target.name}", *(self.within(v, ASSIGN) for v in given)])
        text = f"cmpxchg({arguments})" if self.chance(0.5) else f"xchg(&{target.name}, {self.within(given[0], ASSIGN)})"
        body.add(f"{target.type.name} {name} = {text};")
        scope.add(Variable(name, target.type, target.low, target.high))

    # -- branches --

    def block(self, body: Body, scope: Scope, depth: int, number: int | None = None) -> None:
        body.add("{")
        with body.inside():
            self.statements(body, scope.inner(), number or self.random.randint(1, 3), depth - 1)
        body.add("}")

    def branch(self, body: Body, scope: Scope, depth: int) -> None:
        test = self.condition(scope, 2, acts=self.chance(0.4)) if self.chance(0.7) else self.number(scope, 2, self.chance(0.3))
        body.add(f"if ({test.text})")
        self.block(body, scope, depth)
        if self.chance(0.5):
            body.add("else")
            self.block(body, scope, depth)

    def switch(self, body: Body, scope: Scope, depth: int) -> None:
        """A switch with cases that fall through, and breaks in blocks of a case."""
        value = self.limited(self.number(scope, 2, self.chance(0.2)), 0, 5)
        labels = [str(number) for number in self.random.sample(range(8), self.random.randint(1, 4))]
        if self.chance(0.6):
            labels.insert(self.random.randint(0, len(labels)), "default")
        body.add(f"switch ({value.text}) {{")
        inner = scope.inner()
        with body.inside(indent=False):
            for label in labels:
                body.add("default:" if label == "default" else f"case {label}:")
                if self.chance(0.2):
                    continue
                body.switches += 1
                with body.inside(declares=False):
                    self.cases(body, inner, depth)
                body.switches -= 1
            body.add("\t;")
        body.add("}")

    def cases(self, body: Body, scope: Scope, depth: int) -> None:
        """The statements of a case: no declarations, as another case could jump over them."""
        if self.chance(0.3):
            test = self.condition(scope, 1)
            body.add(f"if ({test.text}) {{")
            with body.inside():
                self.statements(body, scope.inner(), 1, 0)
                body.add("break;")
            body.add("}")
        if self.chance(0.3):
            self.block(body, scope, depth - 1, 1)
        else:
            self.assignment(body, scope)
        if self.chance(0.6):
            body.add("break;")
