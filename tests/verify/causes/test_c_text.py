# SPDX-License-Identifier: GPL-2.0-only
"""Causes in C text: the statement that each leads to, in a patch of our own and in the mail of the RFC."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.explicit.engines import Method
from checker.explicit.search.results import Limits
from checker.language.front.inputs import Inputs
from checker.project import PROJECT
from checker.result.checked import Checked
from checker.result.review import Cause
from checker.verify.causes.review import review_of
from checker.verify.configuration import check_configuration
from checker.verify.request import Request
from tests.language.c.fixtures import GROWING, changed
from tests.support.rfc_mail import WITH_MAIL, rfc_mail

METHOD = Method("portable", 1, frozenset({"pages", "symmetry"}))
ONCE = ("+		have++;\n+		area->nr_pages = have;", "+		area->nr_pages = have + 1;\n+		;")
"""The loop of the fault handler without the count going up."""

SHORT = (1, 2, 3), "touch", "oom", "oops-continues"
"""A failed allocation leaves too few pages for a fault, which then has taken one and not marked its task."""


def causes(path: Path, sizes: tuple[int, int, int], *events: str, of: tuple[str, ...] | None = None) -> tuple[Cause, ...]:
    settings: dict[str, int | str] = dict(zip(("CPUS", "TASKS", "STACK_PAGES"), sizes, strict=True))
    run = check_configuration(Request(path, settings, events, of), METHOD, Limits())
    return review_of(Checked((run,))).causes


def line_of(cause: Cause) -> str:
    """What stands where the cause leads to."""
    return lines(cause)[cause.position.line - 1].strip()


def lines(cause: Cause) -> list[str]:
    """The text of the file that the cause leads to."""
    return dict(cause.subject.sources)[cause.position.file].splitlines()


@pytest.mark.parametrize(
    ("sizes", "events", "property", "line"),
    [
        ((1, 1, 2), ("touch", "sleep"), "no-sleep-atomic", "memcg_kmem_charge_page(page, GFP_KERNEL, 0);"),
        ((1, 1, 2), ("touch", "charge-fail"), "charge-once", "memcg_kmem_charge_page(page, GFP_KERNEL, 0);"),
        ((1, 1, 2), ("late-fault",), "charge-once", "if (tsk->flags & PF_DYNAMIC_STACK) {"),
        ((2, 1, 2), ("oom", "hotplug"), "online-full", "pool[i] = alloc_pages(THREADINFO_GFP & ~__GFP_ACCOUNT, 0);"),
    ],
)
def test_a_cause_leads_to_the_statement_to_edit(
    sizes: tuple[int, int, int], events: tuple[str, ...], property: str, line: str
) -> None:
    (cause,) = causes(GROWING, sizes, *events, of=(property,))
    assert line_of(cause) == line


def test_a_call_that_may_sleep_is_told_by_its_own_line(tmp_path: Path) -> None:
    """Though the last access before it, where the step began, stands some lines above it."""
    patch = PROJECT / "models" / "hardened" / "0001-fork-dynamic-kernel-stacks-hardened.patch"
    text = patch.read_text(encoding="utf-8")
    sleeps = tmp_path / "sleeps.patch"
    sleeps.write_text(text.replace("(__GFP_ZERO | __GFP_NOWARN)", "(GFP_KERNEL | __GFP_ZERO)"), encoding="utf-8")
    (tmp_path / "manifest.toml").write_bytes((patch.parent / "manifest.toml").read_bytes())
    inputs = Inputs(manifest=tmp_path / "manifest.toml")
    settings: dict[str, int | str] = {"CPUS": 1, "TASKS": 1, "STACK_PAGES": 2}
    run = check_configuration(
        Request(sleeps, settings, ("touch", "sleep"), ("no-sleep-atomic",), inputs=inputs), METHOD, Limits()
    )
    (cause,) = review_of(Checked((run,))).causes
    assert "alloc_page(" in line_of(cause)
    assert cause.notes[-1].position == cause.position
    assert cause.notes[-1].text == "is reached: no-sleep-atomic fails here"


def test_a_count_that_is_read_once_is_a_stale_load(tmp_path: Path) -> None:
    found = causes(changed(tmp_path, ONCE), (1, 1, 3), "touch", of=("area-agrees", "single-hole"))
    (cause,) = found
    assert {*cause.properties} == {"area-agrees", "single-hole"}
    assert line_of(cause) == "area->pages[have] = page;"
    loads = [note for note in cause.notes if "loads vm_area0.nr_pages = 1; it is 2 when" in note.text]
    assert [note.position.file for note in loads] == ["kernel/fork.c"]


@pytest.mark.slow
def test_what_an_early_return_leaves_out_is_a_cause_of_its_own() -> None:
    failed, left_out = causes(GROWING, *SHORT, of=("fault-resolved", "refill-owed"))
    assert failed.properties == ("fault-resolved",)
    assert "alloc_pages(" in line_of(failed)
    assert left_out.properties == ("refill-owed",)
    assert line_of(left_out) == "tsk->flags |= PF_DYNAMIC_STACK;"
    assert any(note.position == left_out.position and note.text.startswith("is not reached") for note in left_out.notes)


@WITH_MAIL
def test_a_page_stored_at_a_stale_index_in_the_mail() -> None:
    """The load of the count and both stores have a note, as a developer jumps from one to the other."""
    (cause,) = causes(rfc_mail(), (1, 1, 3), "touch", of=("area-agrees", "single-hole"))
    assert "[nr_pages] =" in line_of(cause)
    texts = [lines(cause)[note.position.line - 1] for note in cause.notes if note.position.file == cause.position.file]
    assert sum("[nr_pages] =" in text for text in texts) == 2
    assert any("->nr_pages;" in text for text in texts)


@WITH_MAIL
@pytest.mark.parametrize(
    ("sizes", "events", "property", "statement"),
    [
        ((1, 1, 2), ("touch", "sleep"), "no-sleep-atomic", "memcg_kmem_charge_page("),
        ((1, 1, 2), ("touch", "charge-fail"), "charge-once", "memcg_kmem_charge_page("),
        ((1, 1, 2), ("late-fault",), "charge-once", "tsk->flags & PF_DYNAMIC_STACK"),
        ((1, 1, 2), ("switch-fault",), "fault-resolved", "return false;"),
    ],
)
def test_a_cause_in_the_mail_leads_to_the_statement(
    sizes: tuple[int, int, int], events: tuple[str, ...], property: str, statement: str
) -> None:
    (cause,) = causes(rfc_mail(), sizes, *events, of=(property,))
    assert statement in line_of(cause)
    if "switch-fault" in events:  # what the handler got is not what it is about
        assert any("task=idle0, stack=task0.stack_vm_area" in note.text for note in cause.notes)


@pytest.mark.slow
@WITH_MAIL
def test_in_the_mail_a_failed_allocation_and_what_is_left_out_after_it_are_two_causes() -> None:
    failed, left_out = causes(rfc_mail(), *SHORT, of=("fault-resolved", "refill-owed"))
    assert "alloc_pages(" in line_of(failed)
    assert "tsk->flags |=" in line_of(left_out)
