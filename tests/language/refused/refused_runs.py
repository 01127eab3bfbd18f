# SPDX-License-Identifier: GPL-2.0-only
"""Conditions on runs that the language refuses."""

from __future__ import annotations

from tests.language.refused.refused import PROCESSOR, START, STATE, Case, lines

MAIN = STATE + PROCESSOR + START + lines("@routine", "def main() -> None:", "    global g", "    g = 1")
FORM = 'write @fair("what is assumed") or @fair("what is assumed", given=function)'
GIVEN = lines("@function", "def often(x: Small) -> bool:", "    return x == 1")

ASKED = lines("@function", "def asked() -> bool:", "    return g == 1")
ALWAYS = 'write @eventually_always("id", "message with {expressions}")'
ANSWERS = 'write @leads_to("id", "message with {expressions}", given=function)'
CALLS = "`calls` is about the next step of a run; only @eventually, @bounded and @fair ask it"


def condition(decorator: str, signature: str, *body: str) -> str:
    return MAIN + lines(decorator, f"«def run({signature}) -> bool:", '    "test"', *(f"    {line}" for line in body))


def asking(decorator: str, signature: str, *body: str) -> str:
    return condition(decorator, signature, *body).replace("«def", "def")


RUNS: list[Case] = [
    (
        "@eventually without an identifier",
        condition("@eventually", "", "return flag"),
        'write @eventually("id", "message with {expressions}")',
    ),
    (
        "@bounded with one text",
        MAIN + lines('@«bounded("x")', "def run(cpu: Cpu) -> bool:", '    "test"', "    return flag"),
        'write @bounded("id", "message with {expressions}")',
    ),
    (
        "@eventually without its why",
        MAIN + lines('@eventually("x", "y")', "«def run() -> bool:", "    return flag"),
        "an @eventually condition needs a docstring that says why it matters",
    ),
    (
        "@eventually code that gives a number",
        condition('@eventually("x", "y")', "", "return g").replace("-> bool", "-> Small"),
        "the condition `run` holds or not; write `-> bool`",
    ),
    (
        "@bounded of no processor",
        condition('@bounded("x", "y")', "page: Page", "return flag"),
        "the first parameter of a @bounded condition is the processor whose steps count",
    ),
    (
        "@bounded without parameters",
        condition('@bounded("x", "y")', "", "return flag"),
        "the first parameter of a @bounded condition is the processor whose steps count",
    ),
    ("@fair without its text", condition("@fair", "", "return flag"), FORM),
    ("@fair of a number", condition("@fair(1)", "", "return flag"), FORM),
    ("@fair with another option", condition('@fair("x", when=often)', "x: Small", "return flag") + GIVEN, FORM),
    (
        "@fair code that gives a number",
        condition('@fair("x")', "", "return g").replace("-> bool", "-> Small"),
        "the condition `run` holds or not; write `-> bool`",
    ),
    (
        "@fair given a routine",
        asking('@fair("x", given=«main)', "", "return flag"),
        "`given` is a @function that gives a bool",
    ),
    (
        "@fair given an expression",
        asking('@fair("x", given=«1 + 1)', "", "return flag"),
        "`given` is a @function that gives a bool",
    ),
    (
        "@fair given a function of something else",
        asking('@fair("x", given=«often)', "other: Page", "return flag") + GIVEN,
        "`often` has to take the same parameters as `run`",
    ),
    (
        "calls of an integer",
        asking('@eventually("x", "y")', "", "return calls(«g, main)"),
        "`calls` takes a processor, and a routine",
    ),
    (
        "calls of what is not a processor",
        asking('@eventually("x", "y")', "page: Page", "return «calls(page, main)"),
        "`calls` takes a processor; the parameter of @executes is one",
    ),
    (
        "calls of no routine",
        asking('@eventually("x", "y")', "cpu: Cpu", "return calls(cpu, «flag)"),
        "`flag` is not a routine",
    ),
    (
        "calls in an invariant",
        asking('@invariant("x", "y")', "cpu: Cpu", "return «calls(cpu, main)"),
        "`calls` is about the next step of a run; only @eventually, @bounded and @fair ask it",
    ),
    (
        "calls in a routine, through two functions",
        MAIN
        + lines("@function", "def asks(cpu: Cpu) -> bool:", "    return calls(cpu, main)")
        + lines("@function", "def asks_too(cpu: Cpu) -> bool:", "    return asks(cpu)")
        + lines("@action", "def step(cpu: Cpu) -> None:", "    require(«asks_too(cpu))"),
        "`calls` is about the next step of a run; only @eventually, @bounded and @fair ask it",
    ),
    (
        "a condition that asks which processor steps",
        condition('@eventually("x", "y")', "", "return processor(Cpu).own == 1"),
        "`processor` has no meaning here, where no processor steps; take it as a parameter",
    ),
    (
        "a condition with an effect",
        asking('@eventually("x", "y")', "", "return «main()"),
        "`main` is a routine, and here only functions can be called; it has effects",
    ),
    (
        "a condition on runs that is called",
        asking('@eventually("x", "y")', "", "return flag") + lines("@action", "def step() -> None:", "    require(«run())"),
        "`run` is not called by a model; only routines and functions are",
    ),
    ("@leads_to without its texts", condition("@leads_to", "", "return flag"), ANSWERS),
    (
        "@leads_to without what it answers",
        asking('@«leads_to("x", "y")', "", "return flag"),
        ANSWERS,
    ),
    (
        "@leads_to that is given by place",
        ASKED + asking('@«leads_to("x", "y", asked)', "", "return flag"),
        ANSWERS,
    ),
    (
        "@leads_to that is given twice, with another name",
        ASKED + asking('@«leads_to("x", "y", given=asked, when=asked)', "", "return flag"),
        ANSWERS,
    ),
    (
        "@leads_to of a name that is none",
        asking('@leads_to("x", "y", given=«asked)', "", "return flag"),
        "`asked` is not defined; define it or import it",
    ),
    (
        "@leads_to of a routine",
        asking('@leads_to("x", "y", given=«main)', "", "return flag"),
        "`given` is a @function that gives a bool",
    ),
    (
        "@leads_to of a function that gives a number",
        lines("@function", "def much() -> Small:", "    return g")
        + asking('@leads_to("x", "y", given=«much)', "", "return flag"),
        "`given` is a @function that gives a bool",
    ),
    (
        "@leads_to of a function of more",
        asking('@leads_to("x", "y", given=«often)', "", "return flag") + GIVEN,
        "`often` has to take the same parameters as `run`",
    ),
    (
        "@leads_to without its why",
        ASKED + MAIN + lines('@leads_to("x", "y", given=asked)', "«def run() -> bool:", "    return flag"),
        "a @leads_to condition needs a docstring that says why it matters",
    ),
    (
        "@leads_to code that gives a number",
        ASKED
        + condition('@leads_to("x", "y", given=asked)', "", "return g").replace('-> bool:\n    "test"', '-> Small:\n    "test"'),
        "the condition `run` holds or not; write `-> bool`",
    ),
    (
        "@leads_to that asks for calls",
        ASKED.replace("()", "(cpu: Cpu)") + asking('@leads_to("x", "y", given=asked)', "cpu: Cpu", "return «calls(cpu, main)"),
        CALLS,
    ),
    (
        "@leads_to of calls",
        asking('@leads_to("x", "y", given=«asks)', "cpu: Cpu", "return flag")
        + lines("@function", "def asks(cpu: Cpu) -> bool:", "    return calls(cpu, main)"),
        CALLS,
    ),
    ("@eventually_always without its texts", condition("@eventually_always", "", "return flag"), ALWAYS),
    ("@eventually_always with one text", asking('@«eventually_always("x")', "", "return flag"), ALWAYS),
    (
        "@eventually_always given something",
        ASKED + asking('@«eventually_always("x", "y", given=asked)', "", "return flag"),
        ALWAYS,
    ),
    (
        "@eventually_always without its why",
        MAIN + lines('@eventually_always("x", "y")', "«def run() -> bool:", "    return flag"),
        "an @eventually_always condition needs a docstring that says why it matters",
    ),
    (
        "@eventually_always that asks for calls",
        asking('@eventually_always("x", "y")', "cpu: Cpu", "return «calls(cpu, main)"),
        CALLS,
    ),
    (
        "two demands of one condition",
        asking('@eventually_always("x", "y")', "", "return flag").replace("def run", '@«eventually("z", "y")\ndef run'),
        "@eventually and @eventually_always exclude each other; keep one",
    ),
    (
        "a demand by the name of a lemma",
        lines('@lemma("x", "y")', "def known() -> bool:", '    "test"', "    return flag")
        + ASKED
        + condition('@leads_to("x", "y", given=asked)', "", "return flag"),
        "the lemma x is declared at {file}:9:1 already",
    ),
]
