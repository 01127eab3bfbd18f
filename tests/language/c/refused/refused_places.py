# SPDX-License-Identifier: GPL-2.0-only
"""Places that a model does not have."""

from __future__ import annotations

from tests.language.c.refused.text import Case, fault, lines

PLACES: list[Case] = [
    (
        "a function of the kernel in a whole file, into which a hook is put",
        fault(top=lines("«static void __schedule(int mode)", "{", "}")),
        "`__schedule` is the kernel's, and a whole file does not tell which of its statements are the protocol's; give the patch, "
        "with --base, or bind what is called there in the manifest: [[hooks]] with the hook schedule_start",
    ),
    (
        "an assignment to a call",
        fault("«step(1) = 2;"),
        "this is no place in a model; write a variable, a member or an element",
    ),
    (
        "an assignment to an array",
        fault("«row = 0;"),
        "this cannot be assigned to in a model; assign to a variable, a member or an element",
    ),
    (
        "an assignment to what the kernel sets",
        fault("tsk«->stack = 0;"),
        "`stack` is set by the kernel alone; leave it",
    ),
    (
        "a lock as a value",
        fault("number = «l;"),
        "a lock is a value here; take its address",
    ),
    (
        "the address of an address",
        fault("word = «&tsk->stack;"),
        "the address of this has no counterpart in a model",
    ),
    (
        "a number as an array",
        fault("number = «number[1];"),
        "this is an integer from 0 to 2097151, and not a pointer into an array; only such a one has elements",
    ),
    (
        "a number that is followed",
        fault("number = «*number;"),
        "this is an integer from 0 to 2097151, and not a pointer into an array; only such a one has elements",
    ),
    (
        "a name that is not known",
        fault("number = «unknown;"),
        "`unknown` is not known: neither the text nor the modelled kernel has it; give --base with the tree that has it, or bind it in the manifest",
    ),
    (
        "a member that a struct does not have",
        fault("number = pool«.m;"),
        "struct pool has no member `m`",
    ),
    (
        "an area in place of a number",
        fault("number = row + row[«row];"),
        "this is a pointer into row, where a number or a pointer to an object is needed",
    ),
    (
        "a member of an array",
        fault("number = row«->n;"),
        "`->n`: this is a pointer into row, which has no members",
    ),
    (
        "a member of a number",
        fault("number = number«->n;"),
        "`->n`: this is u32, which has no members",
    ),
    (
        "a member that the kernel does not have",
        fault("number = tsk«->pid;"),
        'struct task_struct has no member `pid` that the modelled kernel knows; bind it in the manifest, [members] "task_struct.pid" = "Record.field", or leave it out',
    ),
    (
        "an array that is replaced",
        fault("tsk->stack_vm_area->pages «= 0;"),
        "`pages` is a part of VmArea here, with room for all; it is not replaced",
    ),
    (
        "what is not per CPU",
        fault("this_cpu_read(«number);"),
        "this is no per-CPU variable of the text; define it with DEFINE_PER_CPU, or bind it in the manifest, [data]",
    ),
    (
        "what is per CPU, by its name",
        fault("number = «own;"),
        "`own` is per CPU; take it by this_cpu_ptr, per_cpu_ptr or this_cpu_read",
    ),
    (
        "a second element of one value",
        fault("number = «*(&number + 1);"),
        "`number` is one value, not an array; the pointer may only point to it",
    ),
    (
        "a struct as a value",
        fault("pool = «*&pool;"),
        "a struct pool is a value here, which a model does not have; use a pointer to it",
    ),
    (
        "the address of a local",
        fault("int i = 0;", "number = *(«&i);"),
        "the address of the local `i` has no counterpart in a model; pass its value, and return one",
    ),
    (
        "a member of a local",
        fault("int i = 0;", "number = «i.n;"),
        "the local `i` has no members and no address in a model; use its value",
    ),
    (
        "an element of a struct that is per CPU",
        fault("this_cpu_read(pools«[1]);"),
        "this is no array, and has no elements",
    ),
    (
        "a member of what is no struct",
        fault("number = number«.n;"),
        "`.n`: this is no struct of the text, and only such a one has members in a model",
    ),
    (
        "a bit-field",
        fault("number = bits.a;", top=lines("struct bits {", "\tunsigned int «a : 1;", "};", "static struct bits bits;")),
        "`a` is a bit-field: a store to it also stores its neighbours; use a member of its own",
    ),
]
