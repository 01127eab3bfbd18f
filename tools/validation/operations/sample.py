# SPDX-License-Identifier: GPL-2.0-only
"""A small protocol as the patch that adds it."""

from __future__ import annotations

from pathlib import Path

_KERNEL = (
    ("kernel/sched/core.c", "__schedule(unsigned int sched_mode)", "prev = rq->curr;", "settle(prev);", "schedule_debug(prev);"),
    (
        "kernel/fork.c",
        "void __init fork_init(void)",
        "lockdep_init_task(&init_task);",
        'cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "stack", pool_fill, pool_drain);',
        "scs_init();",
    ),
)
"""What it adds to functions of the kernel: file, function, and the lines before, of and after it."""


def sample() -> str:
    """The patch."""
    lines = Path(__file__).with_name("sample.c").read_text(encoding="utf-8").splitlines()
    found = ["diff --git a/kernel/dynamic_stack.c b/kernel/dynamic_stack.c", "new file mode 100644", "--- /dev/null"]
    found += ["+++ b/kernel/dynamic_stack.c", f"@@ -0,0 +1,{len(lines)} @@", *(f"+{line}" for line in lines)]
    for path, function, before, added, after in _KERNEL:
        found += [f"diff --git a/{path} b/{path}", f"--- a/{path}", f"+++ b/{path}", f"@@ -100,2 +100,3 @@ {function}"]
        found += [f" \t{before}", f"+\t{added}", f" \t{after}"]
    return "\n".join(found) + "\n"
