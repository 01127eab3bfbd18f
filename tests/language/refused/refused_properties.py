# SPDX-License-Identifier: GPL-2.0-only
"""Properties, lemmas, ghost state and records of outcomes that the language refuses."""

from __future__ import annotations

from tests.language.refused.refused import STATE, Case, lines

PROPERTIES_AND_OUTCOMES: list[Case] = [
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
        "write Recorded(properties={...}, assumptions={...}), as gate --update does",
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
