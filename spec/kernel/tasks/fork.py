# SPDX-License-Identifier: GPL-2.0-only
"""fork: a task and its stack."""

from checker.language import atomic, check, choose, every, null, routine
from spec.kernel.hooks import alloc_vmap_stack, free_vmap_stack, task_forked
from spec.kernel.mm.memory import memcg_kmem_charge_page, memcg_kmem_uncharge_page
from spec.kernel.parameters import AREA_OOM, DEPTH_KEPT, REFCOUNTED, STACK_PAGES, TASKS_END
from spec.kernel.records import Gfp, PagesArray, Task, TaskState, VmArea, this_cpu
from spec.kernel.tasks.plain_work import is_unused
from spec.properties.no_wild_pointer import no_wild_pointer
from spec.properties.remote_access import remote_access
from spec.properties.zeroed import zeroed


@routine
def memcg_charge_kernel_stack(stack: VmArea, task: Task) -> bool:
    """memcg_charge_kernel_stack(): charges the pages that the stack has, or none of them. Linux: to current's group, which is
    the child's too; here each task has its own, so that a wrong charge shows, and it is the child's."""
    if AREA_OOM:
        check(stack.array is PagesArray.THERE, no_wild_pointer, "{stack}.pages, which is {stack.array}, is dereferenced")
    for i in range(STACK_PAGES):
        if i >= stack.nr_pages:
            break
        if not memcg_kmem_charge_page(stack.pages[i], Gfp.DIRECT_RECLAIM, task):
            for j in range(i):
                memcg_kmem_uncharge_page(stack.pages[j])
            return False
    return True


@routine
def get_cached_stack() -> VmArea | None:
    """The part of alloc_thread_stack_node() that looks into this CPU's cache, and zeroes the stack that it finds there. Linux
    with dynamic stacks zeroes the pages that vm_area->pages lists."""
    with atomic("this_cpu_xchg; the stack is then nobody else's"):
        cpu = this_cpu()
        stack = cpu.cached_stack
        cpu.cached_stack = None
        if stack is not None:
            for i in range(STACK_PAGES):
                if i < stack.nr_pages:
                    stack.pages[i].dirty = False
        return stack


@routine
def alloc_thread_stack_node(task: Task) -> bool:
    """alloc_thread_stack_node(): gives the task a stack. False: there is none."""
    stack: VmArea | None = None
    if TASKS_END:
        stack = get_cached_stack()
    if stack is None:
        stack = alloc_vmap_stack()
    if stack is None:
        return False
    # Linux sets this after the charge; nobody looks in between, but the properties want to know whose stack it is.
    task.stack_vm_area = stack
    if not memcg_charge_kernel_stack(stack, task):
        task.stack_vm_area = null(VmArea)
        free_vmap_stack(stack)
        return False
    return True


@routine
def copy_process() -> None:
    """copy_process(): a child, if there is memory for it and room for it (the last that there was may have been taken by
    another CPU since this was decided). Linux: copy_thread() (arch/x86/kernel/process.c) writes the child's registers and first
    frame to the top of its stack. That is the parent's access to a stack not its own, where a fault would be one that nobody
    can resolve. Here the wakeup checks for it. Left out: all but the flags and the stack; that copy_thread may need more than
    one page; STACK_END_MAGIC at the other end, which dynamic stacks do without."""
    with atomic("dup_task_struct copies the parent into a task_struct of its own"):
        if not any(is_unused(task) for task in every(Task)):
            return
        parent = this_cpu().current
        child = choose(task for task in every(Task) if is_unused(task))
        child.state = TaskState.TASK_NEW
        child.flags = parent.flags
        child.cpu = None
        if DEPTH_KEPT:
            child.depth = 0
    task_forked(child)
    if alloc_thread_stack_node(child):
        with atomic("wake_up_new_task puts the child on a runqueue under its lock; from then on it uses its stack"):
            stack = child.stack_vm_area
            check(
                stack.pte[0] is not None,
                remote_access,
                "{this_cpu().current} writes the first frame of {child} to level 0 of {stack}, which is not mapped",
            )
            for level in range(STACK_PAGES):
                if stack.pte[level] is not None:
                    check(
                        not stack.pte[level].dirty,
                        zeroed,
                        "{child} starts on {stack} with old data in the page at level {level}",
                    )
                    stack.pte[level].dirty = True
            child.state = TaskState.TASK_RUNNING
            if REFCOUNTED:
                child.stack_refcount = 1  # Linux sets it before, when nobody finds the child yet
    else:
        child.state = TaskState.TASK_DEAD
