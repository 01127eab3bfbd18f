# SPDX-License-Identifier: GPL-2.0-only
"""Records of any layout are rewritten: they say what they shall, as the formatter would write it, and nothing else has changed."""

from __future__ import annotations

import ast
import random
import subprocess
import sys

import pytest

from checker.language.front.load import load_program, load_wording
from checker.language.python.wording import Wording
from checker.project import PROJECT, bundled_models
from checker.verify.record.expected import with_outcome
from checker.verify.record.layout import quoted
from checker.verify.record.outcomes import Outcome
from checker.verify.record.wording_text import with_wording
from tests.support.seeds import seeds

NAMES = [f"{word}-{number}" for word in ("charge-once", "low", "refill-eventually", "x" * 40) for number in range(4)]
COUNTS = ("states", "transitions", "depth")
AROUND = ("a = 1  # é", "z = {'b': [1,2]}")
"""Not as a formatter would have it, so that what is outside of the record is seen to stay."""


def formatted(text: str) -> str:
    """A text as the formatter of this project writes it."""
    command = [
        sys.executable,
        "-m",
        "ruff",
        "format",
        "--config",
        str(PROJECT / "pyproject.toml"),
        "--stdin-filename",
        "x.py",
        "-",
    ]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def lengths(chance: random.Random) -> dict[str, int]:
    return {name: chance.choice((3, 40, 1_200)) for name in chance.sample(NAMES, chance.choice((0, 1, 2, 4, 6, 9)))}


def entry(chance: random.Random) -> str:
    """An entry in one of the layouts that a person types."""
    parts = [f"settings={ {'CPUS': 1, 'ARCH': 'x86'} if chance.random() < 0.5 else {} }"]
    values = {"events": ("touch",), "violated": lengths(chance)} | {name: chance.choice((5, 1234, 5_000_000)) for name in COUNTS}
    parts += [f"{name}={value!r}" for name, value in values.items() if chance.random() < 0.7]
    parts += ["ladder=True"] * (chance.random() < 0.3)
    chance.shuffle(parts)
    layout = chance.choice(("line", "line", "open", "lines", "comments", "hanging"))
    if layout in ("line", "open"):
        return f"Expected({', '.join(parts)}{',' * (layout == 'open')})"
    if layout == "hanging":
        return f"Expected({parts[0]},\n             {', '.join(parts[1:] or ['events=()' if 'events' not in parts[0] else 'depth=1'])})"
    rows = [f"        {part},{chance.choice(('', '  # a, b')) if layout == 'comments' else ''}\n" for part in parts]
    if layout == "comments":
        rows.insert(chance.randrange(len(rows)), "        # why (so)\n")
        rows = [row.replace("violated={", "violated={  # these\n") for row in rows]
    return f"Expected(\n{''.join(rows)}    )"


def record(chance: random.Random) -> str:
    entries = [entry(chance) for _ in range(chance.choice((1, 1, 2, 3)))]
    if len(entries) == 1 and chance.random() < 0.2:
        return f"EXPECTED = {entries[0]}"
    if chance.random() < 0.4:
        return f"EXPECTED = ({', '.join(entries)}{',' * (len(entries) == 1)})"
    return "EXPECTED = (\n" + "".join(f"    {one},\n" for one in entries) + ")"


def said(text: str) -> list[dict[str, object]]:
    """What EXPECTED says in a text."""
    (value,) = [
        node.value for node in ast.parse(text).body if isinstance(node, ast.Assign) and "EXPECTED" in ast.unparse(node.targets[0])
    ]
    calls = value.elts if isinstance(value, ast.Tuple) else [value]
    return [{str(k.arg): ast.literal_eval(k.value) for k in call.keywords} for call in calls if isinstance(call, ast.Call)]


@pytest.mark.parametrize("as_formatted", [True, False])
@seeds(60, 3000)
def test_an_outcome_is_written_whatever_the_layout(as_formatted: bool, seed: int) -> None:
    chance = random.Random(seed)
    written = record(chance)
    if as_formatted:
        written = formatted(written).rstrip("\n")
    text = f"{AROUND[0]}\n\n{written}\n\n{AROUND[1]}\n"
    before = said(text)
    place = chance.randrange(len(before))
    old = dict(before[place].get("violated") or {})  # type: ignore[call-overload]
    new = chance.choice((lengths(chance), old, {name: n + 1 for name, n in old.items()}, dict(list(old.items())[1:])))
    outcome = Outcome(tuple(new.items()), chance.choice((5, 77, 12_345_678)), chance.choice((5, 1234)), 5)
    after = with_outcome(text, place, outcome)
    wanted = [dict(one) for one in before]
    wanted[place] |= {"violated": new, "states": outcome.states, "transitions": outcome.transitions, "depth": outcome.depth}
    assert said(after) == wanted
    assert after.startswith(f"{AROUND[0]}\n\nEXPECTED = ") and after.endswith(f")\n\n{AROUND[1]}\n")
    assert sorted(part.split("\n")[0] for part in after.split("#")[1:]) == sorted(
        part.split("\n")[0] for part in text.split("#")[1:]
    )
    assert with_outcome(after, place, outcome) == after
    if as_formatted:
        inside = after.removeprefix(f"{AROUND[0]}\n\n").removesuffix(f"\n{AROUND[1]}\n")
        assert formatted(inside) == inside


@pytest.mark.parametrize("name", sorted(bundled_models()))
@seeds(3, 40)
def test_a_bundled_model_is_restored(name: str, seed: int) -> None:
    chance = random.Random(seed)
    path = bundled_models()[name]
    text, program, now = path.read_text(), load_program(path), load_wording(path)
    place = chance.randrange(len(program.expectations))
    expected = program.expectations[place]
    assert expected.violated is not None and expected.states and expected.transitions and expected.depth
    right = Outcome(expected.violated, expected.states, expected.transitions, expected.depth)
    wrong = Outcome(tuple((name, n + chance.choice((0, 1000))) for name, n in right.violated), 1, right.transitions, 10_000)
    changed = with_outcome(text, place, wrong)
    assert changed != text
    assert with_outcome(changed, place, right) == text
    less = {
        name: digits if chance.random() < 0.8 else "0" * 12 for name, digits in now.properties.items() if chance.random() < 0.9
    }
    other = Wording(less, {'stated: "it\'s" so': "0" * 12, "stated: é": "1" * 12})
    changed = with_wording(text, other, str(path))
    assert formatted(changed) == changed
    assert with_wording(changed, now, str(path)) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from checker.language import Expected", "from checker.language import Expected, Recorded"),
        ("from checker.language import Expected, action", "from checker.language import Expected, Recorded, action"),
        (
            "from checker.language import (\n    Expected,\n    action,\n)",
            "from checker.language import (\n    Expected,\n    Recorded,\n    action,\n)",
        ),
        ("from checker.language import (\n    action,\n)", "from checker.language import (\n    Recorded,\n    action,\n)"),
        (
            "from checker.language import (\n    GFP,\n    Expected,  # it\n)",
            "from checker.language import (\n    GFP,\n    Expected,  # it\n    Recorded,\n)",
        ),
        (
            "from checker.language import (\n    Expected\n)",
            "from checker.language import (\n    Expected,\n    Recorded,\n)",
        ),
        (
            "from checker.language import (Expected)  # it",
            "from checker.language import (Expected)  # it\nfrom checker.language import Recorded",
        ),
        (
            f"from checker.language import Expected, {'y' * 85}",
            f"from checker.language import (\n    Expected,\n    Recorded,\n    {'y' * 85},\n)",
        ),
    ],
)
def test_what_is_needed_is_imported(before: str, after: str) -> None:
    rest = "\n\nA = 1\n# these\nEXPECTED = (Expected(settings={}),)\n"
    now = Wording({"b": "2", "a": "1"}, {})
    got = with_wording(before + rest, now, "x.py")
    record = 'RECORDED = Recorded(\n    properties={\n        "a": "1",\n        "b": "2",\n    },\n    assumptions={},\n)\n\n'
    assert got == after + rest.replace("# these", record + "# these")


def test_a_record_of_properties_keeps_its_comments() -> None:
    text = 'RECORDED = R(\n    properties={\n        "b": "1",  # b, #\n        "d": "2"\n    },\n    assumptions={"#": "1"},  # none\n)\n'
    got = with_wording(text, Wording({"a": "0", "b": "3", "c": "4"}, {"#": "1"}), "x.py")
    assert got == (
        'RECORDED = R(\n    properties={\n        "a": "0",\n        "b": "3",  # b, #\n        "c": "4",\n    },\n'
        '    assumptions={"#": "1"},  # none\n)\n'
    )


@pytest.mark.parametrize(
    "text", ["plain", 'a "b"', "it's", 'it\'s "x"', "'a' \"b\" 'c'", "back\\slash", "é\u202e\x07", "\U0001f600"]
)
def test_names_are_quoted_as_the_formatter_does(text: str) -> None:
    assert ast.literal_eval(quoted(text)) == text
    assert formatted(f"x = {quoted(text)}\n") == f"x = {quoted(text)}\n"


def test_a_record_of_one_entry_becomes_one_line_where_it_fits() -> None:
    args = 'settings={"CPUS": 1, "ARCH": "x86"}, events=("touch",), violated={%s}, states=77, transitions=1_234, depth=5'
    long = "EXPECTED = (\n    Expected(%s),\n)\n" % (args % '"low": 3')
    assert formatted(long) == long
    short = with_outcome(long, 0, Outcome((), 77, 1234, 5))
    assert short == formatted(long.replace('"low": 3', "")) == "EXPECTED = (Expected(%s),)\n" % (args % "")
    assert with_outcome(short, 0, Outcome((("low", 3),), 77, 1234, 5)) == long
