# SPDX-License-Identifier: GPL-2.0-only
"""Trees are printed with white space, comments and parentheses that say nothing, and parse to themselves.

The printer knows the grammar of C11 6.5 by itself: each level of it has a number, and an operand below the level that its place
asks for is put in parentheses.
"""

from __future__ import annotations

import random
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.language.c.parse.text import expression, shape, statements

Tree: TypeAlias = tuple[Any, ...]
LEFT = [["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<", ">", "<=", ">="], ["<<", ">>"], ["+", "-"], ["*", "/", "%"]]
COMMA, ASSIGNMENT, CONDITIONAL = 0, 1, 2
BINARY = {operator: 3 + level for level, operators in enumerate(LEFT) for operator in operators}
CAST, UNARY, POSTFIX, PRIMARY = 20, 21, 22, 23

NAMES = st.sampled_from(["a", "b", "pages", "_x1", "tsk"])
INT: Tree = ("BuiltinType", "int")
TYPES = st.recursive(
    st.sampled_from(
        [
            INT,
            ("BuiltinType", "unsigned long"),
            ("BuiltinType", "void"),
            ("TypedefType", "u8"),
            ("TypedefType", "odd_t"),
            ("TaggedType", "struct", "page", None),
            ("BuiltinType", ["const"], "char"),
        ]
    ),
    lambda inner: st.builds(lambda target: ("PointerType", target), inner),
    max_leaves=3,
)
LEAVES = st.one_of(
    st.builds(lambda name: ("Name", name), NAMES),
    st.builds(lambda value: ("Number", value, False, 0, value != 0), st.integers(0, 2**64 - 1)),
    st.sampled_from([("Number", 16, True, 2, False), ("String", "s\\n", []), ("Character", 65)]),
)


def compound(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    place = inner.filter(lambda tree: tree[0] in ("Name", "Index", "Member"))
    return st.one_of(
        st.builds(lambda op, a, b: ("Binary", op, a, b), st.sampled_from(sorted(BINARY)), inner, inner),
        st.builds(lambda op, a: ("Unary", op, a), st.sampled_from("+-!~&*"), inner),
        st.builds(lambda op, a, p: ("Increment", op, a, p), st.sampled_from(["++", "--"]), place, st.booleans()),
        st.builds(lambda op, a, b: ("Assign", op, a, b), st.sampled_from(["=", "|=", "<<=", "-="]), place, inner),
        st.builds(lambda a, b, c: ("Conditional", a, b, c), inner, st.none() | inner, inner),
        st.builds(lambda a, b: ("Comma", a, b), inner, inner),
        st.builds(lambda f, arguments: ("Call", ("Name", f), arguments), NAMES, st.lists(inner, max_size=3)),
        st.builds(lambda a, m, arrow: ("Member", a, m, arrow), inner, NAMES, st.booleans()),
        st.builds(lambda a, b: ("Index", a, b), inner, inner),
        st.builds(lambda t, a: ("Cast", t, a), TYPES, inner),
        st.builds(lambda t: ("SizeofType", t, "sizeof"), TYPES),
        st.builds(lambda a: ("SizeofExpression", a, "sizeof"), inner),
    )


EXPRESSIONS = st.recursive(LEAVES, compound, max_leaves=12)


class Printer:
    """Prints trees; what says nothing is drawn at random."""

    def __init__(self, seed: int) -> None:
        self.made = random.Random(seed)

    def space(self) -> str:
        return self.made.choice([" ", " ", "  ", "\t", "\n", " /* a + ( */ ", " // )\n", "\\\n "])

    def join(self, *words: str) -> str:
        return "".join(self.space() + word for word in words) + self.space()

    def type(self, tree: Tree, stars: str = "") -> str:
        if tree[0] == "PointerType":
            return self.type(tree[1], "*" + stars)
        if tree[0] == "TaggedType":
            return f"{tree[1]} {tree[2]}{self.space()}{stars}"
        return " ".join([*(tree[1] if len(tree) == 3 else []), tree[-1]]) + self.space() + stars

    def expression(self, tree: Tree, least: int = COMMA) -> str:
        level, text = self.plain(tree)
        while level < least or self.made.random() < 0.1:
            text, level = self.join("(", text, ")"), PRIMARY
        return text

    def plain(self, tree: Tree) -> tuple[int, str]:
        kind = tree[0]
        if kind == "Binary":
            level = BINARY[tree[1]]
            return level, self.join(self.expression(tree[2], level), tree[1], self.expression(tree[3], level + 1))
        if kind == "Unary":
            return UNARY, self.join(tree[1], self.expression(tree[2], CAST))
        if kind == "Increment":
            if tree[3]:
                return UNARY, self.join(tree[1], self.expression(tree[2], UNARY))
            return POSTFIX, self.join(self.expression(tree[2], POSTFIX), tree[1])
        if kind == "Assign":
            return ASSIGNMENT, self.join(self.expression(tree[2], UNARY), tree[1], self.expression(tree[3], ASSIGNMENT))
        if kind == "Conditional":
            then = "" if tree[2] is None else self.expression(tree[2])
            test = self.expression(tree[1], CONDITIONAL + 1)
            return CONDITIONAL, self.join(test, "?", then, ":", self.expression(tree[3], CONDITIONAL))
        if kind == "Comma":
            return COMMA, self.join(self.expression(tree[1]), ",", self.expression(tree[2], ASSIGNMENT))
        if kind == "Cast":
            return CAST, self.join("(", self.type(tree[1]), ")", self.expression(tree[2], CAST))
        if kind == "SizeofType":
            return UNARY, self.join("sizeof", "(", self.type(tree[1]), ")")
        if kind == "SizeofExpression":
            return UNARY, self.join("sizeof", self.expression(tree[1], UNARY))
        return self.postfix(tree)

    def postfix(self, tree: Tree) -> tuple[int, str]:
        kind = tree[0]
        if kind == "Call":
            arguments = self.space() + ",".join(self.expression(argument, ASSIGNMENT) for argument in tree[2])
            return POSTFIX, self.join(self.expression(tree[1], PRIMARY), "(", arguments, ")")
        if kind == "Member":
            return POSTFIX, self.join(self.expression(tree[1], POSTFIX), "->" if tree[3] else ".", tree[2])
        if kind == "Index":
            return POSTFIX, self.join(self.expression(tree[1], POSTFIX), "[", self.expression(tree[2]), "]")
        if kind == "Name":
            return PRIMARY, tree[1]
        if kind == "Number":
            return PRIMARY, {True: str(tree[1]), False: hex(tree[1])}[tree[4]] + ("u" if tree[2] else "") + "l" * tree[3]
        if kind == "String":
            return PRIMARY, self.made.choice(['"s\\n"', '"s" "\\n"'])
        assert kind == "Character"
        return PRIMARY, "'A'"

    def statement(self, tree: Tree) -> str:
        kind = tree[0]
        if kind == "ExpressionStatement":
            return self.join(self.expression(tree[1]), ";")
        if kind == "Compound":
            return self.join("{", *map(self.statement, tree[1]), "}")
        if kind == "If":
            otherwise = [] if tree[3] is None else ["else", self.statement(tree[3])]
            return self.join("if", "(", self.expression(tree[1]), ")", self.statement(tree[2]), *otherwise)
        if kind == "While":
            return self.join("while", "(", self.expression(tree[1]), ")", self.statement(tree[2]))
        if kind == "DoWhile":
            return self.join("do", self.statement(tree[1]), "while", "(", self.expression(tree[2]), ")", ";")
        if kind == "IteratorLoop":
            arguments = ",".join(self.expression(argument, ASSIGNMENT) for argument in tree[2])
            return self.join(tree[1], "(", arguments, ")", self.statement(tree[3]))
        if kind == "Return":
            return self.join("return", *([] if tree[1] is None else [self.expression(tree[1])]), ";")
        if kind == "Goto":
            return self.join("goto", tree[1], ";")
        assert kind in ("Break", "Empty")
        return self.join("break" if kind == "Break" else "", ";")


SMALL = st.recursive(LEAVES, compound, max_leaves=4)
SIMPLE = st.one_of(
    # A statement that begins with a product is read as a declaration: `a * b;` declares b.
    st.builds(lambda e: ("ExpressionStatement", ("Assign", "=", ("Name", "a"), e)), SMALL),
    st.builds(lambda arguments: ("ExpressionStatement", ("Call", ("Name", "f"), arguments)), st.lists(SMALL, max_size=2)),
    st.builds(lambda e: ("Return", e), st.none() | SMALL),
    st.sampled_from([("Break",), ("Goto", "out", None), ("Empty",)]),
)


def blocks(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    block = st.builds(lambda body: ("Compound", body), st.lists(inner, max_size=3))
    return st.one_of(
        block,
        st.builds(lambda e, s, t: ("If", e, s, t), SMALL, block, st.none() | inner),
        st.builds(lambda e, s: ("While", e, s), SMALL, inner),
        st.builds(lambda e, s: ("DoWhile", s, e), SMALL, inner),
        st.builds(
            lambda a, s: ("IteratorLoop", "for_each_cpu", a, s),
            st.lists(SMALL, min_size=1, max_size=2),
            inner.filter(lambda body: body != ("Empty",)),
        ),
    )


STATEMENTS = st.recursive(SIMPLE, blocks, max_leaves=6)


@settings(deadline=None, max_examples=3000)
@given(EXPRESSIONS, st.integers(0, 2**32))
def test_expressions(tree: Tree, seed: int) -> None:
    text = Printer(seed).expression(tree)
    assert shape(expression(text)) == tree, text


@settings(deadline=None, max_examples=200)
@given(st.lists(STATEMENTS, max_size=4), st.integers(0, 2**32))
def test_statements(trees: list[Tree], seed: int) -> None:
    made = Printer(seed)
    text = "".join(made.statement(tree) for tree in trees)
    assert shape(statements(text)) == trees, text
