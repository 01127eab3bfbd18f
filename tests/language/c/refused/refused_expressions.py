# SPDX-License-Identifier: GPL-2.0-only
"""Expressions of C that a model does not have."""

from __future__ import annotations

from tests.language.c.refused.text import Case, fault, lines

EXPRESSIONS: list[Case] = [
    (
        "an address in an area times a number",
        fault("word = address «* 2;"),
        "`*` of an address in an area has no value in a model; only + and - of bytes, comparisons, PAGE_ALIGN_DOWN and `& ~(size - 1)` have",
    ),
    (
        "an address with a mask that is no size",
        fault("word = address «& 5;"),
        "`&` of an address in an area has no value in a model; only + and - of bytes, comparisons, PAGE_ALIGN_DOWN and `& ~(size - 1)` have",
    ),
    (
        "the value of an assignment to flags",
        fault("number = (tsk->flags «|= 0);"),
        "the value of this assignment is used; assign first, in a statement of its own",
    ),
    (
        "an array that is changed by an operator",
        fault("tsk->stack_vm_area->pages «+= 1;"),
        "this is assigned to as a whole only",
    ),
    (
        "effects on both sides of an assignment",
        fault("row[step(1) & 1] «= step(0);"),
        "both sides have effects, and C leaves open which comes first; write two statements",
    ),
    (
        "flags that are multiplied",
        fault("tsk->flags «*= 2;"),
        "`*=` of flags; only &, | and ^ have a meaning there",
    ),
    (
        "the old value of a pointer that moves",
        fault("int *p = row;", "int *q;", "q = p«++;"),
        "`++` behind a pointer, whose old value is used; write two statements",
    ),
    (
        "a function that is not known",
        fault("«frobnicate(1);"),
        "`frobnicate` is not known: the text does not define it, and it is not in docs/reference/c-api.md; give --base with the tree that defines it",
    ),
    (
        "a function that returns an address",
        fault(
            "get(tsk);",
            top=lines("static unsigned long get(struct task_struct *tsk)", "{", "\t«return (unsigned long)tsk->stack;", "}"),
        ),
        "`get` returns an address in an area, which a model cannot return; return what it is of",
    ),
    (
        "an argument without a value",
        fault("step(«nothing());"),
        "a function without a result gives no argument",
    ),
    (
        "an argument of another kind",
        fault("take(«tsk);", top=lines("static void take(struct page *page)", "{", "}")),
        "this parameter takes a reference to Page, and this is a reference to Task",
    ),
    (
        "an argument that is no struct that the parameter holds",
        fault("take(tsk«->stack);", top=lines("static void take(struct page *page)", "{", "\tspare = page;", "}")),
        "this parameter takes a reference to Page, and this is an address in an area",
    ),
    (
        "a call through a pointer",
        fault("«address();"),
        "a call through a pointer; the function has to be known, so call it by its name",
    ),
    (
        "another number of arguments",
        fault("«alloc_pages(GFP_KERNEL);"),
        "`alloc_pages` has 1 argument here; the one that the modelled kernel has takes 2. It is another version of the kernel's: docs/reference/c-api.md says which",
    ),
    (
        "two arguments with effects",
        fault("add(step(1), «step(2));", top=lines("static int add(int a, int b)", "{", "\treturn a + b;", "}")),
        "two arguments have effects, and C leaves open which comes first; write two statements",
    ),
    (
        "an argument that reads beside one with effects",
        fault("int i = 0;", "add(number, i«++);", top=lines("static int add(int a, int b)", "{", "\treturn a + b;", "}")),
        "this argument has effects, and others read; write two statements",
    ),
    (
        "a call where a cgroup is active",
        fault("set_active_memcg(mem_cgroup_from_task(tsk));", "«step(1);"),
        "`step` is called after set_active_memcg(), which would hold in it too; move set_active_memcg() into a function that calls no "
        "function of the text after it",
    ),
    (
        "a number where an address has to be",
        fault("set_pte_at(&init_mm, «1, virt_to_kpte(address), mk_pte(spare, PAGE_KERNEL));"),
        "this is 1, and has to be an address in an area",
    ),
    (
        "a local of two kinds",
        fault("int *p = row;", "if (flag)", "\tp «= column;", "number = *p;"),
        "`p` gets a pointer into column here, and another kind of value elsewhere; use two variables",
    ),
    (
        "a local that gets nothing",
        fault("int «i = nothing();"),
        "`i` gets the result of a function that has none",
    ),
    (
        "a local without a value",
        fault("int i;", "if (flag)", "\ti = 1;", "number = «i;"),
        "`i` may be read here before it has a value; give it one on every way to this line",
    ),
    (
        "a local without a value behind a do loop",
        fault("int i;", "do {", "\tif (flag)", "\t\tbreak;", "\ti = 1;", "} while (number);", "number = «i;"),
        "`i` may be read here before it has a value; give it one on every way to this line",
    ),
    (
        "a local without a value behind &&",
        fault("int i;", "if (flag && (i = step(1)))", "\tnumber = i;", "number = «i;"),
        "`i` may be read here before it has a value; give it one on every way to this line",
    ),
    (
        "a local without a value in one case",
        fault(
            "int i;",
            "switch (number) {",
            "case 0:",
            "\tif (flag)",
            "\t\tbreak;",
            "\ti = 1;",
            "\tbreak;",
            "default:",
            "\ti = 2;",
            "}",
            "number = «i;",
        ),
        "`i` may be read here before it has a value; give it one on every way to this line",
    ),
    (
        "a pointer that nobody knows the target of",
        fault("void *«p = NULL;"),
        "what `p` points to is not known here; give it its first value where it has one",
    ),
    (
        "a number in a type that is none",
        fault("vm_fault_t «found = step(1);"),
        "`found` is a vm_fault_t, and gets a number here; declare it as an integer",
    ),
    (
        "a floating point number",
        fault("number = «1.5;"),
        "a floating point number has no counterpart in a model; write it in plain C",
    ),
    (
        "a pointer into an array times 2",
        fault("number = row «* 2;"),
        "`*` of a pointer into row and 2 has no value in a model",
    ),
    (
        "a number beside flags",
        fault("flag = tsk->flags «& 4;"),
        "only named bits can stand beside TaskFlags here: PF_DYNAMIC_STACK; bind others in the manifest, [constants]",
    ),
    (
        "?: with effects",
        fault("int i = 0;", "number = flag «? i++ : 0;"),
        "the operands of `?:` have effects, or are addresses; write an `if`",
    ),
    (
        "?: without its middle",
        fault("number = number «?: 1;"),
        "`?:` without a middle operand; write the operand twice, or use an `if`",
    ),
    (
        "a cast of an area",
        fault("number = «(struct page)tsk->stack_vm_area;"),
        "a reference to VmArea is not cast to this type in a model",
    ),
    (
        "a cast of an address to an int",
        fault("number = «(int)address;"),
        "an address in an area is not cast to this type in a model",
    ),
    (
        "a pointer to another record",
        fault("spare = «(struct page *)tsk;"),
        "a pointer to Task is taken for one to Page here; a model keeps them apart",
    ),
    (
        "a pointer in an int",
        fault("number = «(int)spare;"),
        "a pointer does not fit into this type; cast it to unsigned long",
    ),
    (
        "nothing that is tested",
        fault("if («nothing())", "\tnumber = 1;"),
        "a function without a result is tested here",
    ),
    (
        "an address where a page has to be",
        fault("spare «= tsk->stack;"),
        "`spare` takes a reference to Page, and this is an address in an area",
    ),
    (
        "a number in flags",
        fault("tsk->flags «= 4;"),
        "`flags` takes TaskFlags, whose bits have names here and no numbers: PF_DYNAMIC_STACK",
    ),
    (
        "what makes no difference is tested",
        fault("if («PAGE_KERNEL)", "\tnumber = 1;"),
        "the protection of a page makes no difference in the model, and cannot be tested",
    ),
    (
        "the number of a CPU that is tested",
        fault("if («smp_processor_id())", "\tnumber = 1;"),
        "the number of a CPU is tested, and none has a fixed number here; compare it with another",
    ),
    (
        "the number of a CPU that is fixed",
        fault("unsigned int cpu = smp_processor_id();", "cpu «= 0;"),
        "`cpu` is the number of a CPU, and none has a fixed number here; take it from a call",
    ),
    (
        "the number of a CPU beside a number",
        fault("if (smp_processor_id() «== 0)", "\tnumber = 1;"),
        "the number of a CPU is compared with another number, and none has a fixed one here",
    ),
    (
        "a number that is too large",
        fault("word = «99999999999999999999;"),
        "the number does not fit 64 bits",
    ),
    (
        "a pointer as a number",
        fault("number = spare «+ 1;"),
        "a pointer is not a number here; cast it to unsigned long first",
    ),
    (
        "a negative number that is divided",
        fault("number = -4 «/ 2;"),
        "`/` of a negative value; C leaves it to the compiler what comes out",
    ),
    (
        "a shift by too much",
        fault("number = 1 «<< 32;"),
        "a shift by 32 places or more; C leaves it to the compiler what comes out",
    ),
    (
        "flags as a number",
        fault("number «= tsk->flags;"),
        "TaskFlags is no number here, as its bits have names only; use & | ^ with its names",
    ),
    (
        "a sum that overflows",
        fault("number = 2147483647 «+ 1;"),
        "this is 2147483648, which overflows; use an unsigned type",
    ),
    (
        "what is not compared",
        fault("if (tsk->stack «== row)", "\tnumber = 1;"),
        "an address in an area and a pointer into row are not compared in a model",
    ),
    (
        "pointers into two arrays of a kind, by <",
        fault(
            "struct page **p = tsk->stack_vm_area->pages, **q = current->stack_vm_area->pages;", "if (p «< q)", "\tnumber = 1;"
        ),
        "`<` orders pointers into different arrays; compare them with == or !=",
    ),
    (
        "an address beside effects",
        fault("int i = 0;", "if (tsk->stack + 1 > tsk«->stack + i++)", "\tnumber = 2;"),
        "this is used beside an operand with effects; write two statements",
    ),
    (
        "two operands with effects",
        fault("number = step(1) «+ step(2);"),
        "both operands (at column 11 and 21) have effects, and C leaves open which comes first; write two statements",
    ),
    (
        "what makes no difference is compared",
        fault("if (PAGE_KERNEL «== 1)", "\tnumber = 1;"),
        "the protection of a page makes no difference in the model, and cannot be compared",
    ),
    (
        "pointers by <",
        fault("if (spare «< current)", "\tnumber = 1;"),
        "`<` orders pointers, whose order a model does not have; compare them with == or !=",
    ),
]
