# SPDX-License-Identifier: GPL-2.0-only
"""Proofs for any number of instances of models that go wrong at sizes that nobody looked at: each is refused, or not proved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.explicit.search.results import Limits
from checker.language.errors import ModelError, UsageError
from checker.language.front.load import load_program
from checker.result.verdict import VerdictKind
from checker.verify.proof import prove_all_sizes as proving_all_sizes
from checker.verify.proof.certificates import Refused
from checker.verify.proof.certify_all_sizes import check_all_sizes_against_model
from checker.verify.request import Request

HEAD = '''"""A model."""

from __future__ import annotations

from typing import Annotated

from checker.language import Range, action, check, demand, initial, instance, invariant, parameter, record, require

TASKS = parameter(2, 1, 8, "tasks")
BIG = TASKS > 5


@record(count=TASKS, symmetric=True)
class Task:
    on: bool = False
    next: Task | None = None


'''

TAIL = '''
spare: bool = False


@action
def noise() -> None:
    global spare
    spare = not spare


@invariant("good", "bad")
def good(t: Task) -> bool:
    """It holds."""
    return not t.on and (t.next is None or t.next.next is t or t.next.next.next is t)
'''


def boot(*lines: str) -> str:
    return "@initial\ndef boot() -> None:\n" + "".join(f"    {line}\n" for line in lines)


LOOP = ("for index in range(TASKS):", "    t = instance(Task, index)")

WRONG = {
    "a ring of all": (boot(*LOOP, "    t.next = instance(Task, (index + 1) % TASKS)"), "just added"),
    "from the sixth on": (boot(*LOOP, "    t.on = BIG"), "more than a number of rounds"),
    "a variable that is the size": (
        "limit: Annotated[int, Range(0, 9)] = 0\n\n\n@action\ndef go(t: Task) -> None:\n    require(limit > 3)\n    t.on = True\n\n\n"
        + boot("global limit", "limit = TASKS"),
        "more than a number of rounds",
    ),
    "rounds that begin late": (
        boot("for index in range(4, TASKS):", "    t = instance(Task, index)", "    t.on = True"),
        "no rounds",
    ),
    "inner rounds that begin late": (
        boot(*LOOP, "    for _ in range(4, TASKS):", "        t.on = True"),
        "more than a number of rounds",
    ),
    "another one from the third on": (
        boot(*LOOP, "    t.next = instance(Task, index + index // 3 * (0 - 1))"),
        "with something added",
    ),
    "two loops that meet": (
        boot(
            "for index in range(TASKS):",
            "    t = instance(Task, index)",
            "    t.next = t",
            "for index in range(1):",
            "    t = instance(Task, index + TASKS - 1)",
            "    t.next = t",
        ),
        "the same Task",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_goes_wrong_at_larger_sizes_is_refused(name: str, tmp_path: Path) -> None:
    code, said = WRONG[name]
    model = tmp_path / "model.py"
    model.write_text(HEAD + code + TAIL)
    with pytest.raises(UsageError, match=said):
        proving_all_sizes.prove_all_sizes(Request(model, {"TASKS": 2}, ()), Limits(None, None, 100), None, 100)


def test_the_plain_form_is_proved(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(HEAD + boot(*LOOP, "    t.next = t") + TAIL)
    proving = proving_all_sizes.prove_all_sizes(Request(model, {"TASKS": 2}, ()), Limits(None, None, 100), None, 100)
    assert {v.kind for v in proving.run.verdicts} == {VerdictKind.PROVED}


@pytest.mark.parametrize(
    "changed",
    [
        ("spare: bool = False\n", 'spare: bool = False\nlimit: "Annotated[int, Range(0, TASKS)]" = 0\n'),
        (
            "from checker.language import Range, action,",
            "from checker.language import action as initial\nfrom checker.language import Range, action,",
        ),
        ("parameter(2, 1, 8", "parameter(2, 2, 2"),
    ],
    ids=["a quoted range", "another decorator by that name", "one value only"],
)
def test_what_is_no_size_is_none(changed: tuple[str, str], tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    text = HEAD.replace(" initial,", "") if "action as initial" in changed[1] else HEAD
    model.write_text((text + TAIL).replace(*changed))
    with pytest.raises(UsageError, match="no parameter is only a size"):
        proving_all_sizes.prove_all_sizes(Request(model, {"TASKS": 2}, ()), Limits(None, None, 100), None, 100)


def test_a_property_that_is_named_nearly_like_a_part_of_the_question_is_asked_for(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    three = "    require(t is not u and u is not v and v is not t)\n"
    model.write_text(
        HEAD + 'never = demand("keeps-0", "not three")\n\n\n@action\ndef go(t: Task, u: Task, v: Task) -> None:\n'
        f'{three}    check(t is u, never, "three")\n\n' + TAIL
    )
    request = Request(model, {"TASKS": 2}, ())
    proving = proving_all_sizes.prove_all_sizes(request, Limits(None, None, 100), None, 100)
    assert {v.property: v.kind for v in proving.run.verdicts}["keeps-0"] is VerdictKind.UNKNOWN


def test_a_field_that_is_named_like_a_frame_is_refused(tmp_path: Path) -> None:
    text = (Path(__file__).parent / "sizes/spin.py").read_text()
    (tmp_path / "model.py").write_text(text.replace("    spare: bool", "    frame0: bool"))
    with pytest.raises(UsageError, match="the field needs another name"):
        proving_all_sizes.prove_all_sizes(Request(tmp_path / "model.py", {}, ()), Limits(None, None, 100), None, 100)


def test_a_certificate_says_of_all_frames_where_they_stand(tmp_path: Path) -> None:
    model = Path(__file__).parent / "sizes/spin.py"
    proving_all_sizes.prove_all_sizes(Request(model, {"CPUS": 2}, ()), Limits(None, None, 100), tmp_path, 1000)
    manifest = json.loads((tmp_path / "certificate.json").read_text())
    del manifest["stands"]["Cpu 0"]
    (tmp_path / "certificate.json").write_text(json.dumps(manifest))
    with pytest.raises(Refused, match="of each frame"):
        check_all_sizes_against_model(tmp_path, model)


def test_a_certificate_of_runs_is_refused(tmp_path: Path) -> None:
    """What no question asks about must not be in what a certificate is said to show."""
    text = (Path(__file__).parent / "sizes/one_token.py").read_text().replace("import action,", "import action, eventually,")
    model = tmp_path / "model.py"
    model.write_text(
        text + '\n\n@eventually("served", "never")\ndef served() -> bool:\n    """Somebody is."""\n    return owner is None\n'
    )
    request = Request(model, {"TASKS": 2}, (), ("mutex", "few"))
    proving_all_sizes.prove_all_sizes(request, Limits(None, None, 100), tmp_path, 1000)
    manifest = json.loads((tmp_path / "certificate.json").read_text())
    manifest["properties"].append("served")
    (tmp_path / "certificate.json").write_text(json.dumps(manifest))
    with pytest.raises(Refused, match="no property of states or steps served"):
        check_all_sizes_against_model(tmp_path, model)


def test_a_field_that_is_named_like_the_allocator_is_refused(tmp_path: Path) -> None:
    text = (Path(__file__).parent / "sizes/pool.py").read_text()
    (tmp_path / "model.py").write_text(
        text.replace("    used: bool = False", "    used: bool = False\n    allocated: bool = False")
    )
    with pytest.raises(ModelError, match="the allocator's state"):
        load_program(tmp_path / "model.py")
