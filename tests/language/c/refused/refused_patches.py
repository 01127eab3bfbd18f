# SPDX-License-Identifier: GPL-2.0-only
"""Patches of which something is left over, or does not fit the kernel. What is printed has {manifest} and {folder} for files."""

from __future__ import annotations

from tests.language.c.refused.refused_manifests import ManifestCase, predicate
from tests.language.c.refused.text import fault, patch

SCHEDULER = "kernel/sched/core.c"
FORK = "kernel/fork.c"

PATCHES: list[ManifestCase] = [
    (
        "a function that nobody calls",
        "",
        patch(("kernel/fork.c", "", ("+static int lonely(void)", "+{", "+\treturn 1;", "+}"))),
        "kernel/fork.c:1:12: error: `lonely` is added, and nothing that the kernel calls reaches it; bind it in the manifest, [[hooks]], or name it in [ignore] lines (text.patch:12)",
    ),
    (
        "text that is not understood",
        "",
        patch(("mm/page.c", "", ("+int x = = 1;",))),
        "mm/page.c:1:9: error: expected an expression before `=`; this is on an added line, and has to be understood (text.patch:12)",
    ),
    (
        "a constant of an enum that nobody reads, and that is there twice",
        "",
        patch(("mm/page.c", "", ("+enum kind { ONE };", "+enum other { TWO, ONE };"))),
        "mm/page.c:2:19: error: `ONE` is defined at mm/page.c:1:13 already; rename one (text.patch:13)",
    ),
    (
        "a constant of an enum in a typedef that nobody reads, and that is no int",
        "",
        patch(("mm/page.c", "", ("+typedef enum { ONE = 1 << 4, TWO = 5000000000 } kind;",))),
        "mm/page.c:1:30: error: `TWO` is 5000000000, which is no int; a constant of an enum is one (text.patch:12)",
    ),
    (
        "constants of enums in two files that are made of each other",
        "",
        patch(("mm/one.c", "", ("+enum one { ONE = TWO };",)), ("mm/two.c", "", ("+enum two { TWO = ONE };",))),
        "mm/one.c:1:1: error: `ONE` is made of itself; write a number (text.patch:12)",
    ),
    (
        "a constant of an enum that the table of the API has",
        "",
        patch(("mm/page.c", "", ("+enum kind { GFP_KERNEL };",))),
        "mm/page.c:1:13: error: `GFP_KERNEL` has a meaning already; rename this constant (text.patch:12)",
    ),
    (
        "a statement that no hook stands for",
        "",
        patch((SCHEDULER, "static int pick(int x)", (" \tint y = 1;", "+\tx = 2;", " \treturn y;"))),
        'kernel/sched/core.c:101:2: error: this is added to pick, and no hook stands for it; bind it in the manifest, [[inserted]], [[registered]] or [[boot]], or leave it out of the model: [ignore] lines = ["pick"] (text.patch:13)',
    ),
    (
        "a statement that is not understood",
        "",
        patch((SCHEDULER, "static int pick(int x)", (" \tint y = 1;", "+\tx = = 2;", " \treturn y;"))),
        "kernel/sched/core.c:101:6: error: expected an expression before `=`; this is on an added line, and has to be understood (text.patch:13)",
    ),
    (
        "a macro that is not known",
        "",
        patch((FORK, "", ("+FROBNICATE(x);",))),
        "kernel/fork.c:1:1: error: this is added, and nothing in the model stands for it; bind it in the manifest, or [ignore] it (text.patch:12)",
    ),
    (
        "a member of a struct that is none of the kernel's",
        "",
        patch(("include/linux/list.h", "struct list_head {", (" \tint a;", "+\tint b;", " \tint c;"))),
        "include/linux/list.h:101:2: error: this is added, and nothing in the model stands for it; bind it in the manifest, or [ignore] it (text.patch:13)",
    ),
    (
        "statements in two places",
        "",
        patch(
            (
                SCHEDULER,
                "static void __sched notrace __schedule(int mode)",
                (" \tprev = rq->curr;", "+\tnothing(prev);", " \tschedule_debug(prev, mode);", "+\tnothing(prev);", " \tx = 1;"),
            )
        ),
        "kernel/sched/core.c:101:2: error: statements are added to __schedule in several places; bind each in the manifest (text.patch:13)",
    ),
    (
        "a hook in two hunks",
        "",
        patch(
            (
                SCHEDULER,
                "static void __sched notrace __schedule(int mode)",
                (" \tprev = rq->curr;", "+\tprev->flags |= 0;", " \tschedule_debug(prev, mode);"),
            ),
            (
                "kernel/sched/other.c",
                "static void __sched notrace __schedule(int mode)",
                (" \tprev = rq->curr;", "+\tprev->flags |= 0;", " \tschedule_debug(prev, mode);"),
            ),
        ),
        "kernel/sched/other.c:101:2: error: the hook schedule_start has an implementation already; bind one of them in the manifest (text.patch:19)",
    ),
    (
        "a statement in another place",
        "",
        patch(
            (
                SCHEDULER,
                "static void __sched notrace __schedule(int mode)",
                (" \tprev = rq->curr;", "+\tnothing(prev);", " \tsomething(prev, mode);"),
            )
        ),
        "kernel/sched/core.c:101:2: error: this does not stand before `schedule_debug` in __schedule, where the hook schedule_start is called; bind the place that it has in the manifest, [[inserted]] (text.patch:13)",
    ),
    (
        "a local that the hook does not have",
        '[[inserted]]\nfunction = "__schedule"\nhook = "schedule_start"\nlocals = { prev = "next" }\n',
        patch(
            (
                SCHEDULER,
                "static void __sched notrace __schedule(int mode)",
                (" \tprev = rq->curr;", "+\tprev->flags |= 0;", " \tschedule_debug(prev, mode);"),
            )
        ),
        "{manifest}: error: [[inserted]] locals: the hook schedule_start has no parameter `next`",
    ),
    (
        "a local that is no name",
        '[[inserted]]\nfunction = "__schedule"\nhook = "schedule_start"\nlocals = { "rq->curr" = "prev" }\n',
        patch(
            (
                SCHEDULER,
                "static void __sched notrace __schedule(int mode)",
                (" \tprev = rq->curr;", "+\trq->curr->flags |= 0;", " \tschedule_debug(prev, mode);"),
            )
        ),
        "kernel/sched/core.c:101:2: error: only a lone call is given `rq->curr` as the hook has it; call one function here (text.patch:13)",
    ),
    (
        "a callback that is no name",
        "",
        patch(
            (
                FORK,
                "void __init fork_init(void)",
                (" \tint i;", "+\tcpuhp_setup_state(CPUHP_BP_PREPARE_DYN, 0, 1, NULL);", " \ti = 1;"),
            )
        ),
        "kernel/fork.c:101:45: error: this has to name a function of the text, or be NULL (text.patch:13)",
    ),
    (
        "a callback that is not there",
        "",
        patch(
            (
                FORK,
                "void __init fork_init(void)",
                (" \tint i;", "+\tcpuhp_setup_state(CPUHP_BP_PREPARE_DYN, 0, gone, NULL);", " \ti = 1;"),
            )
        ),
        "kernel/fork.c:101:45: error: `gone` is registered, and the text does not define it; give --base with the tree that does (text.patch:13)",
    ),
    (
        "a call with too few arguments",
        "",
        patch(
            (FORK, "void __init fork_init(void)", (" \tint i;", "+\tcpuhp_setup_state(CPUHP_BP_PREPARE_DYN, 0);", " \ti = 1;"))
        ),
        "kernel/fork.c:101:2: error: `cpuhp_setup_state` has 2 arguments, and spec/c/dynamic_stacks.toml binds more (text.patch:13)",
    ),
    (
        "two callbacks",
        "",
        patch(
            (FORK, "", ("+static int up(unsigned int cpu)", "+{", "+\treturn 0;", "+}")),
            (
                "kernel/boot.c",
                "void __init fork_init(void)",
                (
                    " \tint i;",
                    "+\tcpuhp_setup_state(CPUHP_BP_PREPARE_DYN, 0, up, NULL);",
                    "+\tcpuhp_setup_state(CPUHP_BP_PREPARE_DYN, 0, up, NULL);",
                    " \ti = 1;",
                ),
            ),
        ),
        "kernel/boot.c:102:45: error: the hook cpu_prepare has an implementation already; bind one of them in the manifest (text.patch:21)",
    ),
    (
        "a demand in another place",
        '[[demands]]\nfunction = "pick"\nhook = "may_switch_to"\nstatement = "ask(prev, next);"\nbefore = "leave"\n',
        patch((SCHEDULER, "static int pick(int x)", (" \tint y = 1;", "+\task(prev, next);", " \treturn y;"))),
        "kernel/sched/core.c:101:2: error: this does not stand before `leave` in pick, where the kernel asks may_switch_to; move it there (text.patch:13)",
    ),
    (
        "a demand that nobody answers",
        '[[demands]]\nfunction = "pick"\nhook = "may_switch_to"\nstatement = "ask(prev, next);"\n',
        patch((SCHEDULER, "static int pick(int x)", (" \tint y = 1;", "+\task(prev, next);", " \treturn y;"))),
        "kernel/sched/core.c:101:2: error: this asks the hook may_switch_to, which nothing implements; bind a function, [[hooks]] (text.patch:13)",
    ),
    (
        "an answer that nobody asks for",
        predicate(
            "return true;",
            hook="may_switch_to",
            parameter="struct task_struct *prev, struct task_struct *next",
            arguments='["prev", "next"]',
        )
        + '[[demands]]\nfunction = "pick"\nhook = "may_switch_to"\nstatement = "ask(prev, next);"\n',
        patch(),
        "{manifest}: error: the text has asked for the hook may_switch_to, and nothing in pick asks it; [[demands]] wants `ask(prev, next);` there",
    ),
    (
        "a variable that is named as one of the kernel's",
        "",
        fault(top="static bool taken_under;\n"),
        "text.patch:25:13: error: the kernel has a variable `taken_under` already; rename this one",
    ),
    (
        "a per-CPU variable that is named as a field of the kernel's",
        "",
        fault(top="static DEFINE_PER_CPU(bool, online);\n"),
        "text.patch:25:29: error: Cpu has a field `online` already; rename this one",
    ),
    (
        "C without what the bundled manifest is for",
        "",
        "int x;\n",
        "{folder}/text.patch: error: this does not define dynamic_stack_fault, so that nothing says what it is to the kernel; a patch of dynamic kernel stacks does, and --manifest names another manifest; a model in Python has a name that ends in .py",
    ),
]
