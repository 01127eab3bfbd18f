# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel's services may be called from."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from checker.project import PROJECT
from tests.kernel.trying import Tried

SERVICES = ("mm/memory.py", "mm/vmalloc.py", "mm/slab.py", "mm/vfree.py", "mm/vunmap.py", "mm/task_stack.py", "entry/asking.py")
INTERNAL = {"direct_reclaim", "might_sleep", "get_page_from_freelist", "delayed_vfree_work", "try_alloc_pages", "check_elements"}


@pytest.mark.parametrize(
    ("nolock", "violated"),
    [(0, "service-context"), (1, "fault-resolved"), (2, "service-context")],
)
def test_a_fault_handler_that_allocates(nolock: int, violated: str) -> None:
    """alloc_pages in the handler may meet the lock of its own CPU; alloc_pages_nolock may fail; a charge takes a lock as well."""
    found = Tried("fallback_allocation", (1, 2, 2), ("touch", "late-fault"), settings={"NOLOCK": nolock}).found()
    assert violated in found
    assert ("service-context" in found) == (violated == "service-context")


@pytest.mark.parametrize("model", ["rfc_v1", "hardened"])
def test_no_protocol_of_ours_allocates_where_preempt_rt_cannot(model: str) -> None:
    """Both refill with preemption off, which a kernel with PREEMPT_RT cannot: a limit of the design, and known."""
    assert "service-context" in Tried(model, (1, 2, 2), ("touch",), settings={"PREEMPT_RT": 1}).found()
    assert "service-context" not in Tried(model, (1, 2, 2), ("touch",)).found()


@pytest.mark.parametrize("wrong", range(5))
def test_code_is_told_in_which_context_it_runs(wrong: int) -> None:
    tried = Tried("asks_its_context", (1, 2, 2), ("touch", "exit"), settings={"WRONG": wrong})
    assert ("asked" in tried.found()) == bool(wrong)


IGNORED = {
    1: "get_vm_area_node",
    2: "kmalloc",
    3: "the page table",
    4: "freed twice",
    5: "freed before its use",
    6: "kmalloc, until the page is stored",
}


@pytest.mark.parametrize("ignored", [0, *IGNORED], ids=["nothing", *IGNORED.values()])
def test_a_fork_that_does_not_look_for_null_is_found(ignored: int) -> None:
    """With the event area-oom, and by no-wild-pointer alone; a protocol that looks violates nothing, and takes every way out."""
    tried = Tried("ignores_null", (1, 2, 2), ("fork", "oom", "area-oom"), settings={"IGNORED": ignored})
    assert tried.found() == ({"no-wild-pointer"} if ignored else set())


@pytest.mark.parametrize("ignored", [1, 2, 3])
def test_without_the_event_there_is_always_memory(ignored: int) -> None:
    assert Tried("ignores_null", (1, 2, 2), ("fork", "oom"), settings={"IGNORED": ignored}).found() == set()


def test_the_page_has_every_hook_that_the_kernel_calls() -> None:
    page = (PROJECT / "docs" / "reference" / "kernel.md").read_text(encoding="utf-8")
    tree = ast.parse((PROJECT / "spec" / "kernel" / "hooks.py").read_text(encoding="utf-8"))
    called = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and len(node.decorator_list) == 1]
    assert len(called) > 10
    for name in called:
        assert f"`{name}`" in page, name


def routines(file: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any((d.func if isinstance(d, ast.Call) else d).id == "routine" for d in node.decorator_list)  # type: ignore[attr-defined]
    ]


@pytest.mark.parametrize("file", SERVICES)
def test_every_service_says_in_which_context_it_may_be_called(file: str) -> None:
    page = (PROJECT / "docs" / "reference" / "kernel.md").read_text(encoding="utf-8")
    for routine in routines(PROJECT / "spec" / "kernel" / file):
        if routine.name not in INTERNAL:
            assert "Context: " in (ast.get_docstring(routine) or ""), routine.name
            assert f"`{routine.name}`" in page, routine.name
