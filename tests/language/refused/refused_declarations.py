# SPDX-License-Identifier: GPL-2.0-only
"""Names, modules and variables that the language refuses."""

from __future__ import annotations

from tests.language.refused.refused import STATE, Case, action, lines, routine

NAMES_AND_MODULES: list[Case] = [
    ("a typo", action("g = «flagg"), "`flagg` is not defined; define it or import it; did you mean `flag`?"),
    ("a typo in a type", lines("x: «Smal = 0"), "`Smal` is not defined; define it or import it; did you mean `Small`?"),
    ("a name that is like none", action("g = «quux"), "`quux` is not defined; define it or import it"),
    (
        "a call of print",
        routine("«print(g)"),
        "the language does not have Python's `print`: a model is explored, never run. Leave it out: a counterexample shows what each "
        "step reads and writes",
    ),
    ("a minimum", action("g = «min(g, 1)"), "the language does not have Python's `min`: write `a if a < b else b`"),
    (
        "a built-in without a counterpart",
        action("g = «hash(g)"),
        "the language does not have Python's `hash`: use what the model defines, and what checker.language has",
    ),
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
        "the language has no `choos`; docs/reference/language.md has its names; did you mean `choose`?",
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

VARIABLES: list[Case] = [
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
        "the language does not have Python's `float`: all numbers are integers in a range, as Annotated[int, Range(low, high)]",
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
    (
        "named values without their meaning",
        lines('N = «parameter("a", ("a", "b"))'),
        'write parameter("default", ("default", "other"), "what it is")',
    ),
    (
        "a choice of one named value",
        lines('N = parameter("a", «("a",), "a choice")'),
        'two values or more, each a text, are what it chooses between; write parameter("default", ("default", "other"), "what it is")',
    ),
    (
        "a named value that is a number",
        lines('N = parameter("a", «("a", "1"), "a choice")'),
        "'1' is not a name of a value: write up to 64 letters, digits and hyphens, the first one a letter",
    ),
    (
        "a value that is named twice",
        lines('N = parameter("a", «("a", "b", "a"), "a choice")'),
        "'a' stands here twice; leave out one",
    ),
    (
        "a default that is none of the values",
        lines('N = «parameter("c", ("a", "b"), "a choice")'),
        "the default 'c' is none of the values a or b",
    ),
    (
        "named values that are not texts",
        STATE + lines('N = «parameter("a", ("a", g), "a choice")'),
        'write parameter("default", ("default", "other"), "what it is")',
    ),
    (
        "a comparison with what is no value",
        lines('N = parameter("arm64", ("arm64", "x86"), "a choice")', 'A = N == «"arm46"'),
        "N is never 'arm46'; it is one of arm64, x86; did you mean `arm64`?",
    ),
    (
        "a named value that is a condition",
        lines('N = parameter("a", ("a", "b"), "a choice")') + action("if «N:", "    pass"),
        "N is not a condition; compare it with a member",
    ),
    (
        "a value and the member of an enumeration",
        STATE + lines('N = parameter("RED", ("RED", "BLUE"), "a choice")', "A = «N == Colour.RED"),
        "`==` mixes N and Colour",
    ),
    (
        "a member of an enumeration as a text",
        action('if colour == «"RED":', "    pass"),
        "'RED' is not a value of the language, which has integers, True, False and None; a text stands where a parameter with "
        "named values is compared",
    ),
    (
        "a named value on the left",
        lines('N = parameter("a", ("a", "b"), "a choice")', 'A = «"a" == N'),
        "'a' is not a value of the language, which has integers, True, False and None; a text stands where a parameter with "
        "named values is compared",
    ),
    ("an event without its meaning", lines('E = «event("e")'), 'write event("name", "what happens")'),
    ("a demand without its reason", lines('d = «demand("d")'), 'write demand("id", "why")'),
    (
        "a property declared twice",
        lines('d = «demand("rule", "again")'),
        "the property rule is declared at {file}:7:8 already",
    ),
]
