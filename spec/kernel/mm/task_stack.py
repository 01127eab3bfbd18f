# SPDX-License-Identifier: GPL-2.0-only
"""References to stacks (include/linux/sched/task_stack.h). A protocol that takes some writes `STACK_REFCOUNT = 1` in its text."""

from checker.language import atomic, check, routine
from spec.kernel.entry.contexts import context, is_unmaskable
from spec.kernel.mm.stack_cache import drop_stack_reference
from spec.kernel.parameters import REFCOUNTED
from spec.kernel.records import Task, this_cpu
from spec.properties.no_wild_pointer import no_wild_pointer
from spec.properties.service_context import service_context


@routine
def try_get_task_stack(task: Task) -> bool:
    """try_get_task_stack(task): takes a reference to the task's stack, with which that stays as it is when the task dies, until
    put_task_stack(). False, Linux's NULL: nobody has one any more, the task itself included.

    Context: any. Takes no lock: refcount_inc_not_zero(&tsk->stack_refcount)."""
    with atomic("refcount_inc_not_zero: a loop of cmpxchg"):
        check(REFCOUNTED, no_wild_pointer, "nobody counts references to {task}'s stack; write STACK_REFCOUNT = 1 in the model")
        if task.stack_refcount == 0:
            return False
        task.stack_refcount += 1
        return True


@routine
def put_task_stack(task: Task) -> None:
    """put_task_stack(task): gives the reference back. Whoever gives back the last one of a dead task releases the stack, where it
    is: the hook stack_released, then the cache or RCU. The task's own is given back in finish_task_switch, by whoever follows it.

    Context: any but NMI and stack fault, as it may call call_rcu() (kernel/fork.c). Takes no lock."""
    with atomic("looks at the CPU's own preempt count only"):
        where = context(this_cpu())
        check(
            not is_unmaskable(where),
            service_context,
            "put_task_stack(), which may free {task}'s stack, is called in {where} context",
        )
    drop_stack_reference(task)
