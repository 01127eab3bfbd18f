# SPDX-License-Identifier: GPL-2.0-only
"""A model that inherits from another, and what is noted where it takes some hooks and not others."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.explicit.search.search import Search
from checker.ir.lowering.lower import lower
from checker.language import tree
from checker.language.errors import ModelError
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.verify.subject import notes_of

SMALL = {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2}


def written(folder: Path, text: str, name: str = "mine.py") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def states(program: tree.Program) -> int:
    return Search(lower(program)).run().statistics.states


def hooks(program: tree.Program) -> set[str]:
    return {routine.hook for routine in program.routines.values() if routine.hook is not None and routine.protocol}


@pytest.mark.parametrize("name", ["hardened", "rfc_v1", "arm64_7_0"])
def test_one_line_makes_a_model_that_is_the_other_one(tmp_path: Path, name: str) -> None:
    """With its hooks, the constants that it gives to the kernel, its initial state and what it assumes."""
    mine = written(tmp_path, f'from checker.language import inherit\n\ninherit("models.{name}")\n')
    inherited = load_program(mine, SMALL, ["touch"])
    original = load_program(PROJECT / "models" / f"{name}.py", SMALL, ["touch"])
    assert hooks(inherited) == hooks(original) != set()
    assert inherited.stated == original.stated
    assert inherited.demanded == original.demanded
    assert inherited.initial == original.initial
    assert states(inherited) == states(original)
    assert inherited.dropped == ()


def test_what_a_model_implements_itself_takes_the_place_of_what_it_inherits(tmp_path: Path) -> None:
    """Also where it has the same name."""
    text = (
        "from checker.language import implements, inherit\n"
        "from spec.kernel import Level, Task, VmArea, stack_fault\n\n"
        'inherit("models.rfc_v1")\n\n\n'
        "@implements(stack_fault)\n"
        "def dynamic_stack_fault(tsk: Task, stack: VmArea, level: Level) -> bool:\n"
        "    return False\n"
    )
    program = load_program(written(tmp_path, text), SMALL, ["touch"])
    fault = program.routines["dynamic_stack_fault"]
    assert fault.position.file.endswith("mine.py")
    assert fault.hook == "stack_fault"
    assert "dynamic_stack" in program.routines
    assert program.dropped == ()


def test_code_of_two_files_may_have_one_name(tmp_path: Path) -> None:
    """As where the kernel gets a function that a model has already."""
    text = (
        "from checker.language import implements, routine\n"
        "from models.rfc_v1 import dynamic_stack\n"
        "from spec.kernel import Level, Page, Task, VmArea, stack_fault, this_cpu\n\n\n"
        "@routine\n"
        "def get_page_from_freelist() -> Page | None:\n"
        "    return this_cpu().pool[0]\n\n\n"
        "@implements(stack_fault)\n"
        "def handler(tsk: Task, stack: VmArea, level: Level) -> bool:\n"
        "    return get_page_from_freelist() is None\n"
    )
    program = load_program(written(tmp_path, text), SMALL, ["touch"])
    of_kernel, of_model = program.routines["get_page_from_freelist"], program.routines["get_page_from_freelist_of_mine"]
    assert of_kernel.position.file == "spec/kernel/mm/memory.py"
    assert of_model.position.file.endswith("mine.py")
    assert states(program) > 1


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("inherit(hardened)", 'a model inherits from one other model; write inherit("models.NAME")'),
        ('inherit("spec.kernel")', 'a model inherits from one other model; write inherit("models.NAME")'),
        ('inherit("models.hardened", but=1)', 'a model inherits from one other model; write inherit("models.NAME")'),
        (
            'inherit("models.hardened")\ninherit("models.rfc_v1")',
            "the model inherits from models.hardened already; import by name what is of another",
        ),
        ('inherit("models.nosuch")', "there is no module models.nosuch; a model imports from checker.language, spec and models"),
    ],
)
def test_what_is_refused(tmp_path: Path, lines: str, message: str) -> None:
    mine = written(tmp_path, f"from checker.language import inherit\n\n{lines}\n")
    line = 2 + lines.count("\n") + 1
    with pytest.raises(ModelError) as caught:
        load_program(mine)
    assert str(caught.value) == f"{mine}:{line}:1: error: {message}"


def test_hooks_that_are_left_behind_are_noted(tmp_path: Path) -> None:
    text = 'from models.rfc_v1 import dynamic_stack, dynamic_stack_fault\n\n__all__ = ["dynamic_stack", "dynamic_stack_fault"]\n'
    program = load_program(written(tmp_path, text), SMALL, ["touch"])
    assert [note for note in notes_of(program) if note.startswith("Hooks that models/")] == [
        "Hooks that models/rfc_v1.py implements and this model, which takes others from it, does not: "
        "alloc_vmap_stack, free_vmap_stack, exit_task_stack_account, cpu_prepare, cpu_dead, fork_init"
    ]


def test_a_model_that_takes_no_hook_leaves_none_behind(tmp_path: Path) -> None:
    text = (
        "from checker.language import implements\n"
        "from models.rfc_v1 import is_acquired\n"
        "from spec.kernel import Task, schedule_start, this_cpu\n\n\n"
        "@implements(schedule_start)\n"
        "def look(prev: Task) -> None:\n"
        "    if is_acquired(this_cpu().pool[0]):\n"
        "        pass\n"
    )
    assert load_program(written(tmp_path, text), SMALL, ["touch"]).dropped == ()
