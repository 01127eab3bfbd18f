# SPDX-License-Identifier: GPL-2.0-only
"""Variables and types of C that a model does not have."""

from __future__ import annotations

from tests.language.c.refused.text import Case, fault, lines

VARIABLES: list[Case] = [
    (
        "a constant that is none",
        fault("number = x[0];", top="static int x[«step(1)];\n"),
        "this has to be a constant; write numbers, sizes and operators only",
    ),
    (
        "a constant that has no value",
        fault("number = x[0];", top="static int x[1 «/ 0];\n"),
        "this has no value in C; a divisor is not 0, and a shift is by less than 64 places",
    ),
    (
        "a size that is not known",
        fault("number = x;", top="static int x = «NOTHING;\n"),
        "`NOTHING` is not a size: neither the text, [sizes] nor the kernel has it",
    ),
    (
        "an initial value that does not fit",
        fault("number = x;", top="static int x = «5000000;\n"),
        "`x` begins as 5000000, which a model does not have there; begin with 0",
    ),
    (
        "a struct of the kernel",
        fault("number = x;", top="static struct list_head «x;\n"),
        "`x`: a model has no variable of the type struct list_head; bind it in the manifest, [data]",
    ),
    (
        "a struct that begins as a number",
        fault("number = x.n;", top="static struct pool x = «1;\n"),
        "`x` begins as another struct; write { .member = value }",
    ),
    (
        "a struct without names of members",
        fault("number = x.n;", top="static struct pool x = { «1, 2 };\n"),
        "`x`: write the members with their names, { .member = value }",
    ),
    (
        "a pointer to what the kernel does not have",
        fault("number = x;", top="static struct list_head *«x;\n"),
        "`x`: a model has no variable of the type struct list_head *",
    ),
    (
        "an array without a length",
        fault("number = x[0];", top="static int «x[];\n"),
        "`x` has no length; write it",
    ),
    (
        "an array of no elements",
        fault("number = x[0];", top="static int «x[0];\n"),
        "`x` has 0 elements; it needs at least one",
    ),
    (
        "an array without an end",
        fault("number = x[0];", top="static int «x[99999999999];\n"),
        "`x` has 99,999,999,999 elements, and 10,000 are the most; choose a smaller length",
    ),
    (
        "an array of locks",
        fault("raw_spin_lock(&x[0]);", top="static raw_spinlock_t «x[2];\n"),
        "`x`: a model has single locks and one for each CPU, no arrays of them and none in other structs",
    ),
    (
        "a struct in itself",
        fault(
            "number = x.next.next.next.next.next.next.next.next.next.next.n;",
            top=lines("struct ring {", "\tstruct ring «next;", "};", "static struct ring x;"),
        ),
        "`ring` has itself inside, or structs 8 deep; a model has flatter ones",
    ),
    (
        "an array of structs",
        fault("number = x[0].n;", top="static struct pool «x[2];\n"),
        "`x` is an array of structs, which a model does not have; use one array for each member",
    ),
    (
        "an array with initial values",
        fault("number = x[0];", top="static int «x[2] = { 1, 2 };\n"),
        "an array with initial values; leave them out, all elements begin as 0",
    ),
    (
        "a variable that is there twice",
        fault("number = x;", top=lines("static int x;", "static int «x;")),
        "`x` is defined twice; rename one, as a model keeps them in one place",
    ),
    (
        "a function twice",
        fault(
            "twice();",
            top=lines("static int twice(void)", "{", "\treturn 1;", "}", "«static int twice(void)", "{", "\treturn 1;", "}"),
        ),
        "`twice` is defined at {file}:25:1 already; decide by the configuration which one is meant",
    ),
    (
        "a function that ends in the middle",
        fault("cut();", top=lines("static int cut(void)", "{", "\treturn 1 +«;", "}")),
        "expected an expression before `;`",
    ),
    (
        "a second irq_work",
        fault("number = 1;", top=lines("static struct irq_work a;", "static struct irq_work «b;")),
        "this is the second irq_work, and the modelled kernel has one; put them together",
    ),
    (
        "an irq_work with two functions",
        fault(
            "init_irq_work(&work, «two);",
            top=lines(
                "static void one(struct irq_work *w)",
                "{",
                "}",
                "static void two(struct irq_work *w)",
                "{",
                "}",
                "static struct irq_work work = IRQ_WORK_INIT(one);",
            ),
        ),
        "`work` is given two functions; the modelled kernel has one for it",
    ),
    (
        "an irq_work whose function is not there",
        fault("irq_work_queue(&work);", top="static struct irq_work work = «IRQ_WORK_INIT(gone);\n"),
        "the text does not define `gone`; give --base with the tree that does",
    ),
    (
        "an irq_work without a function",
        fault("irq_work_queue(&work);", top="static struct irq_work work = «1;\n"),
        "this has to name the function that irq_work runs: IRQ_WORK_INIT(function)",
    ),
]
