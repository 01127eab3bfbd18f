# SPDX-License-Identifier: GPL-2.0-only
"""Functions, hooks, properties, steps and initial states that the language refuses."""

from __future__ import annotations

from tests.language.refused.refused import PROCESSOR, START, STATE, Case, action, function, lines

FUNCTIONS_HOOKS_AND_PROPERTIES: list[Case] = [
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
    (
        "an invariant without its text",
        lines("@invariant", "«def i() -> bool:", '    "Test."', "    return True"),
        'write @invariant("id", "message with {expressions}")',
    ),
    (
        "an invariant with an identifier only",
        lines('@«invariant("i")', "def i() -> bool:", '    "Test."', "    return True"),
        'write @invariant("id", "message with {expressions}")',
    ),
    (
        "an invariant without a docstring",
        lines('@invariant("i", "text")', "«def i() -> bool:", "    return True"),
        "an invariant needs a docstring that says why it matters",
    ),
    (
        "an invariant that promises no truth",
        lines('@invariant("i", "text")', "«def i() -> None:", '    "Test."', "    return True"),
        "the invariant `i` holds or not; write `-> bool`",
    ),
    (
        "an invariant of another type",
        lines('@invariant("i", "text")', "def i(x: Small) -> bool:", '    "Test."', "    return «x"),
        "the result takes bool, and this is an integer from 0 to 9",
    ),
    (
        "an invariant with a message that has a typo",
        lines('@invariant("i", «"{y}")', "def i(x: Small) -> bool:", '    "Test."', "    return True"),
        "`y` is not defined; define it or import it",
    ),
    (
        "a lemma without its text",
        lines("@lemma", "«def i() -> bool:", '    "Test."', "    return True"),
        'write @lemma("id", "message with {expressions}")',
    ),
    (
        "a lemma without a docstring",
        lines('@lemma("i", "text")', "«def i() -> bool:", "    return True"),
        "a lemma needs a docstring that says why it matters",
    ),
    (
        "a lemma that promises no truth",
        lines('@lemma("i", "text")', "«def i() -> None:", '    "Test."', "    return True"),
        "the lemma `i` holds or not; write `-> bool`",
    ),
    (
        "a lemma with the name of a property",
        lines('@lemma("rule", "text")', "«def i() -> bool:", '    "Test."', "    return True"),
        "the property rule is declared at {file}:7:8 already",
    ),
    (
        "a property with the name of a lemma",
        lines('@lemma("i", "text")', "def i() -> bool:", '    "Test."', "    return True")
        + lines('@invariant("i", "text")', "«def j() -> bool:", '    "Test."', "    return True"),
        "the lemma i is declared at {file}:9:1 already",
    ),
    (
        "an identifier that would be a path",
        lines('@invariant("../i", "text")', "«def i() -> bool:", '    "Test."', "    return True"),
        "'../i' is not an identifier: write up to 64 letters, digits and hyphens",
    ),
    (
        "an event with a blank in its name",
        lines('E = «event("a b", "text")'),
        "'a b' is not a name of an event: write up to 64 letters, digits and hyphens",
    ),
    (
        "a lemma with a name that has a meaning",
        lines('@lemma("no-deadlock", "text")', "«def i() -> bool:", '    "Test."', "    return True"),
        "no-deadlock is a property that the checker itself raises; give the lemma another name",
    ),
    (
        "a lemma that a check names",
        lines('@lemma("i", "text")', "def i() -> bool:", '    "Test."', "    return True")
        + lines("@action", "def step() -> None:", '    check(False, «i, "text")'),
        "`i` is a lemma, which steps cannot violate; name a property",
    ),
    (
        "a protocol routine that reads ghost state",
        STATE + lines("seen: Ghost[bool] = False", "@routine", "«def step() -> None:", "    global flag", "    flag = seen"),
        "`step` reads ghost state (line 30), which is for properties only",
    ),
    (
        "a protocol routine that reads a ghost array",
        STATE
        + lines(
            "seen: Ghost[Array[bool]] = array(2)", "@routine", "«def step() -> None:", "    global flag", "    flag = seen[0]"
        ),
        "`step` reads ghost state (line 30), which is for properties only",
    ),
    (
        "a protocol routine that reads ghost state by a function",
        STATE
        + lines(
            "seen: Ghost[bool] = False",
            "@function",
            "def was_seen() -> bool:",
            "    return seen",
            "@routine",
            "«def step() -> None:",
            "    global flag",
            "    flag = was_seen()",
        ),
        "`step` reads ghost state through `was_seen`, which is for properties only",
    ),
    (
        "a protocol routine that adds to ghost state",
        STATE + lines("seen: Ghost[Small] = 0", "@routine", "«def step() -> None:", "    global seen", "    seen += 1"),
        "`step` reads ghost state (line 30), which is for properties only",
    ),
    (
        "an expectation with a type",
        lines("«EXPECTED: Small = 3"),
        "EXPECTED is the record of outcomes; write EXPECTED = (Expected(...),)",
    ),
    (
        "ASSUMPTIONS that is one text",
        lines('ASSUMPTIONS = «"memory"'),
        'ASSUMPTIONS says what the verdicts rest on; write ASSUMPTIONS = ("...",)',
    ),
    (
        "ASSUMPTIONS with a name in it",
        lines("K = 3", 'ASSUMPTIONS = «("memory", K)'),
        'ASSUMPTIONS says what the verdicts rest on; write ASSUMPTIONS = ("...",)',
    ),
    (
        "an action that is called EXPECTED",
        lines("@action", "«def EXPECTED() -> None:", "    pass"),
        "EXPECTED is the record of outcomes; write EXPECTED = (Expected(...),)",
    ),
    (
        "an expectation that is none",
        lines("EXPECTED = «3"),
        ("write Expected(settings={...}, events=(...), violated={...}, states=..., transitions=..., depth=...)"),
    ),
    (
        "an expectation without settings",
        lines("EXPECTED = («Expected(violated={}, states=1),)"),
        ("write Expected(settings={...}, events=(...), violated={...}, states=..., transitions=..., depth=...)"),
    ),
    (
        "an expectation with a text for a count",
        lines("EXPECTED = («Expected(settings={}, states='1'),)"),
        ("write Expected(settings={...}, events=(...), violated={...}, states=..., transitions=..., depth=...)"),
    ),
    (
        "an expectation with a typo",
        lines("EXPECTED = («Expected(settings={}, violated={}, states=1, transitions=1, depth=1, evnts=()),)"),
        ("write Expected(settings={...}, events=(...), violated={...}, states=..., transitions=..., depth=...)"),
    ),
    (
        "an expectation that is computed",
        lines("K = 3", "EXPECTED = («Expected(settings={}, violated={}, states=K, transitions=1, depth=1),)"),
        (
            "the values of Expected are constants; write Expected(settings={...}, events=(...), "
            "violated={...}, states=..., transitions=..., depth=...)"
        ),
    ),
    (
        "an expectation that leaves the events open",
        lines('E = event("e", "e")', "EXPECTED = («Expected(settings={}, violated={}),)"),
        'say which events happen: events=("...",), or events=() for none',
    ),
    (
        "an expectation with a key twice",
        lines("EXPECTED = (Expected(settings={'A': 1, «'A': 2}),)"),
        "'A' stands here twice; leave out one",
    ),
    (
        "a keyword twice, which Python refuses",
        lines("EXPECTED = (Expected(settings={}, states=1, «states=2),)"),
        "not valid Python: keyword argument repeated: states",
    ),
    (
        "RECORDED with a type",
        lines("«RECORDED: bool = Recorded(properties={}, assumptions={})"),
        "RECORDED is the record of properties; write RECORDED = Recorded(properties={...}, assumptions={...})",
    ),
    (
        "RECORDED with numbers",
        lines("RECORDED = «Recorded(properties={'a': 1}, assumptions={})"),
        "write Recorded(properties={...}, assumptions={...}), as gate prints it",
    ),
    ("an event none", lines('E = «event("none", "e")'), "`--events none` means no event; give this one another name"),
    ("a number without end", lines(f"A = «0x1{'0' * 64}"), "this number has 257 bits; 256 are the most"),
    (
        "half of a character",
        lines(r'A = «"\ud800"'),
        "this text has half of a character in it (a surrogate), which no file can hold",
    ),
    (
        "products of products",
        lines("A0 = 3", *(f"A{i + 1} = A{i} * A{i}" for i in range(7)), "A8 = «A7 * A7"),
        "this can have more than 256 bits; give what it is computed from a smaller range",
    ),
    (
        "a typo in Expected",
        lines("EXPECTED = («Expcted(settings={}, violated={}, states=1, transitions=1, depth=1),)"),
        "write Expected(settings={...}, events=(...), violated={...}, states=..., transitions=..., depth=...)",
    ),
]
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
            "last for ever; use `for ... in range(...)`"
        ),
    ),
    (
        "a loop that may turn for ever without a step",
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
            "last for ever; use `for ... in range(...)`"
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
            "last for ever; use `for ... in range(...)`"
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
