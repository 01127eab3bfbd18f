# SPDX-License-Identifier: GPL-2.0-only
"""Calls of the kernel's that a model does not have in that form."""

from __future__ import annotations

from tests.language.c.refused.text import Case, fault

TABLE: list[Case] = [
    (
        "a way from a member to its struct",
        fault("«container_of(&number, struct pool, n);"),
        "a model has no way from a member back to its struct; pass a pointer to the struct",
    ),
    (
        "a lock that keeps softirqs out",
        fault("«spin_lock_bh(&l);"),
        "softirqs cannot be turned off without interrupts here; use the variants with _irqsave and _irqrestore",
    ),
    (
        "softirqs that are turned off",
        fault("«local_bh_disable();"),
        "softirqs cannot be turned off without interrupts here; use the variants with _irqsave and _irqrestore",
    ),
    (
        "an area that is freed with its pages",
        fault("«vfree(tsk->stack);"),
        "vfree is not modelled; write what it does: remove_vm_area(), __free_page() for each page, then kfree() of the area",
    ),
    (
        "what is to be done behind a grace period",
        fault("«call_rcu(&number, nothing);"),
        "grace periods of RCU are the modelled kernel's own; give it back at once, or have it done by irq_work_queue()",
    ),
    (
        "a grace period that is waited for",
        fault("«synchronize_rcu();"),
        "grace periods of RCU are the modelled kernel's own; give it back at once, or have it done by irq_work_queue()",
    ),
    (
        "a pointer with an error code in it",
        fault("spare = «ERR_PTR(-ENOMEM);"),
        "a pointer has no error code in it here; return NULL, or the code as an int and the pointer by an argument",
    ),
    (
        "whether a number is an error code",
        fault("flag = IS_ERR(«number);"),
        "this is no pointer; test the number that the call returns",
    ),
    (
        "whether an array is there",
        fault("flag = IS_ERR_OR_NULL(«row);"),
        "this address is never NULL here; use IS_ERR()",
    ),
    (
        "the smaller of two pointers",
        fault("number = «min(row, row);"),
        "these are no numbers, and have no order",
    ),
    (
        "the smaller of two as a pointer",
        fault("number = «min_t(void *, 1, 2);"),
        "these are no numbers of an integer type, and have no order",
    ),
    (
        "the size of what is no array",
        fault("number = ARRAY_SIZE(«number);"),
        "this is no array whose length is known",
    ),
    (
        "what is asked when the kernel is built",
        fault("BUILD_BUG_ON(«number);"),
        "this is no constant of the model; leave it out",
    ),
    (
        "what does not hold when the kernel is built",
        fault("BUILD_BUG_ON(PAGE_SIZE «== 4096);"),
        "this holds at the sizes that are checked, so that the kernel does not compile",
    ),
    (
        "a bit of a page",
        fault("set_bit(1, «&spare);"),
        "this is no pointer to an integer; bits and counts have only those",
    ),
    (
        "a bit of an int",
        fault("set_bit(1, «&number);"),
        "bits are those of an unsigned long",
    ),
    (
        "a bit that is too high",
        fault("set_bit(«40, &word);"),
        "bits 0 to 20 of a word are modelled, not 40",
    ),
    (
        "flags that nobody saved",
        fault("local_irq_restore(«row);"),
        "these are not the flags that local_irq_save has saved; give it those",
    ),
    (
        "an irq_work that is none",
        fault("irq_work_queue(«&number);"),
        "this is no pointer to an irq_work of the text; define one, of type struct irq_work",
    ),
    (
        "an option that is none",
        fault("number = IS_ENABLED(«flag);"),
        "it depends on `flag`, which is not decided (line 27): set it in [config]",
    ),
    (
        "an old value that is no local",
        fault("try_cmpxchg(&number, «&row[0], 1);"),
        "the second argument is the address of a local here; write `&old`",
    ),
    (
        "flags that are saved elsewhere",
        fault("local_irq_save(«word);"),
        "flags are saved in a local here; declare `unsigned long flags`",
    ),
    (
        "flags of another lock",
        fault("raw_spin_lock(&l);", "raw_spin_unlock_irqrestore(&l, «0);"),
        "these are not the flags that a lock has saved; give it those",
    ),
    (
        "a page that is given back by kfree",
        fault("kfree(«spare);"),
        "only an area, and the array of its pages, can be given back by kfree here",
    ),
    (
        "two pages at once",
        fault("spare = alloc_pages(GFP_KERNEL, «1);"),
        "only pages of order 0 are modelled; allocate single pages",
    ),
    (
        "an area of another size",
        fault("get_vm_area_node(«PAGE_SIZE, 1, VM_MAP, 0, GFP_KERNEL, 0);"),
        "only areas of the size of a stack are modelled; give THREAD_SIZE",
    ),
    (
        "not the lowest address of an area",
        fault("remove_vm_area(«(void *)(address + 1));"),
        "this is not the lowest address of an area; give its `addr`",
    ),
    (
        "an entry of no page table",
        fault("set_pte_at(&init_mm, address, tsk->stack_vm_area«->pages, mk_pte(spare, PAGE_KERNEL));"),
        "this is no pointer to a page table entry; take it from virt_to_kpte",
    ),
    (
        "a struct where a per-CPU number has to be",
        fault("this_cpu_read(«pools);"),
        "this is a pointer to the struct pool `pools`, and has to be a number or a pointer that is per CPU",
    ),
    (
        "a struct that is counted",
        fault("__this_cpu_inc(«pools);"),
        "this is a pointer to the struct pool `pools`, and has to be a number or a pointer that is per CPU",
    ),
    (
        "the number of a CPU that is none",
        fault("per_cpu(own, «number) = 1;"),
        "this is an integer from 0 to 2097151, and has to be the number of a CPU; do not compute with such numbers",
    ),
    (
        "a page that is zeroed, in place of its memory",
        fault("clear_page(«spare);"),
        "this is not the memory of a page; take it from page_address()",
    ),
    (
        "a page that is filled",
        fault("memset(page_address(spare), «1, PAGE_SIZE);"),
        "what pages hold is zeros or not zeros in a model; write 0 only",
    ),
    (
        "a part of a page that is zeroed",
        fault("memset(page_address(spare), 0, «8);"),
        "a model zeroes whole pages; give PAGE_SIZE",
    ),
    (
        "a cgroup in a branch",
        fault("if (flag)", "\t«set_active_memcg(NULL);"),
        "set_active_memcg stands in a loop or a branch; call it at the outer level of the function",
    ),
]
