# SPDX-License-Identifier: GPL-2.0-only
"""Expressions that the language refuses."""

from __future__ import annotations

from tests.language.refused.refused import PROCESSOR, START, STATE, Case, action, lines, routine

EXPRESSIONS: list[Case] = [
    ("a float", action("g = «1.5"), "1.5 is not a value of the language, which has integers, True, False and None"),
    (
        "a text",
        action("g = «'a'"),
        "'a' is not a value of the language, which has integers, True, False and None; a text stands where a parameter with "
        "named values is compared",
    ),
    ("a division", action("g = «g / 2"), "the operator Div is not in the language; it has + - * // % & | ^ << >>"),
    ("a power", action("g = «g ** 2"), "the operator Pow is not in the language; it has + - * // % & | ^ << >>"),
    ("a lambda", action("g = «lambda: 1"), "the language does not have a lambda: write a @function"),
    ("a list", action("g = «[1]"), "the language does not have a list: declare an array"),
    ("a dictionary", action("g = «{}"), "the language does not have a dictionary: use an array or a record"),
    ("a set", action("g = «{1}"), "the language does not have a set: use flags, or `x in (a, b)`"),
    ("a tuple", action("g = «(1, 2)"), "the language does not have a tuple: use a record, or separate variables"),
    ("a slice", action("g = slots[«0:1]"), "the language does not have a slice: index single elements"),
    (
        "an f-string",
        action("g = «f'{g}'"),
        "the language does not have an f-string: messages have {expressions} without the f",
    ),
    (
        "an assignment expression",
        action("if («h := g):", "    pass"),
        "the language does not have `:=`: assign in a line of its own",
    ),
    (
        "a list comprehension",
        action("g = «[x for x in range(3)]"),
        "the language does not have a list: use all, any, sum or choose over a generator",
    ),
    (
        "a set comprehension",
        action("g = «{x for x in range(3)}"),
        "the language does not have a set: use all, any, sum or choose over a generator",
    ),
    (
        "a dictionary comprehension",
        action("g = «{x: x for x in range(3)}"),
        "the language does not have a dictionary: use an array or a record",
    ),
    (
        "a generator alone",
        action("g = «(x for x in range(3))"),
        "the language does not have a generator: use it inside all, any, sum or choose",
    ),
    (
        "a star",
        action("g = choose(«*slots)"),
        "this runs over range(...), every(Record), an enumeration or a tuple of values",
    ),
    ("await", routine("g = «await g"), "the language does not have await: routines interleave by themselves"),
    ("yield", routine("g = («yield g)"), "the language does not have yield: routines interleave by themselves"),
    (
        "a member that there is not",
        action("p.row[0] = 1 if colour == «Colour.GREEN else 0"),
        "Colour has no member GREEN; it has RED, BLUE",
    ),
    ("a flag that there is not", action("g = int(«Bits.C)"), "Bits has no flag C; it has A, B"),
    ("a field that there is not", action("«p.uses = 1"), "Page has no field `uses`; it has use, row; did you mean `use`?"),
    ("a field that is like none", action("«p.quux = 1"), "Page has no field `quux`; it has use, row"),
    ("a field of an integer", action("«g.use = 1"), "`.use`: this is an integer from 0 to 9, which has no fields"),
    ("a field of None", action("x = «None.use"), "`.use`: this is None, which has no fields"),
    (
        "a method call",
        action("«p.use()"),
        "`p.use` cannot be called; a model calls its own @routine and @function code, and what checker.language has",
    ),
    ("an array without an index", action("g = «slots"), "`slots` has several values; index it"),
    ("an array field without an index", action("g = «p.row"), "`row` is an array; index it"),
    ("an index of an integer", action("g = «g[0]"), "`g` is not an array here; do not index it"),
    ("an index of an element", action("g = «slots[0][0]"), "`slots` is not an array here; do not index it"),
    ("an index that is a boolean", action("g = slots[«flag]"), "an array is indexed by an integer, not by bool"),
    ("an index that is a member", action("g = slots[«colour]"), "an array is indexed by an integer, not by Colour"),
    (
        "a key of another record",
        action("g = at[«instance(Cpu, 0)]", state=STATE + PROCESSOR),
        "the index takes a reference to Page, and this is a reference to Cpu",
    ),
    (
        "an array as a key",
        action("g = at[«slots[0]]"),
        "the index takes a reference to Page, and this is an integer from 0 to 9",
    ),
    ("a record as a value", action("g = «Page"), "`Page` is not a value"),
    (
        "an index of a call",
        action("g = «instance(Page, 0)[0]"),
        "`instance(Page, 0)` is not a field, an array element or a module variable",
    ),
    (
        "a local before it has a value",
        action("if flag:", "    x = 1", "g = «x"),
        "`x` is read before it has a value here; assign it first",
    ),
    (
        "a local of a loop after it",
        action("for i in range(3):", "    g = i", "g = «i"),
        "`i` is read before it has a value here; assign it first",
    ),
    (
        "an enumeration as a condition",
        action("if «colour:", "    pass"),
        "Colour is not a condition; compare it with a member",
    ),
    ("a boolean and an integer", action("flag = «flag + 1"), "`+` takes integers, not bool and 1"),
    ("two booleans", action("flag = «flag & flag"), "`&` takes integers; use `and`, `or` or `!=` on booleans"),
    (
        "a reference in arithmetic",
        action("p = «p + 1"),
        "`+` takes integers; address(pointer) makes one of a reference, reference(Record, n) turns it back",
    ),
    ("flags and an integer", action("g = «bits + 1"), "`+` takes integers, not Bits and 1"),
    ("a minus before a boolean", action("g = «-flag"), "`-` takes an integer, not bool"),
    ("a comparison of different types", action("flag = «g == flag"), "`==` mixes an integer from 0 to 9 and bool"),
    (
        "a comparison of references to different records",
        action("flag = «p is instance(Cpu, 0)", state=STATE + PROCESSOR),
        "`==` mixes a reference to Page and a reference to Cpu",
    ),
    ("an order of references", action("flag = «p < p"), "`<` orders integers, not a reference to Page"),
    ("is between integers", action("flag = «g is 1"), "`is` compares references; use `==` here"),
    ("in something else than a tuple", action("flag = 1 in «slots"), "`in` takes a tuple of values here: `x in (a, b)`"),
    (
        "a chain that would read twice",
        routine("flag = 0 < «g <= 3"),
        "this would be read more than once here; assign it to a local first",
    ),
    (
        "a chain of one operator that would read twice",
        routine("flag = 0 < «g < 3"),
        "this would be read more than once here; assign it to a local first",
    ),
    (
        "in, of what would be read twice",
        routine("flag = «g in (1, 2)"),
        "this would be read more than once here; assign it to a local first",
    ),
    (
        "in, of what is read inside an expression",
        routine("flag = «1 + p.row[0] in (1, 2)"),
        "this would be read more than once here; assign it to a local first",
    ),
    (
        "in, of what would be asked twice",
        routine("flag = «is_allocated(p) in (flag, True)"),
        "this would be read more than once here; assign it to a local first",
    ),
    (
        "in, of a choice",
        action("flag = «choose((1, 2)) in (1, 2)"),
        "this would be read more than once here; assign it to a local first",
    ),
    (
        "in, of what a routine gives",
        lines("@routine", "def r() -> Small:", "    return 1") + action("flag = «r() in (1, 2)"),
        "this would be read more than once here; assign it to a local first",
    ),
    (
        "a condition of different types",
        action("g = «1 if flag else True"),
        "`if ... else` mixes 1 and bool",
    ),
    ("a result of another type", action("flag = «g"), "`flag` takes bool, and this is an integer from 0 to 9"),
    ("all without a generator", action("flag = «all(slots)"), "all takes one generator: all(... for x in every(Record))"),
    ("any of two", action("flag = «any(1, 2)"), "any takes one generator: any(... for x in every(Record))"),
    (
        "a sum of booleans",
        action("g = «sum(flag for x in range(3))"),
        "sum adds integers; write sum(1 for ... if ...) to count",
    ),
    (
        "a generator that binds two names",
        action("flag = any(x for «x, y in range(3))"),
        "a generator binds one name at a time",
    ),
    (
        "a generator over an array",
        action("flag = any(x == 1 for x in «slots)"),
        "this runs over range(...), every(Record), an enumeration or a tuple of values",
    ),
    ("a range of booleans", action("flag = any(x == 1 for x in «range(flag))"), "range takes integers"),
    (
        "a range with a step",
        action("for i in «range(0, 9, 2):", "    pass"),
        "range takes one or two bounds here, and counts up by 1",
    ),
    ("every of no record", action("for i in every(«Small):", "    pass"), "`Small` is not a record"),
    (
        "every of nothing",
        action("for i in «every():", "    pass"),
        "this runs over range(...), every(Record), an enumeration or a tuple of values",
    ),
    (
        "a tuple of different types",
        action("for i in «(1, True):", "    pass"),
        "the tuple mixes 1 and bool",
    ),
    ("a keyword argument", action("g = «choose(options=(1, 2))"), "arguments are given by position here"),
    ("a call of an unknown name", action("g = «foo(1)"), "`foo` is not defined; define it or import it"),
    (
        "a call of a local",
        action("x = g", "g = «x(1)"),
        "`x` cannot be called; a model calls its own @routine and @function code, and what checker.language has",
    ),
    ("a call of a type", action("g = «Small(1)"), "`Small` cannot be called"),
    (
        "a call of a function with too few arguments",
        lines("@function", "def f(x: Small) -> int:", "    return x") + action("g = «f()"),
        "`f` takes 1 argument, not 0",
    ),
    (
        "a call of a routine with too many arguments",
        lines("@routine", "def f(x: Small) -> None:", "    pass") + action("«f(1, 2)"),
        "`f` takes 1 argument, not 2",
    ),
    (
        "an argument of another type",
        lines("@function", "def f(x: Small) -> int:", "    return x") + action("g = f(«flag)"),
        "`x` takes an integer from 0 to 9, and this is bool",
    ),
    (
        "a call of an action",
        STATE + lines("@action", "def a() -> None:", "    pass") + action("«a()", state=""),
        "`a` is not called by a model; only routines and functions are",
    ),
    (
        "a routine in a condition of require",
        lines("@routine", "def f() -> bool:", "    return True") + action("require(«f())"),
        "`f` is a routine, and here only functions can be called; it has effects",
    ),
    (
        "a routine in a generator",
        lines("@routine", "def f() -> bool:", "    return True") + action("flag = any(«f() for x in range(3))"),
        "`f` is a routine, and here only functions can be called; it has effects",
    ),
    (
        "choose in a condition of require",
        action("require(«choose((False, True)))"),
        "`choose` has no place here: conditions and functions have one value; assign the choice first",
    ),
    (
        "choose in a generator",
        action("flag = any(«choose((False, True)) for x in range(3))"),
        "`choose` has no place here: conditions and functions have one value; assign the choice first",
    ),
    ("choose of two arguments", action("g = «choose(1, 2)"), "`choose` takes 1 argument, not 2"),
    (
        "choose of a value",
        action("g = choose(«g)"),
        "this runs over range(...), every(Record), an enumeration or a tuple of values",
    ),
    (
        "choose of a generator that computes",
        action("g = choose«(x + 1 for x in range(3))"),
        "choose takes `x for x in domain if condition`",
    ),
    (
        "choose of another name",
        action("y = g", "g = choose«(y for x in range(3))"),
        "choose takes `x for x in domain if condition`",
    ),
    (
        "choose over two domains",
        action("g = choose«(x for x in range(3) for y in range(3))"),
        "choose takes `x for x in domain if condition`",
    ),
    ("bool of two", action("flag = «bool(1, 2)"), "`bool` takes 1 argument, not 2"),
    ("int of a reference", action("g = «int(p)"), "`int` does not take a reference to Page"),
    ("address of an integer", action("g = «address(g)"), "`address` does not take an integer from 0 to 9"),
    ("reference without a record", action("p = reference(«Small, 2)"), "`Small` is not a record"),
    ("reference of a boolean", action("p = «reference(Page, True)"), "`reference` takes an integer, not bool"),
    ("instance of too few", action("p = «instance(Page)"), "`instance` takes 2 arguments, not 1"),
    ("null of a type", action("p = null(«Small)"), "`Small` is not a record"),
    (
        "allocate of a record without allocator",
        action("«allocate(Cpu)", state=STATE + PROCESSOR),
        "Cpu has no allocator state; declare it with @record(allocated=True)",
    ),
    (
        "allocate in a condition of require",
        action("require(«allocate(Page))"),
        "`allocate` changes the state; it has no place here",
    ),
    ("is_allocated of None", action("flag = «is_allocated(None)"), "`is_allocated` takes a reference"),
    (
        "is_allocated of a record without allocator",
        action("flag = «is_allocated(instance(Cpu, 0))", state=STATE + PROCESSOR),
        "Cpu has no allocator state; declare it with @record(allocated=True)",
    ),
    ("in_routine of an integer", action("flag = in_routine(«g, step)"), "an owner of frames is an instance of a record"),
    (
        "in_routine of a record without frames",
        action("flag = in_routine(«p, step)"),
        "Page owns no frames; declare it with @record(frames=...)",
    ),
    (
        "in_routine of no routine",
        action("flag = in_routine(instance(Cpu, 0), «step)", state=STATE + PROCESSOR),
        "`step` is not a routine",
    ),
    (
        "has_frames of two",
        action("flag = «has_frames(instance(Cpu, 0), 1)", state=STATE + PROCESSOR),
        "`has_frames` takes 1 argument, not 2",
    ),
    (
        "the processor in an action",
        STATE + PROCESSOR + lines("@action", "«def step() -> None:", "    x = processor(Cpu)"),
        "`processor` has no meaning here, where no processor steps; take it as a parameter",
    ),
    (
        "the processor in an invariant",
        STATE
        + PROCESSOR
        + lines('@invariant("i", "text")', "«def i() -> bool:", '    "Test."', "    return processor(Cpu).own == 0"),
        "`processor` has no meaning here, where no processor steps; take it as a parameter",
    ),
    (
        "a record that is not a processor",
        routine("x = «processor(Page)", state=STATE + PROCESSOR),
        "Cpu runs code in this model, the parameter of @executes; no other record does",
    ),
    (
        "the owner of a frame in an action",
        STATE + PROCESSOR + lines("@action", "def step() -> None:", "    x = «frame_owner(Cpu)"),
        "`frame_owner` is for routines; take the owner as a parameter here",
    ),
    (
        "the owner of a frame in a function",
        STATE
        + PROCESSOR
        + lines("@function", "def own() -> Small:", "    return «frame_owner(Cpu).own")
        + lines("@routine", "def main() -> None:", "    global g", "    with atomic('test'):", "        g = own()")
        + START,
        "`frame_owner` is for routines; take the owner as a parameter here",
    ),
    (
        "the owner of no frame",
        STATE
        + PROCESSOR
        + lines("@routine", "def r() -> None:", "    frame_owner(Cpu).own = 1", "@action", "def step() -> None:", "    «r()"),
        "`r` asks for the owner of its frame, and this runs in none; enter it, or give it a parameter",
    ),
    (
        "the owner of a frame that is chosen",
        STATE
        + PROCESSOR
        + lines("@routine", "def r() -> None:", "    frame_owner(Cpu).own = 1")
        + lines("@action", "def step() -> None:", "    enter(«choose(every(Cpu)), r)"),
        "`r` asks for the owner of its frame; assign the owner to a local, and enter with that",
    ),
    (
        "a record without frames",
        routine("x = frame_owner(«Page)", state=STATE + PROCESSOR),
        "Page owns no frames; declare it with @record(frames=...)",
    ),
    ("a statement as an expression", action("g = «free(p)"), "`free` is not an expression; it has no place here"),
    ("require as an expression", action("g = «require(flag)"), "`require` is not an expression; it has no place here"),
    (
        "a routine among what `in` compares with",
        STATE + lines("@routine", "def r() -> Small:", "    return 1") + action("x = g", "flag = x in (1, «r())", state=""),
        "`r` is a routine, and here only functions can be called; it has effects",
    ),
    (
        "a choice among what `in` compares with",
        action("x = g", "flag = x not in (1, «choose((1, 2)))"),
        "`choose` has no place here: conditions and functions have one value; assign the choice first",
    ),
    (
        "an allocation among what `in` compares with",
        action("q = p", "flag = q in (p, «allocate(Page))"),
        "`allocate` changes the state; it has no place here",
    ),
]
