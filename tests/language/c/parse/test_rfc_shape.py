# SPDX-License-Identifier: GPL-2.0-only
"""A patch of the shape that dynamic stacks have: what is read of each of its hunks, and where."""

from __future__ import annotations

import pytest

from checker.language.c.parse import Use
from checker.language.c.syntax import (
    Added,
    Assign,
    Call,
    Expression,
    ExpressionStatement,
    FunctionDefinition,
    Name,
    StatementsInFunction,
    Unparsed,
    VariableDefinition,
)
from tests.language.c.parse.text import hunk, parsed, scan_hunks

CORE = """\
.    return false;
.}
.
+#ifdef CONFIG_GROWING
+
+static DEFINE_PER_CPU(struct page *, spare[SPARE_PAGES]);
+
+/* Takes a page from the CPU's. */
+static struct page *take_spare(void)
+{
+    struct page **pages = this_cpu_ptr(spare);
+    int i;
+
+    for (i = 0; i < SPARE_PAGES; i++) {
+        if (pages[i] && !((uintptr_t)pages[i] & TAKEN)) {
+            pages[i] = (void *)((uintptr_t)pages[i] | TAKEN);
+            return pages[i];
+        }
+    }
+    return NULL;
+}
+
+bool noinstr grow(struct task_struct *who, unsigned long where)
+{
+    pte_t *pte = virt_to_kpte(where);
+
+    if (!pte_present(*pte))
+        set_pte_at(&init_mm, where, pte, mk_pte(take_spare(), PAGE_KERNEL));
+    return true;
+}
+#else /* !CONFIG_GROWING */
.static inline struct vm_struct *make_stack(int node)
.{
.    void *stack;
"""
SWITCH = """\
.    rq = cpu_rq(cpu);
.    prev = rq->curr;
.
+    refill(prev);
.    check(prev, !!mode);
.
.    if (feature(HRTICK) ||
"""
BOOT = """\
.                NULL, drop_cache);
.#endif
.
+#ifdef CONFIG_GROWING
+    cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "fork:spare",
+              fill_spare, drop_spare);
+#endif
.    scs_init();
"""


def hunks(blanks_lost: bool) -> list:  # type: ignore[type-arg]
    """The hunks; with the blanks lost that a web page swallows, if asked for."""
    texts = [("static bool try_cache(struct vm_struct *area)", CORE, 101), ("void __init fork_init(void)", BOOT, 401)]
    texts += [("static void __sched notrace __schedule(unsigned int mode)", SWITCH, 601)]
    found = []
    for heading, text, first in texts:
        if blanks_lost:
            text = "\n".join(line[0] + line[1:].lstrip(" ") for line in text.split("\n") if line)
        found.append(hunk(heading, text, first, first + 1000))
    return found


@pytest.mark.parametrize("blanks_lost", [False, True])
def test_what_is_in_each_hunk(blanks_lost: bool) -> None:
    nodes = parsed(scan_hunks(*hunks(blanks_lost), config={"CONFIG_GROWING": True}))
    told = [(type(node).__name__, getattr(node, "name", getattr(node, "function", None))) for node in nodes]
    assert told == [
        ("StatementsInFunction", "try_cache"),
        ("VariableDefinition", "spare"),
        ("FunctionDefinition", "take_spare"),
        ("FunctionDefinition", "grow"),
        ("StatementsInFunction", "fork_init"),
        ("StatementsInFunction", "__schedule"),
    ]
    variable = next(node for node in nodes if isinstance(node, VariableDefinition))
    assert (variable.per_cpu, variable.macro, variable.attributes) == (True, "DEFINE_PER_CPU", ("static",))
    grow = next(node for node in nodes if isinstance(node, FunctionDefinition) and node.name == "grow")
    assert grow.attributes == ("noinstr",)
    assert (grow.position.line, grow.position.column, grow.position.mail_line, grow.position.added) == (123, 14, 1123, True)


@pytest.mark.parametrize("blanks_lost", [False, True])
def test_statements_that_are_added_to_a_function_that_is_not_shown(blanks_lost: bool) -> None:
    nodes = parsed(scan_hunks(*hunks(blanks_lost), config={"CONFIG_GROWING": True}))
    boot, switch = [node for node in nodes if isinstance(node, StatementsInFunction)][1:]

    def called(node: StatementsInFunction, added: Added) -> list[str]:
        found = []
        for shown in node.statements:
            value: Expression | None = getattr(shown.statement, "expression", None)
            value = value.value if isinstance(value, Assign) else value
            if shown.added is added and isinstance(value, Call) and isinstance(value.function, Name):
                found.append(value.function.name)
        return found

    assert called(boot, Added.ALL_LINES) == ["cpuhp_setup_state"]
    assert called(boot, Added.NO_LINE) == ["scs_init"]
    assert called(switch, Added.ALL_LINES) == ["refill"]
    assert called(switch, Added.NO_LINE) == ["cpu_rq", "check"]
    refill = next(shown.statement for shown in switch.statements if shown.added is Added.ALL_LINES)
    assert isinstance(refill, ExpressionStatement)
    assert (refill.position.line, refill.position.mail_line) == (604, 1604)
    assert [type(shown.statement) for shown in switch.statements][-1] is Unparsed


def test_every_added_line_is_accounted_for() -> None:
    scanned = scan_hunks(*hunks(False), config={"CONFIG_GROWING": True})
    in_chunks = set().union(*(chunk.added_lines for chunk in scanned.chunks))
    assert {line for line, use in scanned.added.items() if use is Use.CHUNK} == in_chunks
    assert {line for line, use in scanned.added.items() if use is Use.DIRECTIVE} == {104, 132 - 1, 404, 407}
    assert scanned.added[108] is Use.BLANK


def test_the_other_configuration_leaves_the_added_code_out() -> None:
    scanned = scan_hunks(*hunks(False), config={"CONFIG_GROWING": False})
    assert scanned.added[109] is Use.LEFT_OUT
    (cut,) = [node for node in parsed(scanned) if isinstance(node, Unparsed)]
    assert cut.name == "make_stack"
    assert cut.reason == "function cut off by the hunk: give the rest of the file with --base"


def test_without_the_symbol_nothing_added_is_taken_or_left() -> None:
    nodes = parsed(scan_hunks(*hunks(False)))
    grow = next(node for node in nodes if isinstance(node, Unparsed) and node.name == "grow")
    assert grow.reason == "it depends on `CONFIG_GROWING`, which is not decided (line 104): set it in [config]"
    boot = next(node for node in nodes if isinstance(node, StatementsInFunction) and node.function == "fork_init")
    (added,) = [shown.statement for shown in boot.statements if shown.added is Added.ALL_LINES]
    assert isinstance(added, Unparsed)
    assert "CONFIG_GROWING" in added.reason
