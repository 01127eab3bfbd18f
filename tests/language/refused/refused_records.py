# SPDX-License-Identifier: GPL-2.0-only
"""Records, enumerations, decorators and sizes that the language refuses."""

from __future__ import annotations

from tests.language.refused.refused import STATE, Case, lines

RECORDS_AND_DECORATORS: list[Case] = [
    (
        "a class without meaning",
        lines("«class Page:", "    use: Small = 0"),
        "`Page` is a class without meaning; write @record(...), or class Page(Enum)",
    ),
    (
        "a class with Python's base",
        lines("class Page(«object):", "    use: Small = 0"),
        "the language does not have Python's `object`: use what the model defines, and what checker.language has",
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
        "the language does not have Python's `staticmethod`: use what the model defines, and what checker.language has",
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
        "`step` has no decorator; write @routine, @action, @function, @invariant or @initial",
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
