# SPDX-License-Identifier: GPL-2.0-only
"""Proofs for any number of instances: what holds at all sizes is proved, what fails at some size never is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.cli.main import run
from checker.explicit.search.results import Limits
from checker.language.errors import UsageError
from checker.result.verdict import VerdictKind
from checker.symbolic.parametric.all_sizes import Obligation
from checker.verify.proof import prove_all_sizes as proving_all_sizes
from checker.verify.proof.certificates import Refused, check_certificate
from checker.verify.proof.certify_all_sizes import check_all_sizes_against_model
from checker.verify.proof.prove import Proving
from checker.verify.request import Request
from tests.support.judges.forging import of_text

HERE = Path(__file__).parent / "sizes"


def proved(model: Path, sizes: dict[str, int], folder: Path | None = None) -> Proving:
    return proving_all_sizes.prove_all_sizes(Request(model, sizes, ()), Limits(None, None, 100), folder, 100_000)


def prove_one(model: Path, name: str, sizes: dict[str, int]) -> Proving:
    return proving_all_sizes.prove_all_sizes(Request(model, sizes, (), (name,)), Limits(None, None, 100), None, 100_000)


def words(proving: Proving) -> dict[str, VerdictKind]:
    return {verdict.property: verdict.kind for verdict in proving.run.verdicts}


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    """A model with a change."""
    text = (HERE / name).read_text()
    assert text.count(old) == 1, f"`{old}` should stand once in {name}"
    (folder / name).write_text(text.replace(old, new))
    return folder / name


@pytest.mark.parametrize(("name", "size"), [("one_token", "TASKS"), ("spin", "CPUS"), ("pool", "TASKS")])
def test_what_holds_is_proved_and_certified(name: str, size: str, tmp_path: Path) -> None:
    model = HERE / f"{name}.py"
    proving = proved(model, {size: 2}, tmp_path)
    assert set(words(proving).values()) == {VerdictKind.PROVED}
    assert f"for all values of {size}" in proving.run.verdicts[0].detail
    check_certificate(tmp_path)
    check_all_sizes_against_model(tmp_path, model)


@pytest.mark.parametrize("tasks", [1, 2])
def test_what_fails_from_three_on_is_not_proved(tasks: int) -> None:
    assert words(proved(HERE / "third.py", {"TASKS": tasks})) == {"mutex": VerdictKind.UNKNOWN}


def test_what_fails_at_the_size_of_the_samples_is_shown_violated() -> None:
    assert words(proved(HERE / "third.py", {"TASKS": 3})) == {"mutex": VerdictKind.VIOLATED}


def test_counting_the_named_instances_is_what_protects(monkeypatch: pytest.MonkeyPatch) -> None:
    """With numbers for two instances only, the model that is wrong from three on looks right: the count has to refuse that."""
    monkeypatch.setattr(proving_all_sizes, "MOST", 1)
    with pytest.raises(UsageError, match="names more instances"):
        proved(HERE / "third.py", {"TASKS": 2})
    monkeypatch.setattr(Obligation, "enough", lambda self: True)
    assert words(proved(HERE / "third.py", {"TASKS": 2})) == {"mutex": VerdictKind.PROVED}


@pytest.mark.parametrize("instances", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("name", "old", "new", "size", "wrong"),
    [
        ("one_token.py", "    require(owner is None)\n", "", "TASKS", "mutex"),
        ("one_token.py", "    require(owner is None)\n", "", "TASKS", "few"),
        ("spin.py", "            require(not locked)\n", "", "CPUS", "mutex"),
        ("spin.py", "            locked = True\n", "", "CPUS", "mutex"),
        ("pool.py", "    free(page)\n", "", "TASKS", "kept"),
        ("pool.py", "    task.page = reference(Page, address(page) | 1)\n", "", "TASKS", "kept"),
        ("pool.py", "page.used = True", "task.page = page", "TASKS", "own"),
    ],
)
def test_planted_errors_are_seen(name: str, old: str, new: str, size: str, wrong: str, instances: int, tmp_path: Path) -> None:
    """At one instance some of these are right, so that all samples are; a proof for all sizes must fail all the same."""
    model = changed(tmp_path, name, old, new)
    if wrong == "own":
        text = model.read_text().replace("    page = allocate(Page)\n", "    page = choose(every(Page))\n")
        model.write_text(text.replace("    allocate,\n", "    allocate,\n    choose,\n"))
    proving = proved(model, {size: instances})
    assert words(proving)[wrong] is not VerdictKind.PROVED


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("one_token.py", "symmetric=True", "symmetric=False", "not symmetric"),
        ("one_token.py", ") <= 1", ") <= 5", "takes counting"),
        ("one_token.py", "    require(owner is None)\n", "    require(owner is None and TASKS < 5)\n", "only a size"),
        (
            "spin.py",
            "        enter(instance(Cpu, index), work)",
            "        if index < 2:\n            enter(instance(Cpu, index), work)",
            "stands for itself",
        ),
        ("pool.py", "task.page = allocate(Page)\n", "task.page = allocate(Page) if index == 0 else None\n", "which round it is"),
    ],
)
def test_what_the_argument_does_not_cover_is_refused(name: str, old: str, new: str, said: str, tmp_path: Path) -> None:
    model = changed(tmp_path, name, old, new)
    with pytest.raises(UsageError, match=said):
        proved(model, {"CPUS" if name == "spin.py" else "TASKS": 2})


def test_the_first_of_any_number_has_no_meaning(tmp_path: Path) -> None:
    text = (HERE / "one_token.py").read_text().replace("import action, every,", "import action, every, first,")
    evict = "@action\ndef evict() -> None:\n    found = first(t for t in every(Task) if t.inside)\n    require(found is not None)\n    found.inside = False\n"
    model = tmp_path / "evicting.py"
    model.write_text(text + "\n\n" + evict)
    with pytest.raises(UsageError, match="`first` has no meaning yet") as caught:
        proved(model, {"TASKS": 2})
    assert caught.value.line == "    found = first(t for t in every(Task) if t.inside)"


def test_deadlock_is_not_claimed(tmp_path: Path) -> None:
    """What is left out of a proof must not be called proved."""
    text = (HERE / "third.py").read_text().replace("import action,", "import action, demand,")
    text = text.replace("@action\ndef barge", 'no_deadlock = demand("no-deadlock", "it goes on")\n\n\n@action\ndef barge')
    (tmp_path / "stuck.py").write_text(text)
    proving = prove_one(tmp_path / "stuck.py", "no-deadlock", {"TASKS": 2})
    assert words(proving)["no-deadlock"] in (VerdictKind.UNKNOWN, VerdictKind.VIOLATED)


@pytest.mark.slow
def test_the_rfc_is_not_proved() -> None:
    """single-hole is violated by a touch two levels deep, which the samples show."""
    model = Path(__file__).parents[3] / "models/rfc_v1.py"
    request = Request(model, {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3}, ("touch",), ("single-hole", "area-agrees"))
    proving = proving_all_sizes.prove_all_sizes(request, Limits(None, None, 100), None, 100_000)
    assert words(proving) == {"single-hole": VerdictKind.VIOLATED, "area-agrees": VerdictKind.VIOLATED}


def test_a_certificate_of_another_model_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "certificate"
    proved(HERE / "spin.py", {"CPUS": 2}, folder)
    other = changed(tmp_path, "spin.py", "        locked = False\n", "        critical()\n        locked = False\n")
    with pytest.raises(Refused, match="not the text that was proved"):
        check_all_sizes_against_model(folder, other)
    of_text(folder, other)
    with pytest.raises(Refused, match=r"kind-|files"):
        check_all_sizes_against_model(folder, other)


def test_a_lemma_left_out_of_a_certificate_is_missed(tmp_path: Path) -> None:
    model = HERE / "spin.py"
    proved(model, {"CPUS": 2}, tmp_path)
    manifest = json.loads((tmp_path / "certificate.json").read_text())
    assert len(manifest["lemmas"]) > 0
    manifest["lemmas"].pop()
    (tmp_path / "certificate.json").write_text(json.dumps(manifest))
    with pytest.raises(Refused, match="not the question"):
        check_all_sizes_against_model(tmp_path, model)


NOTHING_HAPPENS = '''# SPDX-License-Identifier: GPL-2.0-only
from checker.language import action, every, invariant, parameter, record, require

N = parameter(2, 1, 4, "things")


@record(count=N, symmetric=True)
class Thing:
    on: bool = False


@action
def switch_off(thing: Thing) -> None:
    require(thing.on)
    thing.on = False


@invariant("off", "a thing is on")
def off() -> bool:
    """Nothing happens."""
    return all(not thing.on for thing in every(Thing))
'''


@pytest.mark.parametrize("sizes", [[], ["--for-all-sizes"]])
def test_a_model_in_which_nothing_happens(sizes: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "nothing.py"
    model.write_text(NOTHING_HAPPENS)
    assert run(["prove", str(model), *sizes, "--certificates", str(tmp_path / "c")]) == 0
    assert "off  PROVED(" in capsys.readouterr().out
    assert run(["certify", str(tmp_path / "c"), "--model", str(model)]) == 0
    model.write_text(NOTHING_HAPPENS.replace("= False", "= True"))
    assert run(["prove", str(model), *sizes]) == 1


@pytest.mark.parametrize("claimed", [["off", "zeal"], []])
@pytest.mark.parametrize("sizes", [[], ["--for-all-sizes"]])
def test_a_manifest_that_claims_what_is_no_property_of_the_model_is_refused(
    sizes: list[str], claimed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "nothing.py"
    model.write_text(NOTHING_HAPPENS)
    assert run(["prove", str(model), *sizes, "--certificates", str(tmp_path / "c")]) == 0
    manifest = tmp_path / "c" / "certificate.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"properties": claimed}))
    assert run(["certify", str(tmp_path / "c")]) == 3, "standing alone, it is what it was"
    assert run(["certify", str(tmp_path / "c"), "--model", str(model)]) == 1
    assert f"no property of states or steps {'zeal' if claimed else 'at all'}" in capsys.readouterr().out
