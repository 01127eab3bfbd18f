# SPDX-License-Identifier: GPL-2.0-only
"""Liveness from outside: what `check` prints of it, its limits, and what becomes of its counterexamples."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

import checker.verify.liveness
from checker.cli.check import check
from checker.explicit.engines import Method
from checker.explicit.lassos import Lassos
from checker.explicit.search.results import Limits
from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.result.verdict import VerdictKind
from checker.stopping import INTERRUPTED
from checker.trace.confirmation.build import Disagreement
from checker.verify.configuration import check_configuration
from checker.verify.liveness import look_at_runs
from checker.verify.request import Request
from tests.support.command import stackproof
from tests.support.printed import schema, verdicts_in

SHORT_OF_MEMORY = ("--cpus", "1", "--tasks", "2", "--stack-pages", "3", "--events", "touch,oom")
SMALL = ("models/rfc_v1_nr_fixed.py", "--cpus", "1", "--tasks", "1", "--stack-pages", "3", "--events", "touch")
LIVE = ("fault-bounded", "null-retried", "refill-eventually", "task-runs")


def test_a_lasso_is_shown_saved_and_replayed(tmp_path: Path) -> None:
    chosen = ("--property", "null-retried", "--save", str(tmp_path))
    done = stackproof("check", "models/rfc_v1.py", *SHORT_OF_MEMORY, *chosen, "--trace")
    assert done.returncode == 1
    lines = [line.strip() for line in (PROJECT / "models/rfc_v1.py").read_text().splitlines()]
    line = lines.index("cpu.pool[i] = page") + 1
    assert done.stdout.startswith(f"models/rfc_v1.py:{line}: error: null-retried: slot 0 of cpu0's pool stays empty: ")
    for part in ("the cycle begins: from here on forever", "and again from step 37", "The cycle is fair", "under fairness"):
        assert (part in done.stdout) == (part != "under fairness"), part
    stored = tmp_path / "null-retried.json"
    jsonschema.validate(json.loads(stored.read_text()), schema("stackproof-trace"))
    again = stackproof("replay", str(stored))
    assert again.returncode == 0, again.stdout
    assert "confirmed in 50 steps" in again.stdout
    assert "and again from step 37" in stackproof("show", str(stored)).stdout
    assert "again from 37" in (tmp_path / "null-retried.svg").read_text()
    broken = json.loads(stored.read_text())
    broken["cycle"]["start"] = 30
    stored.write_text(json.dumps(broken))
    refused = stackproof("replay", str(stored))
    assert refused.returncode == 1
    assert "not confirmed" in refused.stdout


ENDS = """# SPDX-License-Identifier: GPL-2.0-only
from checker.language import action, eventually, halt, require
on: bool = True
running: bool = True
@action
def toggle() -> None:
    global on
    require(running)
    on = not on
@action
def stop() -> None:
    global running, on
    require(running)
    running = False
    on = False
@eventually("comes-on", "off forever")
def comes_on() -> bool:
    "test"
    return on
"""


def test_a_run_that_ends_is_shown_saved_and_replayed(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(ENDS)
    done = stackproof("check", str(model), "--save", str(tmp_path), "--trace")
    assert done.returncode == 1
    for part in ("where the run ends", "the run ends here", "Such an end is fair", "comes-on VIOLATED in 1 step"):
        assert part in " ".join(done.stdout.split()), part
    whole = json.loads(stackproof("check", str(model), "--format", "json").stdout)
    jsonschema.validate(whole, schema("stackproof-check"))
    assert [(p["verdict"], p["length"], p["trace"]["cycle"]["start"]) for p in whole["properties"]] == [("VIOLATED", 1, 1)]
    stored = tmp_path / "comes-on.json"
    jsonschema.validate(json.loads(stored.read_text()), schema("stackproof-trace"))
    again = stackproof("replay", str(stored))
    assert again.returncode == 0, again.stdout
    assert "confirmed in 1 step" in again.stdout
    assert "the run ends here" in stackproof("show", str(stored)).stdout
    assert "the run ends" in (tmp_path / "comes-on.svg").read_text()
    # What a later version of the model may still do there, the run has not done.
    model.write_text(ENDS + "@action\ndef again() -> None:\n    global running\n    require(not running)\n    running = True\n")
    refused = stackproof("replay", str(stored))
    assert refused.returncode == 2
    assert "the model has changed since" in refused.stderr
    assert "the run does not end there: again is possible" in refused.stderr
    assert stackproof("check", str(model)).returncode == 1  # off forever all the same, by going round
    halts = '@action\ndef off() -> None:\n    require(not running)\n    halt("off")\n'
    for holds in (ENDS + halts, ENDS.replace("    on = False\n", "    on = True\n")):
        model.write_text(holds)
        assert "comes-on  BOUNDED" in stackproof("check", str(model)).stdout


QUESTIONS = """# SPDX-License-Identifier: GPL-2.0-only
\"\"\"Somebody asks, and forgets to ask.\"\"\"
from checker.language import action, eventually_always, function, leads_to, require

asked: bool = False
answered: bool = False
@action
def ask() -> None:
    global asked
    require(not asked)
    asked = True
@action
def forget() -> None:
    global asked
    require(asked)
    asked = False
@function
def question() -> bool:
    return asked
@leads_to("answers", "asked, and not answered", given=question)
def is_answered() -> bool:
    "test"
    return answered
@eventually_always("settles", "asked and forgotten")
def settles() -> bool:
    "test"
    return asked
"""


def test_what_is_never_answered_and_what_does_not_settle_is_shown_saved_and_replayed(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(QUESTIONS)
    done = stackproof("check", str(model), "--save", str(tmp_path), "--trace")
    assert done.returncode == 1
    said = {"answers": "asked here: there is no answer from here on", "settles": "fails again and again on the cycle"}
    ends = {"answers": {"start": 1, "demanded": "leads_to", "since": 1}, "settles": {"start": 0, "demanded": "eventually_always"}}
    whole = json.loads(stackproof("check", str(model), "--format", "json").stdout)
    jsonschema.validate(whole, schema("stackproof-check"))
    for entry in whole["properties"]:
        cycle = {name: value for name, value in entry["trace"]["cycle"].items() if name != "fairness"}
        assert (entry["verdict"], cycle) == ("VIOLATED", ends[entry["id"]])
        stored = tmp_path / f"{entry['id']}.json"
        jsonschema.validate(json.loads(stored.read_text()), schema("stackproof-trace"))
        assert json.loads(stored.read_text())["cycle"] == entry["trace"]["cycle"]
        assert said[entry["id"]] in " ".join(done.stdout.split())
        assert said[entry["id"]] in " ".join(stackproof("show", str(stored)).stdout.split())
        again = stackproof("replay", str(stored))
        assert (again.returncode, again.stderr) == (0, ""), again.stdout
        assert "confirmed" in again.stdout
    assert ">asked" in (tmp_path / "answers.svg").read_text()
    # What another version of the model answers, or no longer asks, is no counterexample of it.
    for changed in (
        QUESTIONS.replace("    return answered", "    return answered or asked"),
        QUESTIONS.replace("def question() -> bool:\n    return asked", "def question() -> bool:\n    return answered"),
    ):
        model.write_text(changed)
        refused = stackproof("replay", str(tmp_path / "answers.json"))
        assert refused.returncode == 2, refused.stdout
        assert "the model has changed since" in refused.stderr
        assert "answers  BOUNDED" in stackproof("check", str(model)).stdout


def test_json_has_the_fairness_of_each_property_on_runs() -> None:
    done = stackproof("check", *SMALL, "--reduce", "none", "--format", "json")
    found = json.loads(done.stdout)
    jsonschema.validate(found, schema("stackproof-check"))
    for entry in found["properties"]:
        assert entry["verdict"] == "BOUNDED"
        assert bool(entry["fairness"]) == (entry["id"] in LIVE)
        assert ("under fairness: every Cpu that can take a step takes one eventually" in entry["bound"]) == (entry["id"] in LIVE)


def test_text_has_the_fairness_once() -> None:
    done = stackproof("check", *SMALL)
    assert done.returncode == 0
    fairly = "BOUNDED(exhaustive at 1 CPU, 1 task, 3 stack pages; touch, under fairness)"
    assert tuple(name for name, verdict in verdicts_in(done.stdout).items() if verdict == fairly) == LIVE
    assert done.stdout.count("every Cpu that can take a step takes one eventually") == 1
    assert f"under the fairness assumptions below: {', '.join(LIVE)}\n  - every Cpu" in done.stdout


def test_too_many_states_for_liveness_are_told() -> None:
    done = stackproof("check", *SMALL, "--reduce", "none", "--liveness-states", "100")
    assert done.returncode == 3
    limited = "UNKNOWN(more than 100 states (244), the limit that --liveness-states sets for properties on runs)"
    assert tuple(name for name, verdict in verdicts_in(done.stdout).items() if verdict == limited) == LIVE
    assert "BOUNDED(exhaustive at 1 CPU, 1 task, 3 stack pages; touch): " in done.stdout
    assert stackproof("check", *SMALL, "--reduce", "none", "--liveness-states", "244").returncode == 0
    # Reductions leave fewer states for the other properties; liveness is looked for in all of them.
    reduced = stackproof("check", *SMALL, "--liveness-states", "240")
    assert reduced.returncode == 3
    limited = "UNKNOWN(liveness: there are more than 240 states without reductions)"
    assert tuple(name for name, verdict in verdicts_in(reduced.stdout).items() if verdict == limited) == LIVE


def test_a_wrong_assumption_is_an_error_with_its_place(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    text = (PROJECT / "models" / "rfc_v1_nr_fixed.py").read_text().split("EXPECTED")[0]
    text = text.split("RECORDED")[0].replace("import Expected, Recorded, implements", "import fair, implements")
    model.write_text(text + '@fair("x")\ndef wrong(task: Task) -> bool:\n    return task.stack_vm_area.nr_pages > 0\n')
    done = stackproof("check", str(model), *SMALL[1:])
    assert done.returncode == 2
    (line,) = [line for line in done.stdout.splitlines() if line.startswith(f"{model}:") and ": error: " in line]
    assert "the assumption `wrong`" in line
    # It is wrong for the properties on runs; the others have their verdicts all the same.
    assert tuple(name for name, verdict in verdicts_in(done.stdout).items() if verdict == f"ERROR({line})") == LIVE
    assert "BOUNDED(exhaustive at 1 CPU, 1 task, 3 stack pages; touch): " in done.stdout
    found = json.loads(stackproof("check", str(model), *SMALL[1:], "--format", "json").stdout)
    jsonschema.validate(found, schema("stackproof-check"))
    assert (found["exit_status"], found["error"]["message"], found["error"]["trace"]) == (2, line, None)


def test_limits_and_another_state_space() -> None:
    program = load_program(PROJECT / SMALL[0], {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 3}, ("touch",))
    wanted = frozenset(program.properties)
    result = Search(lower(program)).run()

    def look(limits: Limits) -> dict[str, str]:
        verdicts = look_at_runs(program, wanted, result, None, limits, None, lambda _: None).verdicts
        assert all(verdict.kind is VerdictKind.UNKNOWN for verdict in verdicts.values())
        return {name: verdict.detail for name, verdict in verdicts.items()}

    assert look(Limits()) == {}
    assert look(Limits(memory=1)) == dict.fromkeys(LIVE, "liveness: the limit of 0 MiB of memory")
    assert look(Limits(seconds=1, spent=2)) == dict.fromkeys(LIVE, "liveness: the limit of 1 second")
    result.statistics = type(result.statistics)(1, 1, 1, 0.0, 0, 0)
    with pytest.raises(Disagreement, match="liveness explored"):
        look(Limits())


def test_ctrl_c_in_the_search_for_lassos_ends_the_ladder(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def interrupted(*_: object) -> Lassos:
        calls.append(1)
        return Lassos(stopped=INTERRUPTED)

    monkeypatch.setattr(checker.verify.liveness, "find_lassos", interrupted)
    done = CliRunner().invoke(check, [str(PROJECT / SMALL[0]), "--property", "null-retried"], standalone_mode=False)
    assert done.return_value == 3
    assert "null-retried  UNKNOWN(liveness: interrupted)" in done.output
    assert len(calls) == 1
    # Checkpoints do not hold the graph of runs, so that the hint for a search of states would be wrong.
    assert "To know more: let it run; no checkpoint holds the graph that properties on runs need; " in done.output
    assert "--checkpoint" not in done.output and "--resume" not in done.output


@pytest.mark.parametrize(("remark", "told"), [("no C compiler was found", True), (None, False)])
def test_where_the_portable_engine_judged_runs_a_line_says_so(
    remark: str | None, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checker.verify.liveness, "find_lassos", lambda *_: Lassos(remark=remark))
    done = CliRunner().invoke(check, [str(PROJECT / SMALL[0]), *SMALL[1:]], standalone_mode=False)
    assert done.return_value == 0
    line = "The slower portable engine judged the properties on runs, as the compiled one cannot: no C compiler was found"
    assert done.output.splitlines().count(line) == told


def test_without_a_fair_run_nothing_is_claimed(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(
        "# SPDX-License-Identifier: GPL-2.0-only\nfrom checker.language import action, eventually, halt\n"
        "done: bool = False\n"
        '@action\ndef once() -> None:\n    halt("done")\n'
        '@eventually("happens", "never")\ndef happens() -> bool:\n    "test"\n    return done\n'
    )
    run = check_configuration(Request(model, {}, None), Method("portable", 1), Limits())
    assert [(v.kind, v.detail) for v in run.verdicts] == [
        (VerdictKind.UNKNOWN, "no run is fair, so that nothing is demanded of any")
    ]
