# SPDX-License-Identifier: GPL-2.0-only
"""Steps and initial states that the language refuses."""

from __future__ import annotations

from tests.language.refused.refused import PROCESSOR, START, STATE, Case, lines

STEPS: list[Case] = [
    (
        "a function that reads shared state",
        STATE
        + PROCESSOR
        + START
        + lines(
            "@function",
            "def f() -> bool:",
            "    return flag",
            "@routine",
            "def main() -> None:",
            "    global flag",
            "    flag = «f()",
        ),
        ('the function `f` reads shared state; put this inside `with atomic("why"):`, or read it into a local first'),
    ),
    (
        "a quantifier that reads shared state",
        STATE
        + PROCESSOR
        + START
        + lines(
            "@routine", "def main() -> None:", "    global flag, g", "    flag = «any(x == g for x in range(3))", "    g = 1"
        ),
        '`any` reads shared state; put this inside `with atomic("why"):`, or read it into a local first',
    ),
    (
        "a loop whose range reads shared state",
        STATE
        + PROCESSOR
        + START
        + lines("@routine", "def main() -> None:", "    global g", "    «for i in range(g):", "        g = 1"),
        ('the loop\'s range reads shared state; put this inside `with atomic("why"):`, or read it into a local first'),
    ),
    (
        "looking at frames",
        STATE
        + PROCESSOR
        + START
        + lines("@routine", "def main() -> None:", "    global flag", "    flag = «has_frames(processor(Cpu))"),
        'looking at frames is a step: put it inside `with atomic("why"):`',
    ),
    (
        "looking for a routine",
        STATE
        + PROCESSOR
        + START
        + lines("@routine", "def main() -> None:", "    global flag", "    flag = «in_routine(processor(Cpu), main)"),
        'looking at frames is a step: put it inside `with atomic("why"):`',
    ),
    (
        "an endless loop",
        STATE + PROCESSOR + START + lines("@routine", "def main() -> None:", "    «while True:", "        pass"),
        (
            "this loop can go round without reading or writing shared state, so that one step could "
            "last forever; use `for ... in range(...)`"
        ),
    ),
    (
        "a loop that may turn forever without a step",
        STATE
        + PROCESSOR
        + START
        + lines(
            "@routine",
            "def main() -> None:",
            "    global g",
            "    x: Small = g",
            "    «while True:",
            "        if x == 1:",
            "            g = 1",
        ),
        (
            "this loop can go round without reading or writing shared state, so that one step could "
            "last forever; use `for ... in range(...)`"
        ),
    ),
    (
        "a loop of calls that do nothing",
        STATE
        + PROCESSOR
        + START
        + lines(
            "@routine",
            "def nop() -> None:",
            "    pass",
            "@routine",
            "def main() -> None:",
            "    «while True:",
            "        nop()",
        ),
        (
            "this loop can go round without reading or writing shared state, so that one step could "
            "last forever; use `for ... in range(...)`"
        ),
    ),
    (
        "a routine that calls itself",
        STATE + PROCESSOR + START + lines("@routine", "def main() -> None:", "    global g", "    g = 1", "    «main()"),
        "`main` calls itself; only a routine with frames of its own (noinline) can",
    ),
    (
        "two routines that call each other",
        STATE
        + PROCESSOR
        + START
        + lines("@routine", "def other() -> None:", "    «main()", "@routine", "def main() -> None:", "    other()"),
        "`main` calls itself; only a routine with frames of its own (noinline) can",
    ),
    (
        "a routine that calls itself in one step",
        STATE + lines("@routine", "def r() -> None:", "    «r()", "@action", "def a() -> None:", "    r()"),
        "`r` calls itself; only a routine with frames of its own (noinline) can",
    ),
    (
        "a call that pushes a frame, in an action",
        STATE + lines("@routine(noinline=True)", "def r() -> None:", "    pass", "@action", "def a() -> None:", "    «r()"),
        "`r` has frames of its own, so that a call takes steps; it cannot stand inside one step",
    ),
    (
        "a call that pushes a frame, in atomic",
        STATE
        + PROCESSOR
        + START
        + lines(
            "@routine(noinline=True)",
            "def r() -> None:",
            "    pass",
            "@routine",
            "def main() -> None:",
            '    with atomic("test"):',
            "        «r()",
        ),
        "`r` has frames of its own, so that a call takes steps; it cannot stand inside one step",
    ),
    (
        "while, by a call, in an action",
        STATE
        + lines(
            "@routine",
            "def r() -> None:",
            "    global flag",
            "    «while flag:",
            "        flag = False",
            "@action",
            "def a() -> None:",
            "    r()",
        ),
        "`while` may never end, and this code is one step; use `for ... in range(...)`",
    ),
]

THE_INITIAL_STATE: list[Case] = [
    (
        "return",
        STATE + lines("@initial", "def start() -> None:", "    global g", "    g = 1", "    «return"),
        "`return` has no place in @initial code; let it run to its end",
    ),
    (
        "an index outside",
        STATE + lines("@initial", "def start() -> None:", "    global g", "    for i in range(3):", "        «slots[i] = 1"),
        "the index 2 is outside slots[2], in the initial state",
    ),
    (
        "a value out of range",
        STATE + lines("@initial", "def start() -> None:", "    global g", "    for i in range(8, 12):", "        «g = i"),
        "`g` gets 10, which is not from 0 to 9",
    ),
    (
        "a wild pointer",
        STATE + lines("@initial", "def start() -> None:", "    «p.use = 1"),
        "the initial state follows a wild pointer to Page",
    ),
    (
        "require",
        STATE + lines("@initial", "def start() -> None:", "    «require(flag)"),
        "there is no initial state: this `require` in @initial code does not hold; let @initial code make what it demands",
    ),
    (
        "require after choices",
        STATE + lines("@initial", "def start() -> None:", "    global g", "    g = choose(range(3))", "    «require(g > 5)"),
        "there is no initial state: this `require` in @initial code does not hold, and none of the 3 ways to choose makes one; "
        "let @initial code make what it demands",
    ),
    (
        "an initial state with nothing to choose from",
        STATE
        + lines("@initial", "def start() -> None:", "    global p", "    p = «choose(x for x in every(Page) if is_allocated(x))"),
        "there is no initial state: this `choose` in @initial code has nothing to choose from; "
        "let @initial code make what it demands",
    ),
    (
        "too many initial states",
        STATE
        + lines("@initial", "def start() -> None:", "    global g", "    for i in range(5):", "        g = «choose(range(7))"),
        "@initial code chooses in more than 10,000 ways; choose from fewer values, or in fewer places",
    ),
    (
        "a value out of range in one of the ways",
        STATE + lines("@initial", "def start() -> None:", "    global g", "    g = choose((1, 2))", "    «g = g + 8"),
        "`g` gets 10, which is not from 0 to 9",
    ),
    (
        "check",
        STATE + lines("@initial", "def start() -> None:", '    «check(flag, rule, "text")'),
        "rule does not hold in @initial code",
    ),
    (
        "too many frames",
        STATE
        + PROCESSOR
        + lines(
            "@routine",
            "def r() -> None:",
            "    pass",
            "@initial",
            "def start() -> None:",
            "    for i in range(3):",
            "        «enter(instance(Cpu, 0), r)",
        ),
        "Cpu has no room for another frame; raise its @record(frames=...)",
    ),
    ("halt", STATE + lines("@initial", "def start() -> None:", '    «halt("no")'), "@initial code cannot halt"),
    (
        "too many instances",
        STATE + lines("@initial", "def start() -> None:", "    for i in range(3):", "        «allocate(Page)"),
        "the initial state needs more than 2 of Page; raise its count",
    ),
    (
        "the processor",
        STATE + PROCESSOR + lines("@initial", "def start() -> None:", "    «x = processor(Cpu)"),
        "`processor` has no meaning here, where no processor steps; take it as a parameter",
    ),
]
