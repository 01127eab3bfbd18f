# SPDX-License-Identifier: GPL-2.0-only
"""Tasks and their memory cgroups."""

from __future__ import annotations

from checker.language import tree
from checker.language.c import syntax
from checker.language.c.translate.fitting import fitted
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.table import entry
from checker.language.c.translate.types import CBool, CPointer, CStruct
from checker.language.c.translate.values import Nothing, Scalar, Value
from spec.c.stacks.memory import SET_ACTIVE_MEMCG

GROUP = CPointer(CStruct("mem_cgroup"))
"""A pointer to a memory cgroup: here each task is alone in its own, and stands for it."""


@entry(1, "is_idle_task")
def is_idle_task(code: StatementTranslator, call: syntax.Call) -> Value:
    """Whether the task is a CPU's idle task, which never changes (include/linux/sched.h)."""
    task = code.reference(call.arguments[0], "Task")
    field = code.text.kernel.field("Task", "idle")
    return Scalar(tree.Read(at(call), field.type, tree.Place(at(call), field, "Task", task)), CBool())


@entry(1, "task_stack_page", "task_stack_vm_area")
def task_stack_page(code: StatementTranslator, call: syntax.Call) -> Value:
    """The member `stack` or `stack_vm_area` of the task (include/linux/sched/task_stack.h)."""
    assert isinstance(call.function, syntax.Name)
    name = "stack" if call.function.name == "task_stack_page" else "stack_vm_area"
    return code.value(syntax.Member(call.position, call.arguments[0], name, True))


@entry(2, "account_kernel_stack")
def account_kernel_stack(code: StatementTranslator, call: syntax.Call) -> Value:
    """Nothing: it counts the pages of a stack in the statistics, for which the modelled kernel does not look at them at fork
    either (kernel/fork.c)."""
    code.dropped(*call.arguments)
    code.text.assume("account_kernel_stack() counts what the stack has then; that it looks at each page is left out")
    return Nothing()


# -- whose memory cgroup is charged --


@entry(1, "mem_cgroup_from_task")
def mem_cgroup_from_task(code: StatementTranslator, call: syntax.Call) -> Value:
    """The task's memory cgroup (mm/memcontrol.c)."""
    return Scalar(code.reference(call.arguments[0], "Task"), GROUP)


@entry(1, SET_ACTIVE_MEMCG)
def set_active_memcg(code: StatementTranslator, call: syntax.Call) -> Value:
    """From here on in this function memcg_kmem_charge_page() charges that cgroup, NULL: current's. Its value is the one before.
    Left out: that it is a variable of the task, which nobody else writes. It has to stand outside of loops and branches, and
    no function of the text may be called while a cgroup is active (include/linux/sched/mm.h)."""
    if code.loops or len(code.blocks) > 1:
        raise error(call, "set_active_memcg stands in a loop or a branch; call it at the outer level of the function")
    group = tree.ReferenceType("Task")
    before = code.in_force.get(SET_ACTIVE_MEMCG) or tree.Constant(at(call), group, 0)
    old = code.kept(call, Scalar(before, GROUP))
    new = code.kept(call, Scalar(fitted(at(call), code.value(call.arguments[0]), group, "the cgroup"), GROUP))
    assert isinstance(new, Scalar)
    code.in_force[SET_ACTIVE_MEMCG] = new.expression
    return old
