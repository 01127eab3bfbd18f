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
        "a constant that is in its enum twice",
        fault("number = A;", top="enum { A, B, «A };\n"),
        "`A` is in this enum twice; rename one",
    ),
    (
        "a constant that is in two enums",
        fault("number = A;", top="enum { A };\nenum { B, «A };\n"),
        "`A` is defined at {file}:25:8 already; rename one",
    ),
    (
        "a constant of an enum that is a variable too",
        fault("number = spare_pages;", top="enum { «spare_pages };\nstatic int spare_pages;\n"),
        "`spare_pages` has a meaning already; rename this constant",
    ),
    (
        "a constant of an enum that is a function too",
        fault("number = step;", top="enum { «step };\n"),
        "`step` has a meaning already; rename this constant",
    ),
    (
        "a constant of an enum whose value is none",
        fault("number = A;", top="enum { A = «step(1) };\n"),
        "this has to be a constant; write numbers, sizes and operators only",
    ),
    (
        "a constant of an enum whose value is a variable",
        fault("number = A;", top="enum { A = «number };\n"),
        "`number` is not a size: neither the text, [sizes] nor the kernel has it",
    ),
    (
        "a constant of an enum that is no int",
        fault("number = A;", top="enum { «A = 0x80000000 };\n"),
        "`A` is 2147483648, which is no int; a constant of an enum is one",
    ),
    (
        "a constant of an enum that counts beyond an int",
        fault("number = 1 + A;", top="enum { A = 0x7fffffff, «B };\n"),
        "`B` is 2147483648, which is no int; a constant of an enum is one",
    ),
    (
        "a constant of an enum that is less than an int",
        fault("number = 1 + A;", top="enum { «A = -2147483649 };\n"),
        "`A` is -2147483649, which is no int; a constant of an enum is one",
    ),
    (
        "a constant of an enum that is made of a later one",
        fault("number = A;", top="enum { A = «B, B };\n"),
        "`B` has no value yet: it is defined here or further down",
    ),
    (
        "a constant of an enum that is made of a later enum",
        fault("number = A;", top="enum { A = «B };\nenum { B = A };\n"),
        "`B` has no value yet: it is defined further down",
    ),
    (
        "an enum whose type is signed",
        fault("number = B;", top="enum kind { «A = -1, B };\n"),
        "`A` is -1, which makes the type of its enum signed; an enum whose type is used begins at 0. Leave out the tag, or use int",
    ),
    (
        "an enum inside of a function",
        fault("«enum { A = 3 } kind = A;", "number = kind;", top="enum { A };\n"),
        "an enum inside of a function; define it at file scope",
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
