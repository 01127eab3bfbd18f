# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof mutate` from outside, on a lock with two CPUs (tests/mutation/lock.py)."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import psutil
import pytest

from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from checker.mutation.mutants import mutants_of
from checker.project import PROJECT
from tests.support import command

MODEL = PROJECT / "tests" / "mutation" / "lock.py"
STEPS = ({"N": 1}, {"N": 2})
"""The ladder of that model."""


def stackproof(*arguments: str, code: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does; code: Python that runs before it in the same process."""
    done = command.stackproof(*arguments, before=lambda: exec(code or "", {}), **environment)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def mutate(*arguments: str, code: str | None = None, **environment: str) -> dict[str, Any]:
    done = stackproof("mutate", *arguments, "--format", "json", code=code, **environment)
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == found["exit_status"]
    jsonschema.validate(found, json.loads((PROJECT / "docs" / "reference" / "schema" / "stackproof-mutate.json").read_text()))
    return found


def by_name(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {mutant["name"]: mutant for mutant in found["mutants"]}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the model, to put waivers beside."""
    return Path(shutil.copy(MODEL, tmp_path / "lock.py"))


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    """What becomes of all mutants, without reductions."""
    return mutate(str(MODEL), "--reduce", "none")


def test_each_mutant_comes_out_as_it_does_when_it_is_written_to_disk(whole: dict[str, Any], tmp_path: Path) -> None:
    mutants = {mutant.name: mutant for mutant in mutants_of(MODEL, [load_program(MODEL)])}
    assert [m["name"] for m in whole["mutants"]] == list(mutants)
    path = tmp_path / "mutant.py"
    model = [Search(lower(load_program(MODEL, step))).run().statistics for step in STEPS]
    for told in whole["mutants"]:
        path.write_text(mutants[told["name"]].text)
        if told["outcome"] == "stillborn":
            assert stackproof("check", str(path)).returncode == 2
            continue
        results = [Search(lower(load_program(path, step))).run() for step in STEPS]
        assert all(result.error is None for result in results)
        violating = [number for number, result in enumerate(results) if result.findings]
        if told["outcome"] == "killed":
            number = told["configuration"]
            assert number == violating[0], told
            assert len(results[number].findings[told["property"]].path) == told["length"]
            assert told["length"] == min(len(finding.path) for finding in results[number].findings.values())
        else:
            assert told["outcome"] == "survived"
            assert not violating
            found = [result.statistics for result in results]
            figures = [(s.states, s.transitions, s.depth) for s in found]
            assert told["told_apart"] == (figures != [(s.states, s.transitions, s.depth) for s in model])


def test_all_outcomes_are_there(whole: dict[str, Any]) -> None:
    found = by_name(whole)
    assert whole["exit_status"] == 1
    killed = found["lock: drop atomic: with atomic('compare and exchange'):"]
    assert (killed["outcome"], killed["property"], killed["length"], killed["configuration"]) == ("killed", "exclusion", 6, 1)
    assert found["main: off by one: 3 -> 4 in: seen = 3"]["outcome"] == "stillborn"
    same = found["main: off by one: 3 -> 2 in: seen = 3"]
    assert (same["outcome"], same["told_apart"], same["differences"]) == ("survived", False, [])
    other = found["main: drop: seen = 3"]
    assert (other["outcome"], other["told_apart"]) == ("survived", True)
    assert [difference["configuration"] for difference in other["differences"]] == [0, 1]
    assert not any(name.startswith("not_called") for name in found)
    first, second = whole["configurations"]
    assert (first["states"], first["transitions"], first["depth"], first["violated"]) == (17, 17, 16, {})
    assert second["judged"] == ["no-wild-pointer", "no-deadlock", "exclusion", "bounded"]


def test_survivors_are_errors_in_the_text_and_the_sum_is_right(whole: dict[str, Any]) -> None:
    done = stackproof("mutate", str(MODEL), "--jobs", "1")
    assert done.returncode == 1
    assert "tests/mutation/lock.py:74: error: survived: main: drop: seen = 3\n    told apart, " in done.stdout
    assert "tests/mutation/lock.py:74: error: survived: main: off by one: 3 -> 2 in: seen = 3\n    not told apart" in done.stdout
    assert "lock: drop: taken = True\n    by exclusion, in 4 steps, in configuration 2\n" in done.stdout
    outcomes = [mutant["outcome"] for mutant in whole["mutants"]]
    killed, survived, stillborn = (outcomes.count(word) for word in ("killed", "survived", "stillborn"))
    same = sum(mutant["told_apart"] is False for mutant in whole["mutants"])
    assert (
        f"{len(outcomes)} mutants: {killed} killed, {survived} survived ({same} not told apart; 0 waived), {stillborn} stillborn"
        in done.stdout
    )
    assert done.stderr == ""


def test_the_outcome_does_not_depend_on_the_number_of_jobs(whole: dict[str, Any]) -> None:
    alone = mutate(str(MODEL), "--reduce", "none", "--jobs", "1")
    assert {**alone, "seconds": 0} == {**whole, "seconds": 0}


def test_list_and_only(whole: dict[str, Any]) -> None:
    listed = stackproof("mutate", str(MODEL), "--list")
    assert listed.returncode == 0
    assert listed.stdout.splitlines() == [mutant["name"] for mutant in whole["mutants"]]
    some = mutate(str(MODEL), "--only", "lock: drop*")
    assert some["exit_status"] == 0
    assert [m["kind"] for m in some["mutants"]] == ["drop", "drop atomic", "drop", "drop"]
    one = mutate(str(MODEL), "--only", "lock: drop: taken = True")
    assert [m["outcome"] for m in one["mutants"]] == ["killed"]
    none = stackproof("mutate", str(MODEL), "--only", "lock: dorp*")
    assert none.returncode == 2
    assert "matches 'lock: dorp*'; `stackproof mutate " in none.stderr


@pytest.mark.slow
def test_waivers(model: Path, whole: dict[str, Any]) -> None:
    survivors = [mutant["name"] for mutant in whole["mutants"] if mutant["outcome"] == "survived"]
    waivers = model.with_suffix(".waivers")
    waivers.write_text("".join(f"{name}\n    Nobody asks for it.\n" for name in survivors))
    found = mutate(str(model))
    assert found["exit_status"] == 0
    assert {m["waived"] for m in found["mutants"] if m["outcome"] == "survived"} == {"Nobody asks for it."}
    assert "survived, as waived (" in stackproof("mutate", str(model)).stdout
    with waivers.open("a") as file:
        file.write(
            "lock: drop: taken = True\n    Wrong.\nmain: drop: seen = 4\n    Wrong.\nmain: drop: me = processor(Cpu)\n    Wrong.\n"
        )
    done = stackproof("mutate", str(model))
    assert done.returncode == 1
    line = 2 * len(survivors) + 1
    assert f"{waivers}:{line}: error: it is killed by exclusion; waived is lock: drop: taken = True" in done.stdout
    assert f"{waivers}:{line + 2}: error: there is no such mutant; did you mean `main: drop: seen = 3`?" in done.stdout
    assert f"{waivers}:{line + 4}: error: it is not a model: " in done.stdout
    assert [s["line"] for s in mutate(str(model))["stale_waivers"]] == [line, line + 2, line + 4]
    # What was not searched is not said to be out of date.
    part = mutate(str(model), "--only", "main: drop: seen = 3")
    assert [s["mutant"] for s in part["stale_waivers"]] == ["main: drop: seen = 4"]
    waivers.write_text("main: drop: seen = 3\n")
    refused = stackproof("mutate", str(model))
    assert refused.returncode == 2
    assert f"{waivers}:1:1: error: why may `main: drop: seen = 3` survive?" in refused.stderr


def test_a_limit_leaves_open(model: Path) -> None:
    swap = "main: swap: if is_early(count): <-> seen = 3"
    found = mutate(str(model), "--max-states", "53", "--only", swap)
    assert found["exit_status"] == 3
    assert by_name(found)[swap]["outcome"] == "unknown"
    assert "53 states" in by_name(found)[swap]["message"]
    assert by_name(mutate(str(model), "--only", swap))[swap]["outcome"] == "survived"


def test_where_the_model_itself_is_not_searched_to_its_end_nothing_is_judged(model: Path) -> None:
    found = mutate(str(model), "--max-states", "5", "--only", "lock: *")
    assert found["exit_status"] == 3
    assert all(reference["incomplete"] for reference in found["configurations"])
    assert {mutant["outcome"] for mutant in found["mutants"]} == {"not searched"}


def test_what_the_model_violates_itself_kills_nothing(model: Path) -> None:
    model.write_text(model.read_text().replace("return rounds <= 2", "return rounds <= 1"))
    found = mutate(str(model), "--only", "is_early: *", "--set", "N=1")
    assert found["configurations"][0]["violated"].keys() == {"bounded"}
    mutants = by_name(found)
    later = mutants["is_early: off by one: 2 -> 3 in: return count < 2"]
    assert later["outcome"] == "survived"
    mended = mutants["is_early: off by one: 2 -> 1 in: return count < 2"]
    assert mended["outcome"] == "survived"
    assert "bounded not violated" in mended["differences"][0]["message"]


def test_a_model_error_on_the_way_is_stillborn(model: Path) -> None:
    model.write_text(model.read_text().replace("return rounds <= 2", "return True"))
    found = by_name(mutate(str(model), "--only", "is_early: off by one: *"))
    assert found["is_early: off by one: 2 -> 3 in: return count < 2"]["outcome"] == "survived"
    model.write_text(model.read_text().replace("return count < 2", "return count < 3"))
    worse = by_name(mutate(str(model), "--only", "is_early: off by one: *"))["is_early: off by one: 3 -> 4 in: return count < 3"]
    assert worse["outcome"] == "stillborn"
    assert worse["message"].startswith("model error: `rounds`")


def test_a_model_of_the_kernel_in_a_configuration_of_its_own() -> None:
    """One mutant whose violation any version of the kernel shows: pages that are never mapped."""
    name = "dynamic_stack_fault: drop: set_pte_at(vm_area, addr, page)"
    words = ["models/rfc_v1_nr_fixed.py", "--cpus", "1", "--tasks", "1", "--stack-pages", "3", "--events", "touch"]
    found = mutate(*words, "--only", name)
    assert found["exit_status"] == 0
    assert found["mutants"][0]["property"] == "fault-resolved"
    assert found["configurations"][0]["events"] == ["touch"]
    assert len(found["configurations"]) == 1


def test_usage() -> None:
    for words, message in (
        (["models/none.py"], "there is no such file"),
        ([str(MODEL), "--set", "M=1"], "has no parameter M"),
        (
            [str(MODEL), "--property", "bound"],
            "has no property bound; it has no-wild-pointer, no-deadlock, exclusion, bounded; did you mean `bounded`?",
        ),
        ([str(MODEL), "--jobs", "0"], "--jobs"),
    ):
        done = stackproof("mutate", *words)
        assert done.returncode == 2
        assert message in done.stderr
        assert len(done.stderr.splitlines()) == 1


# --- what goes wrong -------------------------------------------------------------------------------------------------

MARKED = "main: drop: seen = 3"


def test_a_process_that_is_killed_costs_one_mutant(model: Path) -> None:
    code = (
        "import os, signal, checker.cli.mutate as m\n"
        "real = m.search\n"
        "def search(job):\n"
        "    if any('        pass' in t and 'seen = 3' not in t for t in job.request.inputs.texts.values()):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return real(job)\n"
        "m.search = search\n"
    )
    found = mutate(str(model), "--only", "main: drop: *", code=code)
    outcomes = {name: mutant["outcome"] for name, mutant in by_name(found).items()}
    assert outcomes[MARKED] == "unknown"
    assert list(outcomes.values()).count("unknown") == 1
    assert "was killed by SIGKILL" in by_name(found)[MARKED]["message"]
    assert "killed" in outcomes.values()


def test_a_disagreement_on_a_mutant_is_exit_4(model: Path) -> None:
    code = (
        "import checker.verify.mutants as m\n"
        "from checker.trace.confirmation.build import Disagreement\n"
        "real = m.check_configuration\n"
        "def check(request, *rest, **more):\n"
        "    if any('seen = 3' not in t for t in request.inputs.texts.values()):\n"
        "        raise Disagreement('on what seen is')\n"
        "    return real(request, *rest, **more)\n"
        "m.check_configuration = check\n"
    )
    found = mutate(str(model), "--only", MARKED, code=code)
    assert found["exit_status"] == 4
    assert by_name(found)[MARKED]["outcome"] == "failed"
    assert "engine and replayer disagree: on what seen is" in by_name(found)[MARKED]["message"]


def test_ctrl_c_tells_what_is_there_and_leaves_nothing(model: Path, tmp_path: Path) -> None:
    """After the third result the whole group of processes is sent SIGINT, as a terminal does."""
    code = (
        "import os, signal, checker.verify.mutants as m\n"
        "real, count = m.MutantSearch.then, []\n"
        "def then(self, job, result):\n"
        "    following = real(self, job, result)\n"
        "    count.append(job)\n"
        "    if len(count) == 3:\n"
        "        os.killpg(0, signal.SIGINT)\n"
        "    return following\n"
        "m.MutantSearch.then = then\n"
    )
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    found = mutate(str(model), code=code, TMPDIR=str(temporary))
    assert found["exit_status"] in (1, 3)
    assert found["interrupted"]
    outcomes = [mutant["outcome"] for mutant in found["mutants"]]
    assert "not searched" in outcomes
    assert any(outcome != "not searched" for outcome in outcomes)
    assert list(temporary.iterdir()) == []
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(model) in (p.info["cmdline"] or [])]
