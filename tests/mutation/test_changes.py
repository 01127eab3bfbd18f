# SPDX-License-Identifier: GPL-2.0-only
"""Which changes there are of which lines, and that each changes what it says and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.language.errors import ModelError, UsageError
from checker.language.front.inputs import Inputs
from checker.language.front.load import load_program
from checker.mutation.mutants import Mutant, mutants_of
from checker.project import PROJECT
from tests.mutation.writing import HEAD, changed_lines, indented, mutants, routine, written
from tests.support.sampling import always

EXPECTED: dict[str, tuple[str, dict[str, list[str]]]] = {
    "statements": (
        "a = 1\nb = a\n",
        {
            "drop: a = 1": ["pass"],
            "drop: b = a": ["pass"],
            "off by one: 1 -> 2 in: a = 1": ["a = 2"],
            "off by one: 1 -> 0 in: a = 1": ["a = 0"],
            "swap: a = 1 <-> b = a": ["b = a", "a = 1"],
        },
    ),
    "if and elif": (
        "if a < 3:\n    b = a\nelif p:\n    pc = Pc.DONE\nelse:\n    p = True\n",
        {
            "drop: if a < 3:": ["pass", "", "", "", "", ""],
            "negate: if a < 3:": ["if a >= 3:"],
            "off by one: a < 3 -> a <= 3 in: if a < 3:": ["if a <= 3:"],
            "off by one: 3 -> 4 in: if a < 3:": ["if a < 4:"],
            "off by one: 3 -> 2 in: if a < 3:": ["if a < 2:"],
            "drop: b = a": ["pass"],
            "drop: elif p:": ["else: pass", "", "", ""],
            "negate: elif p:": ["elif not p:"],
            "drop: pc = Pc.DONE": ["pass"],
            "constant: Pc.DONE -> Pc.IDLE in: pc = Pc.DONE": ["pc = Pc.IDLE"],
            "drop: p = True": ["pass"],
            "constant: True -> False in: p = True": ["p = False"],
        },
    ),
    "conditions": (
        "if not p and (a == b or small(b)):\n    a = b\n",
        {
            "drop: if not p and (a == b or small(b)):": ["pass", ""],
            "negate: if not p and (a == b or small(b)):": ["if not (not p and (a == b or small(b))):"],
            "and/or: and -> or in: if not p and (a == b or small(b)):": ["if not p or (a == b or small(b)):"],
            "and/or: or -> and in: if not p and (a == b or small(b)):": ["if not p and (a == b and small(b)):"],
            "drop condition: not p in: if not p and (a == b or small(b)):": ["if a == b or small(b):"],
            "drop condition: a == b or small(b) in: if not p and (a == b or small(b)):": ["if not p:"],
            "drop condition: a == b in: if not p and (a == b or small(b)):": ["if not p and small(b):"],
            "drop condition: small(b) in: if not p and (a == b or small(b)):": ["if not p and a == b:"],
        },
    ),
    "ranges": (
        "x = a\nfor i in range(x, x + 1):\n    b = i\n",
        {
            "drop: x = a": ["pass"],
            "swap: x = a <-> for i in range(x, x + 1):": ["for i in range(x, x + 1):", "b = i", "x = a"],
            "drop: for i in range(x, x + 1):": ["pass", ""],
            "off by one: x -> x + 1 in: for i in range(x, x + 1):": ["for i in range(x + 1, x + 1):"],
            "off by one: x -> x - 1 in: for i in range(x, x + 1):": ["for i in range(x - 1, x + 1):"],
            "off by one: 1 -> 2 in: for i in range(x, x + 1):": ["for i in range(x, x + 2):"],
            "off by one: 1 -> 0 in: for i in range(x, x + 1):": ["for i in range(x, x + 0):"],
        },
    ),
    "atomic": (
        'with atomic("one access"):\n    a = 1\nwith atomic("two"):\n    x = a\n    b = x\n',
        {
            "drop: with atomic('one access'):": ["pass", ""],
            "swap: with atomic('one access'): <-> with atomic('two'):": [
                'with atomic("two"):',
                "x = a",
                "b = x",
                'with atomic("one access"):',
                "a = 1",
            ],
            "off by one: 1 -> 2 in: a = 1": ["a = 2"],
            "off by one: 1 -> 0 in: a = 1": ["a = 0"],
            "drop: with atomic('two'):": ["pass", "", ""],
            "drop atomic: with atomic('two'):": ["if True:"],
            "drop: x = a": ["pass"],
            "drop: b = x": ["pass"],
            "swap: x = a <-> b = x": ["b = x", "x = a"],
        },
    ),
    "one step": (
        'with atomic("neither needs the other"):\n    a = 1\n    p = True\n',
        {
            "drop: with atomic('neither needs the other'):": ["pass", "", ""],
            "drop atomic: with atomic('neither needs the other'):": ["if True:"],
            "drop: a = 1": ["pass"],
            "off by one: 1 -> 2 in: a = 1": ["a = 2"],
            "off by one: 1 -> 0 in: a = 1": ["a = 0"],
            "drop: p = True": ["pass"],
            "constant: True -> False in: p = True": ["p = False"],
        },
    ),
    "flags": (
        "use(Gfp.WAIT | Gfp.NOFAIL)\nuse(Gfp.ZERO)\nuse(FLAGS)\n",
        {
            "drop: use(Gfp.WAIT | Gfp.NOFAIL)": ["pass"],
            "constant: Gfp.WAIT | Gfp.NOFAIL -> Gfp.NOFAIL in: use(Gfp.WAIT | Gfp.NOFAIL)": ["use(Gfp.NOFAIL)"],
            "constant: Gfp.WAIT | Gfp.NOFAIL -> Gfp.WAIT in: use(Gfp.WAIT | Gfp.NOFAIL)": ["use(Gfp.WAIT)"],
            "swap: use(Gfp.WAIT | Gfp.NOFAIL) <-> use(Gfp.ZERO)": ["use(Gfp.ZERO)", "use(Gfp.WAIT | Gfp.NOFAIL)"],
            "drop: use(Gfp.ZERO)": ["pass"],
            "constant: Gfp.ZERO -> Gfp(0) in: use(Gfp.ZERO)": ["use(Gfp(0))"],
            "swap: use(Gfp.ZERO) <-> use(FLAGS)": ["use(FLAGS)", "use(Gfp.ZERO)"],
            "drop: use(FLAGS)": ["pass"],
            "constant: FLAGS -> FLAGS & ~FLAGS in: use(FLAGS)": ["use(FLAGS & ~FLAGS)"],
        },
    ),
    "waiting and checking": (
        'require(p)\ncheck(a == 0, rule, "{a} is 1")\nx: Small = choose(range(0, 3))\nb = x\nreturn\n',
        {
            "drop: require(p)": ["pass"],
            "negate: p -> not p in: require(p)": ["require(not p)"],
            "drop: x: Small = choose(range(0, 3))": ["pass"],
            "off by one: 0 -> 1 in: x: Small = choose(range(0, 3))": ["x: Small = choose(range(1, 3))"],
            "off by one: 0 -> -1 in: x: Small = choose(range(0, 3))": ["x: Small = choose(range(-1, 3))"],
            "off by one: 3 -> 4 in: x: Small = choose(range(0, 3))": ["x: Small = choose(range(0, 4))"],
            "off by one: 3 -> 2 in: x: Small = choose(range(0, 3))": ["x: Small = choose(range(0, 2))"],
            "swap: x: Small = choose(range(0, 3)) <-> b = x": ["b = x", "x: Small = choose(range(0, 3))"],
            "drop: b = x": ["pass"],
            "drop: return": ["pass"],
        },
    ),
    "generators and conditional expressions": (
        "x = a\nb = choose(y for y in (x, 4) if y != x)\nb = 1 if x > 2 else x\n",
        {
            "drop: x = a": ["pass"],
            "swap: x = a <-> b = choose((y for y in (x, 4) if y != x))": ["b = choose(y for y in (x, 4) if y != x)", "x = a"],
            "drop: b = choose((y for y in (x, 4) if y != x))": ["pass"],
            "off by one: 4 -> 5 in: b = choose((y for y in (x, 4) if y != x))": ["b = choose((y for y in (x, 5) if y != x))"],
            "off by one: 4 -> 3 in: b = choose((y for y in (x, 4) if y != x))": ["b = choose((y for y in (x, 3) if y != x))"],
            "negate: y != x -> y == x in: b = choose((y for y in (x, 4) if y != x))": [
                "b = choose((y for y in (x, 4) if y == x))"
            ],
            "drop condition: y != x in: b = choose((y for y in (x, 4) if y != x))": ["b = choose((y for y in (x, 4) if True))"],
            "swap: b = choose((y for y in (x, 4) if y != x)) <-> b = 1 if x > 2 else x": [
                "b = 1 if x > 2 else x",
                "b = choose(y for y in (x, 4) if y != x)",
            ],
            "drop: b = 1 if x > 2 else x": ["pass"],
            "negate: 1 if x > 2 else x -> 1 if x <= 2 else x in: b = 1 if x > 2 else x": ["b = 1 if x <= 2 else x"],
            "off by one: x > 2 -> x >= 2 in: b = 1 if x > 2 else x": ["b = 1 if x >= 2 else x"],
            "off by one: 2 -> 3 in: b = 1 if x > 2 else x": ["b = 1 if x > 3 else x"],
            "off by one: 2 -> 1 in: b = 1 if x > 2 else x": ["b = 1 if x > 1 else x"],
            "off by one: 1 -> 2 in: b = 1 if x > 2 else x": ["b = 2 if x > 2 else x"],
            "off by one: 1 -> 0 in: b = 1 if x > 2 else x": ["b = 0 if x > 2 else x"],
        },
    ),
}


@pytest.mark.parametrize("case", EXPECTED)
def test_the_changes_of_some_lines(case: str, tmp_path: Path) -> None:
    body, expected = EXPECTED[case]
    path = written(tmp_path, routine(body))
    found = {mutant.name.removeprefix("main: "): changed_lines(mutant) for mutant in mutants(path)}
    assert found == expected


def test_a_function_has_no_pass_and_a_condition_as_its_result_is_negated(tmp_path: Path) -> None:
    text = "@function\ndef two(x: Small) -> bool:\n    if x == 2:\n        return True\n    return small(x)\n\n\n"
    path = written(tmp_path, text + routine("if two(a_now()):\n    b = 1\n") + "@routine\ndef a_now() -> Small:\n    return a\n")
    found = {mutant.name.removeprefix("two: "): mutant for mutant in mutants(path, "two")}
    assert changed_lines(found["drop: if x == 2:"]) == ['""', ""]
    assert changed_lines(found["negate: return small(x)"]) == ["return not small(x)"]
    assert changed_lines(found["negate: if x == 2:"]) == ["if x != 2:"]
    load_program(path, inputs=Inputs({path: found["drop: if x == 2:"].text}))


def test_an_atomic_block_of_one_access_is_not_split(tmp_path: Path) -> None:
    """What nothing writes is not an access, what a called routine or function reads is, and `op=` is two."""
    blocks = {
        "cells[0] = cells[1]": False,
        "a = 1\n    b = 2": True,
        "a += 1": True,
        "a = helper()": True,
        "p = small(b)": True,
        "require(a == 0)": True,
        "p = True": False,
    }
    helper = "@routine\ndef helper() -> Small:\n    return b\n\n\n"
    text = routine("".join(f'with atomic("{number}"):\n    {block}\n' for number, block in enumerate(blocks)))
    text = text.replace("cells[0] = cells[1]", "a = cells[1]")
    found = {mutant.name for mutant in mutants(written(tmp_path, text + helper)) if mutant.kind == "drop atomic"}
    expected = {f"main: drop atomic: with atomic('{n}'):" for n, divisible in enumerate(blocks.values()) if divisible}
    assert found == expected


def test_what_implements_a_hook_is_changed(tmp_path: Path) -> None:
    hooks = (
        "from checker.language import hook, implements\n\n\n"
        "@hook\n@function\ndef may(x: Small) -> bool:\n    return x > 7\n\n\n"
        "@hook\ndef on(x: Small) -> None:\n    pass\n\n\n"
        "@implements(may)\n@function\ndef mine(x: Small) -> bool:\n    return x > 8\n\n\n"
        "@implements(on)\ndef taken(x: Small) -> None:\n    global b\n    b = x\n\n\n"
    )
    path = written(tmp_path, hooks + routine("if may(a):\n    on(a)"))
    assert {mutant.name.partition(":")[0] for mutant in mutants(path, None)} == {"mine", "taken", "main"}


def test_only_what_the_protocol_uses_is_changed(tmp_path: Path) -> None:
    text = (
        routine("a = 1")
        + routine("b = 1", "not_called")
        + "@function\ndef for_properties(x: Small) -> bool:\n    return x < 5\n\n\n"
        + 'from checker.language import invariant\n@invariant("i", "m")\ndef i() -> bool:\n    """Why."""\n    return for_properties(a)\n'
    )
    path = written(tmp_path, text)
    assert {mutant.name.partition(":")[0] for mutant in mutants(path, None)} == {"main"}


def test_a_constant_is_changed_if_only_the_protocol_uses_it(tmp_path: Path) -> None:
    text = (
        "MOST = 3 - 1\nSIZE = 2\nUNUSED = 4\nASKED = Gfp.WAIT | Gfp.NOFAIL\nTHREE = MOST + 1\n"
        "row: Array[bool] = array(SIZE, False)\n\n\n"
        + routine("a = MOST\nb = SIZE\nuse(ASKED)").replace("@routine", "@routine\n# x", 1)
        + routine("a = THREE", "not_called")
    )
    path = written(tmp_path, text)
    found = [mutant for mutant in mutants(path, None) if not mutant.name.startswith(("main: ", "use: "))]
    assert {mutant.name: changed_lines(mutant) for mutant in found} == {
        "ASKED: constant: Gfp.WAIT | Gfp.NOFAIL -> Gfp.NOFAIL in: ASKED = Gfp.WAIT | Gfp.NOFAIL": ["ASKED = Gfp.NOFAIL"],
        "ASKED: constant: Gfp.WAIT | Gfp.NOFAIL -> Gfp.WAIT in: ASKED = Gfp.WAIT | Gfp.NOFAIL": ["ASKED = Gfp.WAIT"],
    }
    path = written(tmp_path, text.replace("THREE = MOST + 1", "THREE = 4"))
    names = [m.name.partition(": ")[2] for m in mutants(path, "MOST")]
    assert names == [f"off by one: {change} in: MOST = 3 - 1" for change in ("3 -> 4", "3 -> 2", "1 -> 2", "1 -> 0")]


def test_what_is_imported_from_other_models_is_changed_there() -> None:
    model = PROJECT / "models" / "rfc_v1_nr_fixed.py"
    found = mutants_of(model, [load_program(model)])
    files = {mutant.position.file for mutant in found}
    assert files == {"models/rfc_v1_nr_fixed.py", "models/rfc_v1.py"}
    assert not any(m.position.file == "models/rfc_v1.py" and m.name.startswith("dynamic_stack_fault:") for m in found)
    assert all(mutant.path == PROJECT / mutant.position.file for mutant in found)


def test_names_do_not_depend_on_other_routines(tmp_path: Path) -> None:
    body = "a = 1\nif p:\n    a = 1\n"
    before = mutants(written(tmp_path, routine("b = 2\nother()") + routine(body, "other")), "other")
    after = mutants(written(tmp_path, "\n\n" + routine("b = 3\nb = 4\n\nother()\na = 1") + routine(body, "other")), "other")
    assert [mutant.name for mutant in before] == [mutant.name for mutant in after]
    assert "other: off by one: 1 -> 2 in: a = 1 (2)" in {mutant.name for mutant in before}


# --- all models that there are ---------------------------------------------------------------------------------------

MODELS = sorted([*(PROJECT / "models").glob("[a-z]*.py"), *(PROJECT / "tests" / "explicit" / "models").glob("*.py")])


LONG = ("hardened", "arm64_global_pool", "arm64_7_0", "rfc_v1", "rfc_v1_nr_fixed", "dks", "deep_branches")
"""Models with many mutants."""


def outside(text: str, mutant: Mutant) -> list[str]:
    """The syntax trees of everything in a file but the definition that a mutant is of."""
    name = mutant.name.partition(":")[0]
    return [ast.dump(node) for node in ast.parse(text).body if name_of(node) != name]


def name_of(node: ast.stmt) -> str | None:
    return (
        node.targets[0].id
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        else getattr(node, "name", None)
    )


@pytest.mark.parametrize("model", always(MODELS, lambda path: path.stem not in LONG), ids=lambda path: path.stem)
def test_a_mutant_differs_in_one_definition_and_moves_no_line(model: Path) -> None:
    found = mutants_of(model, [load_program(model)])
    assert len({mutant.name for mutant in found}) == len(found)
    assert len({(mutant.path, ast.dump(ast.parse(mutant.text))) for mutant in found}) == len(found)
    assert found == mutants_of(model, [load_program(model)])
    original = {mutant.path: mutant.path.read_text() for mutant in found}
    for mutant in found:
        text = original[mutant.path]
        assert outside(mutant.text, mutant) == outside(text, mutant), mutant.name
        assert ast.dump(ast.parse(mutant.text)) != ast.dump(ast.parse(text)), mutant.name
        before, after = text.splitlines(), mutant.text.splitlines()
        assert len(before) == len(after), mutant.name
        first = next(number for number, (old, new) in enumerate(zip(before, after, strict=True), 1) if old != new)
        # Statements that are swapped may begin alike.
        assert first == mutant.position.line or (first > mutant.position.line and ": swap: " in mutant.name), mutant.name
    if model.stem == "dks":
        assert len(found) > 100


@pytest.mark.parametrize("stem", ["hook", "jumps", "irq", "atomic_in_routine"])
def test_a_mutant_is_a_model_or_is_refused_with_its_place(stem: str) -> None:
    model = PROJECT / "tests" / "explicit" / "models" / f"{stem}.py"
    loaded = 0
    for mutant in mutants_of(model, [load_program(model)]):
        try:
            program = load_program(model, inputs=Inputs({mutant.path: mutant.text}))
        except ModelError as error:
            assert error.position.file == mutant.position.file
        else:
            loaded += 1
            assert mutant.text in program.sources.values()
    assert loaded > 3


def test_texts_take_the_place_of_files(tmp_path: Path) -> None:
    path = written(tmp_path, routine("a = 1"))
    assert "a = 2" in load_program(path, inputs=Inputs({path: HEAD + routine("a = 2")})).sources[path.as_posix()]
    assert "a = 1" in load_program(path, inputs=Inputs({tmp_path / "other.py": ""})).sources[path.as_posix()]
    with pytest.raises(UsageError, match="not valid Python"):
        load_program(path, inputs=Inputs({path: "("}))


# --- layout ----------------------------------------------------------------------------------------------------------

integers = st.one_of(st.integers(0, 9).map(str), st.sampled_from(["x", "y"]))
comparisons = st.tuples(integers, st.sampled_from(["<", "<=", "==", "!=", ">", ">="]), integers).map(" ".join)
conditions = st.recursive(
    st.one_of(comparisons, st.sampled_from(["q", "r"])),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) and ({pair[1]})"),
        st.tuples(inner, inner, inner).map(lambda all_: "({}) or ({}) or ({})".format(*all_)),
        inner.map(lambda one: f"not ({one})"),
    ),
    max_leaves=5,
)
lines = st.one_of(
    st.tuples(st.sampled_from(["x", "y"]), integers).map(lambda pair: ("assign", *pair)),
    st.tuples(conditions, integers).map(lambda pair: ("if", *pair)),
)


def plain(statements: list[tuple[str, str, str]]) -> str:
    return "".join(f"{t} = {v}\n" if kind == "assign" else f"if {t}:\n    x = {v}\n" for kind, t, v in statements)


def spread(statements: list[tuple[str, str, str]]) -> str:
    """The same statements over several lines, with comments: and with letters of more than one byte."""
    out = []
    for kind, first, value in statements:
        if kind == "assign":
            out.append(f"{first}  =  (  # größer\n    {value}\n)  # und: so\n")
        else:
            test = first.replace(" and ", "  # erst\n        and ").replace(" or ", "\n        or ")
            out.append(f"if (  {test}\n        ):  # dann: ä\n    # sonst nichts\n    x = {value}\n\n")
    return "".join(out)


def parsed(text: str) -> str:
    return ast.dump(ast.parse(text))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statements=st.lists(lines, min_size=1, max_size=4))
def test_layout_changes_neither_names_nor_mutants(statements: list[tuple[str, str, str]], tmp_path: Path) -> None:
    begin = "x: Small = 0\ny: Small = 1\nq = p\nr = p\n"
    shapes = []
    for shape in (plain, spread):
        path = tmp_path / f"{shape.__name__}.py"
        path.write_text(HEAD + f"@routine\ndef main() -> None:\n{indented(begin + shape(statements))}")
        try:
            program = load_program(path)
        except ModelError:  # a comparison that is always so, or a value out of range
            return
        found = mutants_of(path, [program])
        assert all(m.text.count("\n") == path.read_text().count("\n") for m in found)
        shapes.append([(m.name, m.kind, parsed(m.text)) for m in found if m.name.startswith("main: ")])
    assert shapes[0] == shapes[1]
    assert len(shapes[0]) > 4


def test_a_form_feed_ends_no_line(tmp_path: Path) -> None:
    """For Python; for str.splitlines it does."""
    path = written(tmp_path, routine("a = 1\nb = a\n"))
    plain = [mutant.name for mutant in mutants(path)]
    path.write_text("# \x0c \x1c \u2028\n" * 9 + path.read_text())
    assert [mutant.name for mutant in mutants(path)] == plain
