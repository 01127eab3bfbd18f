# SPDX-License-Identifier: GPL-2.0-only
"""Modules, names and declarations that the language refuses."""

from __future__ import annotations

from tests.language.refused.refused import STATE, Case, action, lines

NAMES_AND_MODULES: list[Case] = [
    ("a typo", action("g = «flagg"), "`flagg` is not defined; define it or import it; did you mean `flag`?"),
    ("a typo in a type", lines("x: «Smal = 0"), "`Smal` is not defined; define it or import it; did you mean `Small`?"),
    ("a name that is like none", action("g = «quux"), "`quux` is not defined; define it or import it"),
    ("a circle of constants", lines("A = B + 1", "B = «A + 1"), "`A` is defined by itself; break the circle"),
    ("a name defined twice", lines("g: Small = 0", "«g: Small = 1"), "`g` is defined twice in this file; rename one"),
    ("import *", lines("«from spec.kernel import *"), "`import *` hides what is used; import each name"),
    ("import of a module", lines("«import os"), "only `from module import name` is understood; write it so"),
    ("a relative import", lines("«from . import x"), "only `from module import name` is understood; write it so"),
    (
        "import from elsewhere",
        lines("«from os import path"),
        "models import from checker.language, spec and models only, not from os",
    ),
    (
        "import of a Python name outside the language",
        lines("«from typing import Any"),
        "`Any` of typing is not part of the language; only Annotated is",
    ),
    (
        "import of a missing module",
        lines("«from spec.nothing import x"),
        "there is no module spec.nothing; a model imports from checker.language, spec and models",
    ),
    ("import of a missing name", lines("«from spec.kernel import Pag"), "spec.kernel has no `Pag`; did you mean `Page`?"),
    (
        "import of a missing name of the language",
        lines("«from checker.language import choos"),
        "the language has no `choos`; did you mean `choose`?; docs/reference/language.md has its names",
    ),
    (
        "code at module level",
        lines("«if True:", "    X = 1"),
        "`if True:` has no meaning at module level; put it in a routine or action",
    ),
    (
        "a call at module level",
        lines("«print(1)"),
        "`print(1)` has no meaning at module level; put it in a routine or action",
    ),
    (
        "two targets at module level",
        lines("«A = B = 1"),
        "`A = B = 1` has no meaning at module level; put it in a routine or action",
    ),
    ("a syntax error", lines("g: Small = «("), "not valid Python: '(' was never closed"),
    (
        "wrong indentation",
        lines("@action", "def step() -> None:", "«pass"),
        "not valid Python: expected an indented block after function definition on line 9",
    ),
    ("a lambda at module level", lines("A = «lambda: 1"), "the language does not have a lambda: write a @function"),
]
DECLARATIONS: list[Case] = [
    (
        "an int without a range",
        lines("g: «int = 0"),
        "an int needs its range: Annotated[int, Range(low, high)], or a name for that",
    ),
    ("a range that is not a range", lines("T = Annotated[int, «Small(0, 3)]"), "write Annotated[int, Range(low, high)]"),
    ("a range with one bound", lines("T = Annotated[int, «Range(3)]"), "write Annotated[int, Range(low, high)]"),
    ("an empty range", lines("T = Annotated[int, «Range(3, 2)]"), "no integer is from 3 to 2"),
    ("a bound that is not constant", STATE + lines("T = Annotated[int, Range(0, «g)]"), "a bound has to be a constant"),
    (
        "a type that the language does not have",
        lines("g: «float = 0"),
        "`float` is not defined; define it or import it; did you mean `allocate`?",
    ),
    (
        "a type that is a list",
        lines("g: «list[int] = 0"),
        "`list[int]` is not a type of the language; see docs/reference/language.md",
    ),
    ("a type in quotes that is none", lines("g: «'Small or' = 0"), "`Small or` is not a type"),
    ("None and an integer", lines("g: «Small | None = 0"), "`| None` is for references; an integer has 0"),
    ("a variable without a value", lines("«g: Small"), "a module variable needs its initial value"),
    (
        "a constant that is not constant",
        STATE + lines("K = «g"),
        "`K` is a constant, and this is not; a module variable is written `K: Type = initial value`",
    ),
    (
        "a value outside its type",
        lines("g: Small = «10"),
        "`g` takes an integer from 0 to 9, and this is always 10; change one of them",
    ),
    ("a constant that is divided by nothing", lines("D = 5 // «0"), "the divisor cannot be 0; change it"),
    ("a constant that is shifted too far", lines("D = 5 << («7 - 8)"), "the number of places cannot be -1; change it"),
    (
        "a count that is divided by nothing",
        lines("@record(count=5 % «0)", "class Page:", "    pass"),
        "the divisor cannot be 0; change it",
    ),
    ("null of what is not declared", lines('p: bool = null(«"Queue")'), "`Queue` is not defined; define it or import it"),
    ("null of what is not a name", STATE + lines('q: Page | None = null(«"Page | None")'), "`'Page | None'` is not a record"),
    ("null of a quoted type", STATE + lines('q: Page | None = null(«"Colour")'), "`Colour` is not a record"),
    (
        "per of what is not declared",
        lines('at: Per["Queue", bool] = per(«"Queue")'),
        "`Queue` is not defined; define it or import it",
    ),
    ("all of a quoted record", action('flag = any(True for x in every(«"Page"))'), "`'Page'` is not a record"),
    ("a value of another type", lines("g: Small = «True"), "`g` takes an integer from 0 to 9, and this is bool"),
    (
        "a member of another enumeration",
        STATE + lines("class Shape(Enum):", "    ROUND = 1", "colour2: Colour = «Shape.ROUND"),
        "`colour2` takes Colour, and this is Shape",
    ),
    (
        "an initial value that is not constant",
        STATE + lines("h: Small = «g"),
        "an initial value is a constant; @initial code can set others",
    ),
    (
        "no 0 in the range of an array",
        lines("«a: Array[Annotated[int, Range(1, 2)]] = array(2)"),
        "`a` needs an initial value in its range",
    ),
    ("an array of an integer", lines("«a: Array[Small] = 0"), "an Array is declared `a: Array[Type] = array(length)`"),
    ("array without a length", lines("a: Array[Small] = «array()"), "write array(length) or array(length, initial value)"),
    ("an array of length 0", lines("a: Array[Small] = «array(0)"), "an array has at least one element, not 0"),
    ("a length that is not constant", STATE + lines("a: Array[Small] = array(«g)"), "the length has to be a constant"),
    ("per without its type", STATE + lines("«a: Small = per(Page)"), "write `a: Per[Record, Type] = per(Record)`"),
    (
        "per without a record",
        STATE + lines("a: Per[Page, Small] = «per()"),
        "write per(Record) or per(Record, initial value)",
    ),
    ("per of no record", STATE + lines("a: Per[Page, Small] = per(«Small)"), "`Small` is not a record"),
    (
        "a parameter without its meaning",
        lines("N = «parameter(1, 0, 3)"),
        'write parameter(default, low, high, "what it is")',
    ),
    (
        "a constant of the model without its meaning",
        lines("N = «constant_of_model(1)"),
        'write constant_of_model(default, "what it is")',
    ),
    (
        "a constant of the model whose meaning is not a text",
        lines("N = «constant_of_model(1, 2)"),
        'write constant_of_model(default, "what it is")',
    ),
    ("a parameter whose default is outside", lines('N = «parameter(4, 0, 3, "a size")'), "the default 4 is not from 0 to 3"),
    (
        "a parameter whose bound is not constant",
        STATE + lines('N = parameter(1, 0, «g, "a size")'),
        "a bound of a parameter has to be a constant",
    ),
    ("an event without its meaning", lines('E = «event("e")'), 'write event("name", "what happens")'),
    ("a demand without its reason", lines('d = «demand("d")'), 'write demand("id", "why")'),
    (
        "a property declared twice",
        lines('d = «demand("rule", "again")'),
        "the property rule is declared at {file}:7:8 already",
    ),
    (
        "a class without meaning",
        lines("«class Page:", "    use: Small = 0"),
        "`Page` is a class without meaning; write @record(...), or class Page(Enum)",
    ),
    (
        "a class with Python's base",
        lines("class Page(«object):", "    use: Small = 0"),
        "`object` is not defined; define it or import it",
    ),
    (
        "a line in an enumeration",
        lines("class Colour(Enum):", "    RED = 1", "    «BLUE: Small = 2"),
        "an enumeration has lines `NAME = number` only",
    ),
    (
        "an enumeration without members",
        lines("«class Colour(Enum):", "    'None.'"),
        "Colour needs members, each with a number of its own",
    ),
    (
        "two members with one number",
        lines("«class Colour(Enum):", "    RED = 1", "    BLUE = 1"),
        "Colour needs members, each with a number of its own",
    ),
    ("a flag of two bits", lines("«class Bits(IntFlag):", "    A = 1", "    B = 3"), "each flag is one bit: 1, 2, 4, ..."),
    (
        "a record with a base",
        lines("@record(count=1)", "«class Page(Enum):", "    pass"),
        (
            "a record is a class without base and with @record(count=..., alignment=1, frames=0, allocated=False, names={...}, symmetric=False)"
        ),
    ),
    (
        "a record with another decorator",
        lines("@action", "«class Page:", "    use: Small = 0"),
        (
            "a record is a class without base and with @record(count=..., alignment=1, frames=0, allocated=False, names={...}, symmetric=False)"
        ),
    ),
    (
        "a record whose count has no name",
        lines("@record(2)", "«class Page:", "    use: Small = 0"),
        (
            "a record is a class without base and with @record(count=..., alignment=1, frames=0, allocated=False, names={...}, symmetric=False)"
        ),
    ),
    (
        "an option that records do not have",
        lines("@record(count=1, «size=2)", "class Page:", "    use: Small = 0"),
        "write @record(count=..., alignment=1, frames=0, allocated=False, names={...}, symmetric=False)",
    ),
    (
        "a record without count",
        lines("@«record(alignment=2)", "class Page:", "    use: Small = 0"),
        "a record needs a count of at least 1",
    ),
    (
        "a record of count 0",
        lines("@«record(count=0)", "class Page:", "    use: Small = 0"),
        "a record needs a count of at least 1",
    ),
    (
        "an alignment of 3",
        lines("@«record(count=1, alignment=3)", "class Page:", "    use: Small = 0"),
        "the alignment is a power of two",
    ),
    (
        "names that do not add up",
        lines("@«record(count=3, names={'a': 1, 'b': 1})", "class Page:", "    use: Small = 0"),
        "the counts in `names` add up to `count`",
    ),
    (
        "a field twice",
        lines("@record(count=1)", "class Page:", "    use: Small = 0", "    «use: Small = 1"),
        "Page has a field `use` already",
    ),
    (
        "a field named as the allocator's state",
        lines("@record(count=1, allocated=True)", "class Page:", "    «allocated: Small = 0"),
        "`allocated` is the allocator's state of a Page; give the field another name",
    ),
    (
        "a field without a value",
        lines("@record(count=1)", "class Page:", "    «use: Small"),
        "a record has lines `field: Type = initial value` only",
    ),
    (
        "a method",
        lines("@record(count=1)", "class Page:", "    «def f(self) -> None:", "        pass"),
        "a record has lines `field: Type = initial value` only",
    ),
    (
        "a decorator that there is not",
        lines("@«rutine", "def step() -> None:", "    pass"),
        "`rutine` is not defined; define it or import it; did you mean `routine`?",
    ),
    (
        "a decorator of Python",
        lines("@«staticmethod", "def step() -> None:", "    pass"),
        "`staticmethod` is not defined; define it or import it",
    ),
    (
        "a decorator that decorates no code",
        lines("@«every", "def step() -> None:", "    pass"),
        "`@every` is not of the language, which has @routine, @action, @function, @hook, @implements, @initial, @executes, "
        "@invariant, @lemma, @constraint, @eventually, @bounded, @eventually_always, @leads_to, @fair",
    ),
    (
        "a decorator of a module",
        lines("@«checker.routine", "def step() -> None:", "    pass"),
        "`@checker.routine` is not of the language, which has @routine, @action, @function, @hook, @implements, @initial, "
        "@executes, @invariant, @lemma, @constraint, @eventually, @bounded, @eventually_always, @leads_to, @fair",
    ),
    (
        "a decorator with a typo in its option",
        lines("@«routine(noinlin=True)", "def step() -> None:", "    pass"),
        "@routine does not take these arguments; write @routine(noinline=True)",
    ),
    (
        "an action with a typo in its option",
        lines("@«action(interupt=True)", "def step() -> None:", "    pass"),
        "@action does not take these arguments; write @action(interrupt=True)",
    ),
    (
        "a decorator with an argument that it does not take",
        lines("@«function(3)", "def step(x: Small) -> int:", "    return x"),
        "@function does not take these arguments; write @function",
    ),
    (
        "two decorators that exclude each other",
        lines("@routine", "@«action", "def step() -> None:", "    pass"),
        "@action and @routine exclude each other; keep one",
    ),
    (
        "no decorator",
        lines("«def step() -> None:", "    pass"),
        "`step` has no decorator; say with @routine, @action or @function what it is",
    ),
    (
        "a parameter with a default",
        lines("@action", "«def step(x: Small = 0) -> None:", "    pass"),
        "parameters are plain: `name: Type`, without defaults or stars",
    ),
    (
        "a parameter with a star",
        lines("@action", "«def step(*x: Small) -> None:", "    pass"),
        "parameters are plain: `name: Type`, without defaults or stars",
    ),
    ("a parameter without a type", lines("@action", "def step(«x) -> None:", "    pass"), "the parameter `x` needs a type"),
    (
        "no result type",
        lines("@routine", "«def step():", "    pass"),
        "`step` needs a result type: `-> None`, or what it returns",
    ),
    (
        "an asynchronous function",
        lines("«async def step() -> None:", "    pass"),
        "`async def step() -> None:` has no meaning at module level; put it in a routine or action",
    ),
    (
        "array with a keyword",
        lines("a: Array[Small] = «array(2, initial=3)"),
        "write array(length) or array(length, initial value)",
    ),
    (
        "per with a keyword",
        STATE + lines("a: Per[Page, Small] = «per(Page, initial=3)"),
        "write per(Record) or per(Record, initial value)",
    ),
    ("a range with a keyword", lines("T = Annotated[int, «Range(0, 3, step=2)]"), "write Annotated[int, Range(low, high)]"),
    (
        "two events of one name",
        lines('A = event("late", "x")', 'B = «event("late", "y")'),
        "there is an event late at {file}:8:5 already; rename one",
    ),
    (
        "a parameter whose meaning is not a text",
        lines("N = «parameter(1, 0, 3, 5)"),
        'write parameter(default, low, high, "what it is")',
    ),
    (
        "a negative number of frames",
        lines("@«record(count=1, frames=-1)", "class Page:", "    use: Small = 0"),
        "a record owns 0 or more frames",
    ),
    (
        "two records that print under one name",
        lines(
            "@record(count=1)",
            "class Cpu:",
            "    own: Small = 0",
            "@«record(count=1, names={'cpu': 1})",
            "class Core:",
            "    own: Small = 0",
        ),
        "an instance of Cpu prints as cpu0 already; give other `names`",
    ),
    (
        "two records of which one prints with a digit more",
        lines(
            "@record(count=12)",
            "class Cpu:",
            "    own: Small = 0",
            "@«record(count=3, names={'cpu1': 3})",
            "class Core:",
            "    own: Small = 0",
        ),
        "an instance of Cpu prints as cpu10 already; give other `names`",
    ),
    (
        "two instances that print alike",
        lines("@«record(count=15, names={'t': 12, 't1': 3})", "class Task:", "    use: Small = 0"),
        "two instances would print alike; give `names` of which none is another with digits",
    ),
    (
        "one name twice",
        lines("@«record(count=2, names={'t': 1, 't': 1})", "class Task:", "    use: Small = 0"),
        "two instances would print alike; give `names` of which none is another with digits",
    ),
    (
        "a negative number of instances of a name",
        lines("@«record(count=2, names={'a': -1, 'b': 3})", "class Task:", "    use: Small = 0"),
        "-1 instances cannot be named a; write how many are, at least 1",
    ),
    (
        "a name that is a number",
        lines("@record(count=2, «names={1: 2})", "class Task:", "    use: Small = 0"),
        "write @record(count=..., alignment=1, frames=0, allocated=False, names={...}, symmetric=False)",
    ),
    (
        "too large a count",
        lines("@«record(count=1000000000)", "class Page:", "    use: Small = 0"),
        "a count can be 10,000 at most, not 1,000,000,000",
    ),
    (
        "too large a number of frames",
        lines("@«record(count=2, frames=1000000000)", "class Page:", "    use: Small = 0"),
        "count times frames can be 10,000 at most, not 2,000,000,000",
    ),
    (
        "too long an array",
        lines("row: Array[Small] = «array(1000000000)"),
        "the length can be 10,000 at most, not 1,000,000,000",
    ),
    (
        "too much in all instances together",
        lines("@record(count=1000)", "class Page:", "    «row: Array[Small] = array(1000)"),
        "`row`, in all instances together, can be 10,000 at most, not 1,000,000",
    ),
    (
        "too much for each of too many",
        lines(
            "@record(count=1000)",
            "class Page:",
            "    use: Small = 0",
            "@record(count=1000)",
            "class Cpu:",
            "    «use: Per[Page, bool] = per(Page)",
        ),
        "`use`, in all instances together, can be 10,000 at most, not 1,000,000",
    ),
    (
        "an action of too many integers",
        lines("@action", "def step(«x: Annotated[int, Range(1, 1000000000)]) -> None:", "    pass"),
        "the number of values that the parameters run over together can be 10,000 at most, not 1,000,000,000",
    ),
    (
        "an invariant of too many combinations",
        lines(
            "Many = Annotated[int, Range(1, 1000)]",
            "@invariant('never', 'x')",
            "def never(x: Many, «y: Many) -> bool:",
            "    'Test.'",
            "    return x != y",
        ),
        "the number of values that the parameters run over together can be 10,000 at most, not 1,000,000",
    ),
    (
        "an action of too many flags",
        lines(
            "class Bits(IntFlag):",
            *(f"    B{n} = 1 << {n}" for n in range(40)),
            "@action",
            "def step(«x: Bits) -> None:",
            "    pass",
        ),
        "the number of values that the parameters run over together can be 10,000 at most, not 1,099,511,627,776",
    ),
    (
        "an action with a result",
        lines("@action", "«def step() -> bool:", "    return True"),
        "the action `step` has nobody to return a value to; write `-> None`",
    ),
    (
        "initial code with a parameter",
        lines("@initial", "«def start(x: Small) -> None:", "    pass"),
        "@initial code takes no parameters and returns nothing",
    ),
    ("flags outside the type", STATE + lines("b: Bits = «Bits(8)"), "Bits has no such bits; it has A, B"),
]
