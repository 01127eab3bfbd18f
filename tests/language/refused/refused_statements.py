# SPDX-License-Identifier: GPL-2.0-only
"""Statements that the language refuses."""

from __future__ import annotations

from tests.language.refused.refused import PROCESSOR, STATE, Case, action, lines, routine

STATEMENTS: list[Case] = [
    ("two targets", action("«g = p = 1"), "assign to one target at a time"),
    (
        "a tuple as a target",
        action("g, flag = «1, 2"),
        "the language does not have a tuple: use a record, or separate variables",
    ),
    ("a local without a value", action("«x: Small"), "an annotated local needs a value: `name: Type = value`"),
    ("an annotated element", action("«slots[0]: Small = 1"), "an annotated local needs a value: `name: Type = value`"),
    ("a whole array as a target", action("global slots", "«slots = 1"), "assign to one element of the array"),
    (
        "a constant as a target",
        lines("K = 3") + action("«K = 1"),
        "`K` has a meaning in this file already; give the local another name",
    ),
    (
        "a call as a target",
        action("«step() = 1"),
        "not valid Python: cannot assign to function call here. Maybe you meant '==' instead of '='?",
    ),
    ("a record as a target", action("«Page = 1"), "`Page` has a meaning in this file already; give the local another name"),
    (
        "a module variable that is not declared global",
        STATE + lines("@action", "def step() -> None:", "    «g = 1"),
        "`g` is a module variable; write `global g` first",
    ),
    (
        "a module variable that is not declared global, with an operator",
        STATE + lines("@action", "def step() -> None:", "    «g += 1"),
        "`g` is a module variable; write `global g` first",
    ),
    (
        "global of an unknown name",
        STATE + lines("@action", "def step() -> None:", "    «global gg", "    gg = 1"),
        "`gg` is not a module variable; declare it `gg: Type = initial value`",
    ),
    ("a loop's own local", action("for i in range(3):", "    «i = 1"), "`i` is the loop's own here; use another name"),
    ("a local that starts as None", action("«x = None"), "`x` starts as None; annotate it: `x: Record | None = None`"),
    (
        "a local that was a generator's",
        action("flag = any(x == 1 for x in range(3))", "«x = 1"),
        "`x` is a loop's or generator's own elsewhere in this code; use another name",
    ),
    ("a local of two types", action("x = 1", "x = «True"), "`x` takes 1, and this is bool"),
    (
        "a local of two ranges",
        action("x = 1", "«x = 2"),
        "`x` was 1 and gets 2; annotate its first assignment: `x: Annotated[int, Range(low, high)] = ...`",
    ),
    (
        "a local of two ranges that overlap",
        action("x = g", "«x = g + 1"),
        (
            "`x` was an integer from 0 to 9 and gets an integer from 1 to 10; annotate its first "
            "assignment: `x: Annotated[int, Range(low, high)] = ...`"
        ),
    ),
    (
        "a local annotated twice",
        action("x: Small = 1", "«x: bool = True"),
        "`x` is an integer from 0 to 9 already; annotate its first assignment",
    ),
    (
        "an operator that there is not",
        action("«g **= 2"),
        "the operator Pow is not in the language; it has + - * // % & | ^ << >>",
    ),
    ("an operator on what has no value yet", action("«x += 1"), "`x` is not defined; define it or import it"),
    ("an operator on a whole array", action("global slots", "«slots += 1"), "assign to one element of the array"),
    (
        "an operator on flags and integers",
        action("global bits", "«bits |= 1"),
        "`|` takes integers, not Bits and 1",
    ),
    (
        "for ... else",
        action("«for i in range(3):", "    pass", "else:", "    pass"),
        "the language does not have `for ... else`: set a local before `break`",
    ),
    ("for with two names", action("for «i, k in range(3):", "    pass"), "a loop binds one name"),
    (
        "for with a name in use",
        action("x = 1", "for «x in range(3):", "    pass"),
        "`x` is in use already; give the loop another name",
    ),
    (
        "for over a value",
        action("for x in «g:", "    pass"),
        "this runs over range(...), every(Record), an enumeration or a tuple of values",
    ),
    (
        "while ... else",
        routine("«while flag:", "    flag = False", "else:", "    pass"),
        "the language does not have `while ... else`: set a local before `break`",
    ),
    (
        "while in an action",
        action("«while flag:", "    flag = False"),
        "`while` may never end, and this code is one step; use `for ... in range(...)`",
    ),
    (
        "while in atomic",
        routine('with atomic("test"):', "    «while flag:", "        flag = False"),
        "`while` may never end, and this code is one step; use `for ... in range(...)`",
    ),
    (
        "break outside a loop",
        action("«break"),
        "the language does not have `break` outside a loop: write it inside the loop that it leaves",
    ),
    (
        "continue outside a loop",
        action("if g == 1:", "    «continue"),
        "the language does not have `continue` outside a loop: write it inside the loop that it goes on with",
    ),
    (
        "too long a loop",
        action("for i in «range(1000000000):", "    g = 1"),
        "this could be 1,000,000,000 values, and 10,000 are the most; give the bounds smaller ranges",
    ),
    (
        "too large a quantifier",
        action("flag = «any(x + y == 9 for x in range(1000) for y in range(1000))"),
        "this could be 1,000,000 rounds, and 10,000 are the most; use smaller domains",
    ),
    (
        "too many choices",
        action("g = choose(x for x in «range(1, 1000000000) if x < 9)"),
        "this could be 999,999,999 values, and 10,000 are the most; give the bounds smaller ranges",
    ),
    (
        "return of nothing",
        routine("«return", result="Small"),
        "this returns nothing, and an integer from 0 to 9 was promised",
    ),
    (
        "return of a value that was not promised",
        routine("«return 1"),
        "this returns a value, and none was promised; annotate the result",
    ),
    (
        "return of another type",
        routine("return «flag", result="Small"),
        "the result takes an integer from 0 to 9, and this is bool",
    ),
    (
        "a way without return",
        STATE + lines("@routine", "«def step() -> Small:", "    if flag:", "        return 1"),
        "`step` promises a result and can end without `return`",
    ),
    (
        "a loop that a break leaves without return",
        STATE + lines("@routine", "«def step() -> Small:", "    while True:", "        if flag:", "            break"),
        "`step` promises a result and can end without `return`",
    ),
    (
        "atomic in atomic",
        routine('with atomic("test"):', '    «with atomic("again"):', "        pass"),
        "this code is atomic already",
    ),
    ("atomic in an action", action('«with atomic("test"):', "    pass"), "this code is atomic already"),
    ("atomic without a reason", routine("«with atomic():", "    pass"), 'the language has `with atomic("why"):` only'),
    (
        "atomic with an empty reason",
        routine('«with atomic(" "):', "    pass"),
        "say why the hardware or a lock makes this atomic",
    ),
    ("another with", routine('«with open("x"):', "    pass"), 'the language has `with atomic("why"):` only'),
    ("assert", action("«assert flag"), "the language does not have assert: write check(condition, property, message)"),
    (
        "raise",
        action("«raise Page"),
        "the language does not have raise: write check(condition, property, message), or halt(reason)",
    ),
    (
        "try",
        action("«try:", "    pass", "finally:", "    pass"),
        "the language does not have try: a routine returns what went wrong",
    ),
    ("del", action("«del g"), "the language does not have del: write free(pointer)"),
    (
        "a function inside",
        action("«def f() -> None:", "    pass"),
        "the language does not have functions inside functions: define it at module level",
    ),
    ("match", action("«match g:", "    case 1:", "        pass"), "the language does not have match: write if and elif"),
    ("import inside", action("«import os"), "the language does not have imports inside code: import at the top of the file"),
    (
        "import from inside",
        action("«from os import path"),
        "the language does not have imports inside code: import at the top of the file",
    ),
    (
        "a class inside",
        action("«class A:", "    pass"),
        "the language does not have ClassDef here: see docs/reference/language.md for what it has",
    ),
    (
        "nonlocal",
        action("«nonlocal g"),
        "the language does not have Nonlocal here: see docs/reference/language.md for what it has",
    ),
    (
        "an expression alone",
        action("«g + 1"),
        "the language does not have expressions that stand alone: assign the value, or call a routine",
    ),
    (
        "a function whose value is dropped",
        lines("@function", "def f(x: Small) -> int:", "    return x") + action("«f(1)"),
        "calling `f` here has no effect; use its value, or call a routine",
    ),
    (
        "a choice that is dropped",
        action("«choose((1, 2))"),
        "calling `choose` here has no effect; use its value, or call a routine",
    ),
    ("require of two", action("«require(flag, flag)"), "`require` takes 1 argument, not 2"),
    ("check without a message", action("«check(flag, rule)"), "`check` takes 3 arguments, not 2"),
    ("check of no property", action('check(flag, «Page, "text")'), "`Page` is not a property"),
    (
        "check of an unknown property",
        action('check(flag, «rul, "text")'),
        "`rul` is not defined; define it or import it; did you mean `rule`?",
    ),
    (
        "check with a message that is not a text",
        action("check(flag, rule, «g)"),
        "the message is text; {expressions} in it are filled in",
    ),
    (
        "a message that cannot be read",
        action('check(flag, rule, «"a { b")'),
        "the message's {expressions} cannot be read; write {{ for a brace",
    ),
    (
        "a message with a typo",
        action('check(flag, rule, «"g is {gg}")'),
        "`gg` is not defined; define it or import it; did you mean `g`?",
    ),
    (
        "a message with a conversion",
        action('check(flag, rule, «"g is {g!r}")'),
        "a message has plain {expressions}, without `:` or `!`",
    ),
    (
        "a message with a format",
        action('check(flag, rule, «"g is {g:03}")'),
        "a message has plain {expressions}, without `:` or `!`",
    ),
    ("halt without a reason", action("«halt(g)"), "halt takes the reason, as text"),
    ("halt of nothing", action("«halt()"), "`halt` takes 1 argument, not 0"),
    ("free of an integer", action("«free(g)"), "`free` takes a reference"),
    (
        "free of a record without allocator",
        action("«free(instance(Cpu, 0))", state=STATE + PROCESSOR),
        "Cpu has no allocator state; declare it with @record(allocated=True)",
    ),
    (
        "enter without a routine",
        action("«enter(instance(Cpu, 0))", state=STATE + PROCESSOR),
        "enter takes the owner, the routine and the routine's arguments",
    ),
    (
        "enter in a routine",
        routine("«enter(instance(Cpu, 0), step)", state=STATE + PROCESSOR),
        "pushing a frame belongs into an action or @initial; a routine calls",
    ),
    ("enter of no routine", action("enter(instance(Cpu, 0), «Page)", state=STATE + PROCESSOR), "`Page` is not a routine"),
    (
        "enter of a record without frames",
        action("enter(«p, step)", state=STATE + PROCESSOR),
        "Page owns no frames; declare it with @record(frames=...)",
    ),
    (
        "enter of a routine with a result",
        lines("@routine", "def f() -> bool:", "    return True") + PROCESSOR + action("enter(instance(Cpu, 0), «f)"),
        "`f` returns a value, and nobody waits for it; enter takes a routine that returns none",
    ),
    (
        "enter with too few arguments",
        STATE
        + PROCESSOR
        + lines("@routine", "def f(x: Small) -> None:", "    pass")
        + action("«enter(instance(Cpu, 0), f)", state=""),
        "`f` takes 1 argument, not 0",
    ),
]
