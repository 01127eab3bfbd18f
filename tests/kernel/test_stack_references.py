# SPDX-License-Identifier: GPL-2.0-only
"""References to stacks: what holds one, who releases the stack, and what a protocol does wrong with them."""

from __future__ import annotations

import pytest

from tests.kernel.trying import Tried

READ = ("exit", "proc-stack")
RELEASED = "released-by-its-cpu"


def found(
    events: tuple[str, ...], *properties: str, counted: int = 1, unmaps: str = "never", takes: str = "none", tasks: int = 2
) -> frozenset[str]:
    settings = {"STACK_REFCOUNT": counted, "UNMAPS": unmaps, "TAKES": takes}
    return Tried("holds_stacks", (2, tasks, 2), events, settings={**settings}, properties=properties).found()


@pytest.mark.parametrize("counted", [0, 1])
def test_a_stack_that_is_unmapped_under_a_reader_is_found(counted: int) -> None:
    """The event counts references in any case; with the hook of the last one there is nothing to find."""
    assert found(READ, "remote-access", counted=counted, unmaps="off-cpu") == {"remote-access"}
    assert found(READ, "remote-access", counted=counted, unmaps="released") == frozenset()


def test_without_a_reader_it_is_not_found() -> None:
    assert found(("exit",), "remote-access", unmaps="off-cpu") == frozenset()


@pytest.mark.parametrize("model", ["hardened", "rfc_v1_nr_fixed"])
def test_our_protocols_leave_a_stack_alone_while_somebody_reads_it(model: str) -> None:
    kept = ("remote-access", "area-owned", "no-wild-pointer", "one-owner")
    assert Tried(model, (2, 2, 2), READ, properties=kept).found() == frozenset()


def test_who_gives_back_the_last_reference_releases_the_stack() -> None:
    assert found(READ, RELEASED) == {RELEASED}
    assert found(("exit",), RELEASED) == frozenset()
    assert found(("exit",), RELEASED, takes="for-a-look") == {RELEASED}


@pytest.mark.parametrize(
    ("events", "counted", "takes", "wrong"),
    [
        (("exit",), 1, "for-a-look", None),
        (("exit",), 0, "for-a-look", "no-wild-pointer"),
        (("exit",), 1, "puts-only", "no-wild-pointer"),
        (("touch",), 1, "in-a-fault", "service-context"),
    ],
)
def test_a_protocol_with_references_of_its_own(events: tuple[str, ...], counted: int, takes: str, wrong: str | None) -> None:
    judged = found(events, "no-wild-pointer", "remote-access", "service-context", "area-owned", counted=counted, takes=takes)
    assert wrong in judged if wrong else not judged


def test_one_reference_too_many_is_given_back() -> None:
    """The stack is gone while somebody reads it. There are three tasks, so that one is free to give the reference back."""
    assert found(READ, "remote-access", takes="puts-only", tasks=3) == {"remote-access"}
