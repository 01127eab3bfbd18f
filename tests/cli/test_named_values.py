# SPDX-License-Identifier: GPL-2.0-only
"""A parameter with named values, wherever a parameter is met: options, list, JSON, stored runs, gate, certificates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import stackproof

MODEL = '''# SPDX-License-Identifier: GPL-2.0-only
"""A counter whose step the architecture says."""

from typing import Annotated

from checker.language import Expected, Range, action, invariant, parameter, require

ARCH = parameter("x86", ("x86", "x86-fred", "arm64"), "the architecture")
Small = Annotated[int, Range(0, 4)]
ON_ARM = ARCH == "arm64"
number: Small = 0


@action
def step() -> None:
    global number
    require(number < 4)
    if ARCH in ("x86", "x86-fred"):
        number += 1
    elif not ON_ARM:
        number += unknown
    else:
        number += 2


@invariant("even", "{number} on {ARCH}")
def even() -> bool:
    """Three is one too many."""
    return number != 3


EXPECTED = (
    Expected(settings={"ARCH": "x86-fred"}, violated={"even": 3}, states=5, transitions=4, depth=4),
    Expected(settings={"ARCH": "arm64"}, violated={}, states=3, transitions=2, depth=2),
)
'''
SET = "ARCH (the architecture) can be x86, x86-fred or arm64"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "model.py").write_text(MODEL)
    return tmp_path


def test_the_value_decides_what_is_checked(here: Path) -> None:
    found = stackproof("check", "model.py", "--set", "ARCH=x86-fred", cwd=here)
    assert found.returncode == 1
    assert found.stdout.splitlines()[0] == "model.py:15: error: even: 3 on x86-fred. Three is one too many."
    assert "the whole run, 3 steps: stackproof check model.py --set ARCH=x86-fred --property even --trace" in found.stdout
    held = stackproof("check", "model.py", "--set", "ARCH=arm64", cwd=here)
    assert held.returncode == 0
    assert "model.py: ARCH = arm64: complete" in held.stdout


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("ARCH=arm46", f"ARCH = arm46 is none of its values; {SET}; did you mean `arm64`?"),
        ("ARCH=1", f"ARCH = 1 is none of its values; {SET}"),
        (
            "ARCH=-x",
            "Invalid value for '--set': 'ARCH=-x' is not a setting; write NAME=VALUE, for example --set T=3 (stackproof check --help)",
        ),
    ],
)
def test_another_value_is_refused(here: Path, setting: str, message: str) -> None:
    done = stackproof("check", "model.py", "--set", setting, cwd=here)
    assert (done.returncode, done.stderr) == (2, f"error: {message}\n")


def test_a_name_where_a_number_belongs_is_refused(here: Path) -> None:
    done = stackproof("check", "models/dks.py", "--set", "C=two")
    assert (done.returncode, done.stderr) == (2, "error: C = two is not a number; C (CPUs) can be 1 to 4\n")


def test_list_names_the_values(here: Path) -> None:
    assert "    ARCH = x86 (x86, x86-fred, arm64)\n        the architecture\n" in stackproof("list", "model.py", cwd=here).stdout


def test_json_has_the_name(here: Path) -> None:
    found = json.loads(stackproof("check", "model.py", "--set", "ARCH=arm64", "--format", "json", cwd=here).stdout)
    assert [run["configuration"] for run in found["runs"]] == [{"ARCH": "arm64"}]


def test_a_stored_run_has_the_value_and_is_replayed_with_it(here: Path) -> None:
    assert stackproof("check", "model.py", "--set", "ARCH=x86-fred", "--save", "kept", cwd=here).returncode == 1
    stored = here / "kept" / "even.json"
    whole = json.loads(stored.read_text())
    assert whole["settings"] == {"ARCH": "x86-fred"}
    assert stackproof("replay", str(stored), cwd=here).returncode == 0
    for value, reason in (("arm64", "no run of it"), ("arm46", f"ARCH = arm46 is none of its values; {SET}"), (True, "settings")):
        stored.write_text(json.dumps({**whole, "settings": {"ARCH": value}}))
        done = stackproof("replay", str(stored), cwd=here)
        assert done.returncode == (1 if value == "arm64" else 2), done
        assert value == "arm64" or reason in done.stderr


def test_a_run_of_before_there_was_the_parameter_is_one_at_its_default(here: Path) -> None:
    assert stackproof("check", "model.py", "--set", "ARCH=x86", "--save", "kept", cwd=here).returncode == 1
    stored = here / "kept" / "even.json"
    whole = json.loads(stored.read_text())
    stored.write_text(json.dumps({**whole, "settings": {}}))
    assert stackproof("replay", str(stored), cwd=here).returncode == 0
    (here / "model.py").write_text(MODEL.replace('parameter("x86", ', 'parameter("arm64", '))
    assert stackproof("replay", str(stored), cwd=here).returncode != 0


def test_gate_compares_and_records_it(here: Path) -> None:
    as_it_is = stackproof("gate", "model.py", "--verbose", cwd=here).stdout
    for name in ("x86-fred", "arm64"):
        assert f"as recorded: ARCH = {name}: violated: " in as_it_is
    (here / "model.py").write_text(MODEL.replace("states=3", "states=4"))
    done = stackproof("gate", "model.py", cwd=here)
    assert done.returncode == 1
    assert "ARCH = arm64: " in done.stdout
    assert stackproof("gate", "--update", "model.py", cwd=here).returncode == 0
    assert MODEL[MODEL.index("EXPECTED") :] in (here / "model.py").read_text()


def test_a_certificate_claims_it(here: Path) -> None:
    proved = stackproof("prove", "model.py", "--set", "ARCH=arm64", "--certificates", "kept", cwd=here)
    assert proved.returncode == 0, proved.stdout + proved.stderr
    (manifest,) = (here / "kept").rglob("certificate.json")
    certify = ("certify", str(manifest.parent), "--model", "model.py")
    assert stackproof(*certify, cwd=here).returncode == 0
    whole = json.loads(manifest.read_text())
    assert whole["settings"] == {"ARCH": "arm64"}
    for value in ("x86-fred", ["arm64"]):
        manifest.write_text(json.dumps({**whole, "settings": {"ARCH": value}}))
        assert stackproof(*certify, cwd=here).returncode == 1
