# SPDX-License-Identifier: GPL-2.0-only
"""Where there is nothing to check, nothing is said to hold: exit status 2, or an explicit `--events none`."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.cli.options.configuration import events_of
from checker.language.errors import UsageError
from checker.project import PROJECT
from tests.support.command import stackproof
from tests.support.printed import at_a_place, one_line

KERNEL = ("--cpus", "1", "--tasks", "1", "--stack-pages", "2")
IMPORTS = "# SPDX-License-Identifier: GPL-2.0-only\nfrom checker.language import action, event, invariant, require\n"
STATE = "up: bool = False\n"
EVENT = 'HIT = event("hit", "Something strikes.")\n'
ACTION = "@action\ndef go() -> None:\n    global up\n    up = not up\n"
GUARDED = "@action\ndef go() -> None:\n    global up\n    require(HIT)\n    up = not up\n"
PROPERTY = '@invariant("fine", "text")\ndef fine() -> bool:\n    "Test."\n    return up or not up\n'
COMMANDS = (
    ("check",),
    ("check", "--format", "json"),
    ("check", "--engine", "z3"),
    ("simulate",),
    ("prove",),
    ("mutate",),
    ("conform",),
    ("gate",),
)


@pytest.mark.parametrize(
    "text",
    ["", IMPORTS, IMPORTS + STATE + ACTION, IMPORTS + STATE + PROPERTY],
    ids=["empty", "imports", "no property", "no action"],
)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_model_without_properties_or_actions_is_refused(tmp_path: Path, command: tuple[str, ...], text: str) -> None:
    model = tmp_path / "model.py"
    model.write_text(text)
    done = stackproof(*command, str(model))
    assert done.returncode == 2
    assert done.stdout == ""
    assert one_line(done.stderr).startswith(str(model))


@pytest.mark.parametrize("command", ["check", "simulate", "prove", "mutate", "conform"])
@pytest.mark.parametrize("events", ["", " ", ",", "touch,", "none,touch", "touch late-fault"])
def test_events_that_name_none_by_accident_are_refused(command: str, events: str) -> None:
    done = stackproof(command, "models/hardened.py", *KERNEL, "--events", events)
    assert done.returncode == 2
    assert "--events" in one_line(done.stderr)
    assert done.stdout == ""


def test_what_a_list_of_events_means() -> None:
    assert events_of("touch, late-fault") == ("touch", "late-fault")
    assert events_of("none") == events_of(" none ") == ()
    with pytest.raises(UsageError, match="write a comma between two: --events touch,late-fault"):
        events_of("touch late-fault")


def test_no_events_have_to_be_asked_for(tmp_path: Path) -> None:
    done = stackproof("check", "models/hardened.py", *KERNEL, "--events", "none")
    assert done.returncode == 0
    assert "no events" in done.stdout
    # An action that only an event makes possible is there, if not now.
    model = tmp_path / "model.py"
    model.write_text(IMPORTS + STATE + EVENT + GUARDED + PROPERTY)
    assert stackproof("check", str(model)).returncode == 0
    assert stackproof("check", str(model), "--events", "none").returncode == 0
    assert stackproof("check", str(model), "--events", "").returncode == 2


def test_a_violation_without_events_is_found_again_with_the_command_that_is_printed(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(IMPORTS + STATE + EVENT + GUARDED + ACTION.replace("go", "run") + PROPERTY.replace("up or not up", "not up"))
    done = stackproof("check", str(model), "--events", "none")
    assert done.returncode == 1
    assert f"stackproof check {model} --events none --property fine" in done.stdout


def test_an_event_cannot_be_called_none(tmp_path: Path) -> None:
    model = tmp_path / "model.py"
    model.write_text(IMPORTS + STATE + EVENT.replace('"hit"', '"none"') + GUARDED + PROPERTY)
    done = stackproof("check", str(model))
    assert done.returncode == 2
    assert at_a_place(done.stderr) == f"{model}:4:7: error: `--events none` means no event; give this one another name"


def test_conform_refuses_what_is_no_model_of_the_kernel() -> None:
    done = stackproof("conform", str(PROJECT / "models" / "dks.py"))
    assert done.returncode == 2
    assert "conform compares models of the kernel" in one_line(done.stderr)
