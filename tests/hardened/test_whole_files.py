# SPDX-License-Identifier: GPL-2.0-only
"""A patch with whole files of thousands of lines around it says what it says alone, whatever stands in them that no model has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.language import tree
from checker.language.errors import UsageError
from checker.language.front.inputs import Inputs
from checker.language.front.load import load_program
from checker.verify.configuration import check_configuration
from checker.verify.record.outcomes import compare
from checker.verify.request import Request
from tests.hardened.test_patch import PATCH, RECORDED, case
from tests.language.c.fixtures import GROWING
from tests.language.c.whole_files import foreign, hunks, whole_files

LINES = 3_500
"""Of others around the patch, in each C file: kernel/fork.c of Linux 6.1 has 3,426."""
MANIFEST = PATCH.with_name("manifest.toml")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Inputs]:
    """The patch of hardened for whole files, and these."""
    folder = tmp_path_factory.mktemp("whole")
    before, text = whole_files(PATCH.read_text(encoding="utf-8"), LINES)
    for path, old in before.items():
        (folder / "base" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "base" / path).write_text(old, encoding="utf-8")
        assert old.count("\n") >= LINES or not path.endswith(".c")
    (folder / "whole.patch").write_text(text, encoding="utf-8")
    return folder / "whole.patch", Inputs(base=folder / "base", manifest=MANIFEST)


@pytest.mark.parametrize("expected", [case(expected) for expected in RECORDED])
def test_a_base_changes_no_count(expected: tree.Expectation, files: tuple[Path, Inputs]) -> None:
    patch, inputs = files
    request = Request(patch, dict(expected.settings), expected.events, inputs=inputs)
    assert compare(expected, check_configuration(request, Method("auto", 1, frozenset()), Limits())) == []


def test_the_same_statements_are_bound_and_the_same_functions_translated(files: tuple[Path, Inputs]) -> None:
    patch, inputs = files
    mine, alone = (load_program(path, inputs=given).translation for path, given in ((patch, inputs), (PATCH, Inputs())))
    assert mine is not None
    assert alone is not None
    assert [(each.function, each.meaning) for each in mine.bound] == [(each.function, each.meaning) for each in alone.bound]
    assert {each.name for each in mine.functions} == {each.name for each in alone.functions}


def test_an_added_statement_under_an_option_that_nobody_decided_is_refused(files: tuple[Path, Inputs], tmp_path: Path) -> None:
    """It would be in the kernel or not: what the options of others' lines are makes no difference, that of the patch's does."""
    _, inputs = files
    text = PATCH.read_text(encoding="utf-8")
    line, behind = "+\tdynamic_stack_refill();\n", " \tschedule_debug"
    assert text.count(line + behind) == 1
    doubtful = text.replace(line + behind, f"+#ifdef CONFIG_OF_NOBODY\n{line}+#endif\n{behind}")
    *_, count = re.finditer(r"^@@ -\d+,\d+ \+\d+,(\d+) @@", doubtful[: doubtful.index(line + "+#endif")], re.MULTILINE)
    _, whole = whole_files(doubtful[: count.start(1)] + str(int(count[1]) + 2) + doubtful[count.end(1) :], LINES)
    (tmp_path / "whole.patch").write_text(whole, encoding="utf-8")
    with pytest.raises(UsageError, match="depends on `CONFIG_OF_NOBODY`, which is not decided"):
        load_program(tmp_path / "whole.patch", inputs=inputs)


# -- a whole file by itself --

KERNEL = """\
void __init fork_init(void)
{
	cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "fork:cache", NULL, free_vm_stack_cache);
	cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "fork:stacks", stack_pool_prepare, stack_pool_dead);
}

static void __sched notrace __schedule(unsigned int sched_mode)
{
	stack_grown(prev);
	schedule_debug(prev, !!sched_mode);
}
"""

HOOKS = {
    "schedule_start": ("void stack_grown(struct task_struct *tsk)", "prev", ""),
    "cpu_prepare": ("int stack_pool_prepare(unsigned int cpu)", "cpu", "success = 0\n"),
    "cpu_dead": ("int stack_pool_dead(unsigned int cpu)", "cpu", ""),
}


def sample(folder: Path, *bound: str) -> tuple[Path, Inputs]:
    """The sample's text as one C file with others' around it, and a manifest that binds these hooks."""
    added = [
        "".join(f"{line[1:]}\n" for line in hunk.lines if line[0] == "+") for hunk in hunks(GROWING.read_text(encoding="utf-8"))
    ]
    _, header, code, *_ = added
    path = folder / "fork.c"
    path.write_text(foreign(range(35)) + header + code + KERNEL + foreign(range(35, 70)), encoding="utf-8")
    entries = [
        f'[[hooks]]\nfunction = "{function}"\nhook = "{hook}"\narguments = ["{argument}"]\n{more}'
        for hook, (function, argument, more) in HOOKS.items()
        if hook in bound
    ]
    (folder / "hooks.toml").write_text("\n".join(entries), encoding="utf-8")
    return path, Inputs(manifest=folder / "hooks.toml")


def outcome(model: Path, inputs: Inputs, events: tuple[str, ...]) -> tuple[object, ...]:
    """What was violated, in how many steps each, and the counts."""
    settings = {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2}
    run = check_configuration(Request(model, settings, events, inputs=inputs), Method("auto", 1, frozenset()), Limits())
    counts = run.statistics
    return dict(run.violated), counts.states, counts.transitions, counts.depth


@pytest.mark.parametrize("events", [("touch",), ("touch", "fork"), ("hotplug", "oom")], ids=",".join)
def test_a_whole_file_by_itself_says_the_same(events: tuple[str, ...], tmp_path: Path) -> None:
    path, inputs = sample(tmp_path, *HOOKS)
    assert outcome(path, inputs, events) == outcome(GROWING, Inputs(), events)
    assert any("the initial state has it" in each for each in load_program(path, {}, events, inputs=inputs).stated)


@pytest.mark.parametrize(
    ("left_out", "function"), [("schedule_start", "__schedule"), ("cpu_prepare", "fork_init"), ("cpu_dead", "fork_init")]
)
def test_what_a_whole_file_does_not_tell_is_refused(left_out: str, function: str, tmp_path: Path) -> None:
    """Nothing says that the call in the kernel's function is the protocol's: without it there would be no refill."""
    path, inputs = sample(tmp_path, *(hook for hook in HOOKS if hook != left_out))
    with pytest.raises(UsageError, match=rf"`{function}` is the kernel's, .*the hook {left_out}$"):
        load_program(path, inputs=inputs)
