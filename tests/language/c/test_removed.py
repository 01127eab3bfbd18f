# SPDX-License-Identifier: GPL-2.0-only
"""Lines that a patch removes: what it takes out of a function that is not translated is an error, for the model has it still."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.language.c.patch.text import PatchError
from checker.language.front.load import load_program
from tests.language.c.refused.text import patch

SCHEDULE = "static void __sched notrace __schedule(unsigned int sched_mode)"


def load(folder: Path, *shown: str, file: str = "kernel/sched/core.c", heading: str = "") -> None:
    """Load a patch that adds a fault handler, and shows these lines of another place."""
    (folder / "text.patch").write_text(patch((file, heading, shown)))
    load_program(folder / "text.patch")


@pytest.mark.parametrize(
    "removed",
    ["-\tschedule_debug(prev, !!sched_mode);", "-schedule_debug(prev, !!sched_mode);", "-int cpu = get_cpu();", "-return;"],
)
def test_what_is_removed_from_the_kernel_is_an_error(removed: str, tmp_path: Path) -> None:
    with pytest.raises(PatchError) as caught:
        load(tmp_path, " \tprev = rq->curr;", removed, " \tlocal_irq_disable();", heading=SCHEDULE)
    line = (tmp_path / "text.patch").read_text().split("\n").index(removed) + 1
    assert str(caught.value) == (
        f"{tmp_path / 'text.patch'}:{line}: error: this line is removed from a function of kernel/sched/core.c that is not translated, so that "
        "the model would not notice; name the function in the manifest, [ignore] lines, if that is right"
    )


@pytest.mark.parametrize(
    "removed", ["-", "-\t/* a comment */", "-#define UNUSED 1", "-extern void set_task_stack_end_magic(struct task_struct *tsk);"]
)
def test_what_says_nothing_may_be_removed(removed: str, tmp_path: Path) -> None:
    load(tmp_path, " #include <linux/sched.h>", removed, " #include <linux/mm.h>", file="include/linux/sched/task_stack.h")


def test_a_function_that_is_translated_says_by_itself_what_is_left_of_it(tmp_path: Path) -> None:
    handler = (
        " bool dynamic_stack_fault(struct task_struct *tsk, unsigned long address)",
        " {",
        "-\tforgotten(tsk);",
        "+\tbarrier();",
    )
    text = patch(("kernel/fork.c", "", (*handler, " \treturn true;", " }")))
    begin = text.index("--- a/", 1)
    (tmp_path / "text.patch").write_text(text[begin:])
    (tmp_path / "manifest.toml").write_text('[kernel_sizes]\nPREALLOC_PAGES = "1"\n')
    load_program(tmp_path / "text.patch")
