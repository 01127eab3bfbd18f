# SPDX-License-Identifier: GPL-2.0-only
"""Functions and hooks that the language refuses."""

from __future__ import annotations

from tests.language.refused.refused import PROCESSOR, STATE, Case, action, function, lines

FUNCTIONS_AND_HOOKS: list[Case] = [
    (
        "a function without a result",
        lines("@function", "«def f(x: Small) -> None:", "    return x"),
        "the function `f` has to return a value; a @routine can return none",
    ),
    (
        "a function without a result type",
        lines("@function", "«def f(x: Small):", "    return x"),
        "`f` needs a result type: `-> None`, or what it returns",
    ),
    (
        "a function with a statement",
        function("«for i in range(3):", "    pass", "return True"),
        ("a function has lines `name = value`, `if test: return value` and `return value` only; use a @routine"),
    ),
    (
        "a function that assigns shared state",
        function("«global g", "return True"),
        ("a function has lines `name = value`, `if test: return value` and `return value` only; use a @routine"),
    ),
    (
        "a function with a way without return",
        STATE + lines("@function", "«def step(x: Small) -> bool:", "    if x == 1:", "        return True"),
        "`step` has to end in `return` on every way",
    ),
    (
        "a function that gives a name two values",
        function("y = x", "«y = x + 1", "return y == 1"),
        "`y` has a value already; functions do not change names",
    ),
    (
        "a function that hides its parameter",
        function("«x = 1", "return x == 1"),
        "`x` has a value already; functions do not change names",
    ),
    (
        "a function with an operator",
        function("«x += 1", "return x == 1"),
        ("a function has lines `name = value`, `if test: return value` and `return value` only; use a @routine"),
    ),
    (
        "a function that returns nothing",
        function("«return"),
        ("a function has lines `name = value`, `if test: return value` and `return value` only; use a @routine"),
    ),
    (
        "a function that calls itself",
        lines("@function", "«def f(x: Small) -> bool:", "    return f(x)") + action("flag = f(1)"),
        "the function `f` calls itself; a function has no recursion",
    ),
    (
        "two functions that call each other, and say what they return",
        lines(
            "@function",
            "«def f(x: Small) -> bool:",
            "    return h(x)",
            "@function",
            "def h(x: Small) -> bool:",
            "    return f(x)",
        )
        + action("flag = f(1)"),
        "the function `f` calls itself; a function has no recursion",
    ),
    (
        "two functions that call each other",
        lines(
            "@function",
            "«def f(x: Small) -> int:",
            "    return h(x)",
            "@function",
            "def h(x: Small) -> int:",
            "    return f(x)",
        ),
        "the function `f` calls itself; a function has no recursion",
    ),
    (
        "a function that promises an int",
        lines("@function", "«def f(x: Small) -> int:", "    return x == 1"),
        "`f` promises an int, and its value is none",
    ),
    (
        "a function with a result of another type",
        function("return «x"),
        "the result takes bool, and this is an integer from 0 to 9",
    ),
    (
        "a function that chooses",
        function("return «choose((False, True))"),
        "`choose` has no place here: conditions and functions have one value; assign the choice first",
    ),
    (
        "a function that allocates",
        function("return «allocate(Page) is None"),
        "`allocate` changes the state; it has no place here",
    ),
    (
        "a function that calls a routine",
        lines("@routine", "def r() -> bool:", "    return True") + function("return «r()"),
        "`r` is a routine, and here only functions can be called; it has effects",
    ),
    (
        "@implements of no hook",
        STATE + lines("@implements(step)", "«def other() -> None:", "    pass", "@routine", "def step() -> None:", "    pass"),
        "@implements takes a hook of the kernel; spec/kernel/hooks.py has them",
    ),
    (
        "@implements without a hook",
        lines("@implements", "«def other() -> None:", "    pass"),
        "@implements takes a hook of the kernel; spec/kernel/hooks.py has them",
    ),
    (
        "@implements of a function hook by a routine",
        lines(
            "@hook",
            "@function",
            "def h() -> bool:",
            "    return True",
            "@implements(h)",
            "«def mine() -> bool:",
            "    return True",
        ),
        "the hook h is a @function, and so is what implements it",
    ),
    (
        "@implements with other parameters",
        lines("@hook", "def h(x: Small) -> None:", "    pass", "@implements(h)", "«def mine(x: bool) -> None:", "    pass"),
        "the hook h has other parameters; see {file}:9:1",
    ),
    (
        "@implements with another result",
        lines("@hook", "def h() -> bool:", "    return True", "@implements(h)", "«def mine() -> None:", "    pass"),
        "the hook h has another result; see {file}:9:1",
    ),
    (
        "a hook implemented twice",
        lines(
            "@hook",
            "def h() -> None:",
            "    pass",
            "@implements(h)",
            "def one() -> None:",
            "    pass",
            "@implements(h)",
            "«def two() -> None:",
            "    pass",
        ),
        "the hook h is implemented by one already",
    ),
    (
        "two @initial",
        lines("@initial", "def a() -> None:", "    pass", "@initial", "«def b() -> None:", "    pass"),
        "there is an @initial at {file}:9:1 already",
    ),
    (
        "two @executes",
        STATE + PROCESSOR + lines("@executes", "«def again(cpu: Cpu) -> Cpu | None:", "    return None"),
        "there is an @executes at {file}:31:1 already; a model has one processor record",
    ),
    (
        "@executes of an integer",
        STATE + lines("@executes", "«def f(x: Small) -> Page | None:", "    return None"),
        "@executes takes a function of one processor",
    ),
    (
        "@executes that gives no owner",
        STATE + lines("@executes", "«def f(page: Page) -> Page | None:", "    return None"),
        "@executes gives an owner of frames: a record with @record(frames=...)",
    ),
]
