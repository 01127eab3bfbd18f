# SPDX-License-Identifier: GPL-2.0-only
"""What the manifest binds has to be in the text as it says: hardened's patch, changed in one place each time."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.language.errors import ModelError, UsageError
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.verify.configuration import check_configuration
from checker.verify.request import Request

PATCH = PROJECT / "models" / "hardened" / "0001-fork-dynamic-kernel-stacks-hardened.patch"
MANIFEST = PATCH.with_name("manifest.toml")


def load(folder: Path, old: str, new: str, of_manifest: bool = False) -> None:
    """Load the patch and its manifest, one of them with a text in place of another."""
    for file, changed in ((PATCH, not of_manifest), (MANIFEST, of_manifest)):
        text = file.read_text(encoding="utf-8")
        if changed:
            assert text.count(old) == 1, text.count(old)
            text = text.replace(old, new)
        (folder / file.name).write_text(text, encoding="utf-8")
    load_program(folder / PATCH.name)


IN_TEXT = {
    "a demand in other words": (
        "next = pick_next_task_idle(rq);",
        "next = pick_next_task_fair(rq);",
        UsageError,
        "nothing in __schedule asks it",
    ),
    "a demand elsewhere in the tick": (
        "if (is_idle_task(curr) && dynamic_stack_is_short(cpu))",
        "if (is_idle_task(curr) || dynamic_stack_is_short(cpu))",
        UsageError,
        "nothing in scheduler_tick asks it",
    ),
    "a call elsewhere": (
        "+	dynamic_stack_finish(prev);\n 	finish_task(prev);\n",
        " 	finish_task(prev);\n+	dynamic_stack_finish(prev);\n",
        ModelError,
        "does not stand before `finish_task` in finish_task_switch",
    ),
    "a call of something else": (
        "+	dynamic_stack_forked(tsk);",
        "+	something_else(tsk);",
        ModelError,
        "`something_else` is not known",
    ),
    "a demand with effects": (
        "+		return true;\n+	wanted = dstack_levels_left(prev);",
        "+		return true;\n+	pool[0] = NULL; wanted = dstack_levels_left(prev);",
        ModelError,
        "changes nothing",
    ),
    "a bit-field": (
        "+	bool				dynamic_stack_grown;",
        "+	unsigned int			dynamic_stack_grown:1;",
        ModelError,
        "is a bit-field",
    ),
    "a member of a type that a model lacks": (
        "+	bool				dynamic_stack_grown;",
        "+	double				dynamic_stack_grown;",
        ModelError,
        "has no counterpart in a model",
    ),
    "the active memcg in a loop": (
        "+		memcg_kmem_charge_page(page, __GFP_NOFAIL, 0);",
        "+		set_active_memcg(NULL); memcg_kmem_charge_page(page, __GFP_NOFAIL, 0);",
        ModelError,
        "outer level of the function",
    ),
    "a call with an active memcg": (
        "+	set_active_memcg(old_memcg);",
        "+	dynamic_stack_refill();",
        ModelError,
        "after set_active_memcg()",
    ),
    "a registration whose failure is forgotten in another way": (
        '+		panic("no pages for kernel stacks\\n");',
        '+		pr_err("no pages for kernel stacks\\n");',
        ModelError,
        "nothing that the kernel calls reaches it",
    ),
}


@pytest.mark.parametrize("change", IN_TEXT)
def test_a_text_that_does_not_fit_is_refused(tmp_path: Path, change: str) -> None:
    old, new, kind, told = IN_TEXT[change]
    with pytest.raises(kind) as found:
        load(tmp_path, old, new)
    assert told in str(found.value)


def test_a_local_is_one_page(tmp_path: Path) -> None:
    """How many pages are mapped of `&page` shows when it is executed."""
    load(tmp_path, "_noflush(addr, addr + PAGE_SIZE,", "_noflush(addr, addr + 2 * PAGE_SIZE,")
    request = Request(tmp_path / PATCH.name, {"CPUS": 1, "TASKS": 2, "STACK_PAGES": 2}, ("fork",))
    run = check_configuration(request, Method("portable", 1, frozenset()), Limits())
    assert run.error is not None
    assert "the number of pages that are mapped of one local" in run.error.detail


IN_MANIFEST = {
    "a demand that is no statement": (
        'statement = "if (dynamic_stack_is_short(cpu)) return false;"',
        'statement = "if ("',
        UsageError,
    ),
    "two statements": (
        'statement = "if (dynamic_stack_is_short(cpu)) return false;"',
        'statement = "a(); b();"',
        UsageError,
    ),
    "a predicate without a body": (
        "bool is_marked(struct task_struct *task) { return task->dynamic_stack_grown; }",
        "bool is_marked(struct task_struct *task)",
        UsageError,
    ),
    "a predicate that names what is not there": ("return task->dynamic_stack_grown;", "return task->grown;", ModelError),
    "a field that the CPU lacks": ('"this_cpu(stack)"', '"this_cpu(sp)"', UsageError),
    "an unknown hook": ('hook = "is_marked"', 'hook = "is_marked_so"', UsageError),
    "assumptions that are no texts": ("assumptions = [", "assumptions = [ 1,", UsageError),
    "an unknown key": ('hook = "is_marked"', 'hook = "is_marked"\nwhen = "always"', UsageError),
    "an unknown parameter": ('"tsk->stack_vm_area" = "stack"', '"tsk->stack_vm_area" = "area"', UsageError),
}


@pytest.mark.parametrize("change", IN_MANIFEST)
def test_a_manifest_that_says_what_is_not_so_is_refused(tmp_path: Path, change: str) -> None:
    old, new, kind = IN_MANIFEST[change]
    with pytest.raises(kind) as found:
        load(tmp_path, old, new, of_manifest=True)
    assert "manifest.toml" in str(found.value)


def test_an_empty_function_implements_nothing() -> None:
    """exit_task_stack_account() is empty in the patch, so that the kernel's own does not stand in its place either."""
    program = load_program(PATCH)
    assert "exit_task_stack_account_of_the_kernel" not in {**program.routines, **program.dormant}
    assert not any("exit_task_stack_account" in each for each in program.stated)


def test_a_manifest_in_the_folder_is_named(tmp_path: Path) -> None:
    load(tmp_path, 'hook = "is_marked"', 'hook = "is_marked" ', of_manifest=True)
    stated = load_program(tmp_path / PATCH.name).stated
    assert any(str(tmp_path / "manifest.toml") in each for each in stated)
