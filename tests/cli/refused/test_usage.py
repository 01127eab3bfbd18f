# SPDX-License-Identifier: GPL-2.0-only
"""What the command line refuses, in one line each: wrong usage, and errors in a model with file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import stackproof
from tests.support.printed import at_a_place, one_line


@pytest.mark.parametrize(
    ("arguments", "status", "line"),
    [
        (["check"], 2, "error: Missing argument 'MODEL'. (stackproof check --help)"),
        (
            ["check", "models/none.py"],
            2,
            "models/none.py: error: there is no such file; `stackproof list` names the bundled models",
        ),
        (["check", "models"], 2, "models: error: this is a folder; name one model file"),
        (["check", "models/dks.py", "--cpus", "2"], 2, "error: models/dks.py has no parameter CPUS; it has C, T, S, FAIL, LATE"),
        (["check", "models/dks.py", "--set", "C=0"], 2, "error: C = 0 is out of range; C (CPUs) can be 1 to 4"),
        (
            ["check", "models/rfc_v1.py", "--cpus", "0"],
            2,
            "error: CPUS = 0 is out of range; CPUS (CPUs, all online at boot) can be 1 to 4",
        ),
        (
            ["check", "models/rfc_v1.py", "--tasks", "1000000000"],
            2,
            "error: TASKS = 1000000000 is out of range; TASKS (tasks besides each CPU's idle task) can be 1 to 6",
        ),
        (
            ["check", "models/rfc_v1.py", "--cpus", "x"],
            2,
            "error: Invalid value for '--cpus': 'x' is not a valid integer. (stackproof check --help)",
        ),
        (
            ["check", "models/dks.py", "--set", "C"],
            2,
            "error: Invalid value for '--set': 'C' is not a setting; write NAME=VALUE, for example --set T=3 (stackproof check --help)",
        ),
        (
            ["check", "models/rfc_v1.py", "--events", "touch,late-falt"],
            2,
            "error: models/rfc_v1.py has no event late-falt; it has touch, late-fault, switch-fault, irq, "
            "softirq, nmi, oom, charge-fail, sleep, migrate, fork, exit, hotplug, remote-read, depth, reclaim, "
            "allocator-fault, preempt, oops-continues, area-oom, proc-stack, boot; did you mean `late-fault`?",
        ),
        (
            ["check", "models/dks.py", "--property", "I7"],
            2,
            "error: models/dks.py has no property I7; it has I1, I2, I3, I4, I5, I6",
        ),
        (
            ["check", "models/dks.py", "--max-memory", "lots"],
            2,
            "error: Invalid value for '--max-memory': 'lots' is not an amount of memory; write for example 500M or 2G (stackproof check --help)",
        ),
        (
            ["check", "models/dks.py", "--reduce", "tasks"],
            2,
            "error: Invalid value for '--reduce': 'tasks' is not a reduction; write none, all, or some of pages, symmetry, "
            "partial-order with commas between them (stackproof check --help)",
        ),
        (["frobnicate"], 2, "error: No such command 'frobnicate'. (stackproof --help)"),
        (["show", "none.json"], 2, None),
        (["replay", "README.md"], 2, None),
        (
            ["check", "README.md"],
            2,
            "README.md: error: this does not define dynamic_stack_fault, so that nothing says what it is to the kernel; a patch of "
            "dynamic kernel stacks does, and --manifest names another manifest; a model in Python has a name that ends in .py",
        ),
        (
            ["check", "spec/kernel/entry/faults.py"],
            2,
            "spec/kernel/entry/faults.py: error: this is a part of the kernel, not a model; name a model that imports it",
        ),
        (["check", "models/rfc_v1.py", "--cpus", "1", "--set", "CPUS=2"], 2, "error: CPUS is set to 1 and to 2; set it once"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(arguments: list[str], status: int, line: str | None) -> None:
    done = stackproof(*arguments)
    assert done.returncode == status, done
    assert done.stdout == ""
    found = one_line(done.stderr)
    assert "error:" in found
    if line is not None:
        assert found == line


def test_a_folder_of_what_is_no_model() -> None:
    done = stackproof("gate", "tests/cli")
    assert done.returncode == 2
    assert done.stdout == ""
    assert at_a_place(done.stderr).startswith("tests/cli/")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("def f(:\n", "{file}:1:7: error: not valid Python: invalid syntax"),
        (
            "from checker.language import routine\n\n\n@routine\ndef f() -> None:\n    x = {}\n",
            "{file}:6:9: error: the language does not have a dictionary: use an array or a record",
        ),
        (
            "from checker.language import routine\n\n\n@routine\ndef f() -> None:\n    while True:\n        pass\n",
            "{file}:6:5: error: this loop can go round without reading or writing shared state, so that one step could last forever; "
            "use `for ... in range(...)`",
        ),
        (
            "from checker.language import action\n\n\n@actoin\ndef f() -> None:\n    pass\n",
            "{file}:4:2: error: `actoin` is not defined; define it or import it; did you mean `action`?",
        ),
    ],
)
def test_errors_in_a_model_have_file_line_and_column(tmp_path: Path, text: str, line: str) -> None:
    model = tmp_path / "model.py"
    entry = "\n\n@initial\ndef start() -> None:\n    enter(instance(Cpu, 0), f)\n" if "routine" in text else ""
    model.write_text(_with_processor(text) + entry if entry and "while" in text else text)
    done = stackproof("check", str(model))
    assert done.returncode == 2, done
    found = at_a_place(done.stderr)
    if "while" in text:
        line = line.replace(":6:", f":{_with_processor(text).splitlines().index('    while True:') + 1}:")
    assert found == line.format(file=model)


def _with_processor(text: str) -> str:
    """The text with a processor that can run its routine."""
    head = (
        "from checker.language import enter, executes, initial, instance, invariant, record, routine\n\n\n"
        "@record(count=1, frames=1)\nclass Cpu:\n    other: 'Cpu | None' = None\n\n\n"
        "@executes\ndef runs(cpu: Cpu) -> Cpu:\n    return cpu.other\n\n\n"
        "@invariant('alone', 'not alone')\ndef alone(cpu: Cpu) -> bool:\n    '''Test.'''\n    return cpu.other is None\n\n\n"
    )
    return head + text.split("\n\n\n", 1)[1]


def test_an_unwritable_folder_is_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    done = stackproof("check", "models/dks.py", "--set", "C=1", "--save", str(blocked / "below"))
    assert done.returncode == 2
    assert "cannot be written" in one_line(done.stderr)
