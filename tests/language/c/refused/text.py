# SPDX-License-Identifier: GPL-2.0-only
"""What C texts that are refused are made of. The mark « stands where the error is, and is taken out before."""

from __future__ import annotations

STATE = """\
#define THREAD_PREALLOC_PAGES 1
struct pool {
	raw_spinlock_t lock;
	struct page *pages[2];
	int n;
};
static struct pool pool;
static struct page *spare;
static unsigned int number;
static bool flag;
static unsigned long word;
static int row[2];
static int column[3];
static DEFINE_RAW_SPINLOCK(l);
static DEFINE_PER_CPU(int, own);
static DEFINE_PER_CPU(struct pool, pools);
static int step(int x)
{
	number = x;
	return x;
}
static void nothing(void)
{
}
"""

Case = tuple[str, str, str]
"""What is wrong, the text, and the message."""


def lines(*found: str) -> str:
    return "\n".join([*found, ""])


def fault(*body: str, top: str = "") -> str:
    """A text whose fault handler has these lines."""
    head = lines("bool dynamic_stack_fault(struct task_struct *tsk, unsigned long address)", "{")
    return STATE + top + head + lines(*(f"\t{line}" for line in body), "\treturn true;", "}")


def patch(*hunks: tuple[str, str, tuple[str, ...]]) -> str:
    """A patch that adds a fault handler, and hunks: a file, the heading, and the lines with their marks."""
    handler = ("+#define THREAD_PREALLOC_PAGES 1", "+bool dynamic_stack_fault(struct task_struct *tsk, unsigned long address)")
    return "".join(_hunk(*each) for each in (("kernel/fork.c", "", (*handler, "+{", "+\treturn true;", "+}")), *hunks))


def _hunk(path: str, heading: str, shown: tuple[str, ...]) -> str:
    old, new = (sum(line[0] != mark for line in shown) for mark in "+-")
    begin = f"@@ -{100 if old else 0},{old} +{100 if old else 1},{new} @@ {heading}".rstrip()
    return lines(f"--- a/{path}", f"+++ b/{path}", begin, *shown)
