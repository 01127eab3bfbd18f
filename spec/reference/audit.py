# SPDX-License-Identifier: GPL-2.0-only
"""What is wrong with a machine as it stands, found by looking at all of it: what no step has stumbled over yet.

While a fault handler works on a stack, or the protocol moves a page, things are halfway by necessity; so what is looked
for there waits until that is over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from spec.reference.kernel import failures as found
from spec.reference.kernel.kernel import Kernel
from spec.reference.kernel.objects import NULL, TAG, Cpu, Page, Task, TaskState, VmArea
from spec.reference.machine import Machine

PROTOCOL_CODE = frozenset(
    (
        "alloc_vmap_stack",
        "cpu_dead",
        "cpu_prepare",
        "exit_task_stack_account",
        "exc_page_fault",
        "free_vmap_stack",
        "schedule_start",
        "stack_released",
        "switch_finished",
        "task_forked",
    )
)
"""Where a page can be on its way from one place to another, known to a local only."""
MOVES_STACKS = frozenset(("alloc_thread_stack_node", "put_task_stack", "delayed_vfree_work", "thread_stack_free_rcu"))
"""Where a stack can be so."""


def audit(machine: Machine) -> list[found.Failure]:
    """All failures that the machine's state shows."""
    kernel = machine.kernel
    return [
        *refused_faults(kernel),
        *stacks(kernel),
        *pages(kernel),
        *charges(kernel),
        *pools(kernel),
        *marks(kernel),
        *sleepers(kernel),
    ]


def shortages(machine: Machine) -> frozenset[tuple[str, str, int]]:
    """Slots of the pools of CPUs that are up which have no page for a fault: (what property forbids that it stays so, CPU, slot).
    Each is right for a while; one that is there all the time is a failure."""
    return frozenset(
        ("null-retried" if pointer == NULL else "refill-eventually", str(cpu), slot)
        for cpu in machine.cpus
        for slot, pointer in enumerate(cpu.pool)
        if (pointer == NULL and cpu.online) or pointer & TAG
    )


# --- where code is ---


def handles_fault(kernel: Kernel, cpu: Cpu) -> bool:
    return kernel.handles(cpu, "exc_page_fault")


def is_faulting(kernel: Kernel, task: Task) -> bool:
    """Whether a fault on the task's stack is being handled."""
    return any(cpu.stack is task and handles_fault(kernel, cpu) for cpu in kernel.cpus)


def is_switched(kernel: Kernel, task: Task) -> bool:
    """Whether the protocol is at work in schedule() for the task, which leaves or comes."""
    if "schedule_start" in task.context.inside or "switch_finished" in task.context.inside:
        return True
    return any(cpu.previous is task and "switch_finished" in cpu.stack.context.inside for cpu in kernel.cpus)


def anybody_in(kernel: Kernel, routines: frozenset[str]) -> bool:
    return any(task.context.inside & routines for task in kernel.tasks) or any(
        handler.inside & routines for cpu in kernel.cpus for handler in cpu.handlers
    )


# --- stacks ---


def refused_faults(kernel: Kernel) -> Iterator[found.Failure]:
    """Faults that are being reported as overflows."""
    for cpu in kernel.cpus:
        area = cpu.stack.stack_vm_area
        if cpu.refused == 0 or area is None:
            continue
        yield found.RefusedFault(f"the fault at level {cpu.refused} of {cpu.stack}'s stack, which counts {area.nr_pages} pages")
        mapped = mapped_frames(kernel)
        in_nmi = kernel.handles(cpu, "exc_nmi")
        left_over = sum(bool(p & TAG) and not in_nmi and p & ~TAG not in mapped_in_tasks(kernel) for p in cpu.pool)
        had = sum(p != NULL and not p & TAG for p in cpu.pool) + left_over
        needed = sum((area.index, level) not in mapped for level in range(cpu.refused + 1))
        if not cpu.short and had < needed:
            yield found.PoolTooSmall(f"{cpu} had {had} pages for the {needed} that level {cpu.refused} of {cpu.stack} needs")
        if cpu.reentered and (area.index, cpu.refused) in mapped:
            yield found.TakenTwice(f"level {cpu.refused} of {cpu.stack}'s stack is refused after an NMI has mapped it")


def stacks(kernel: Kernel) -> Iterator[found.Failure]:
    """Stacks whose count or list is wrong, and such as nobody has."""
    taken = {pointer for cpu in kernel.cpus for pointer in cpu.pool if pointer & TAG}
    for task in kernel.tasks:
        area = task.stack_vm_area
        if area is None or is_faulting(kernel, task) or is_switched(kernel, task):
            continue
        for level in range(kernel.stack_pages):
            page = kernel.mapped(area, level)
            pointer = NULL if page is None else page.pointer
            if page is not None and level >= area.nr_pages and pointer not in area.pages and pointer | TAG in taken:
                continue  # what is made of the slot makes up for it
            name = kernel.pages.name
            if area.pages[level] != pointer:
                listed = name(area.pages[level])
                yield found.LostListing(f"{task}'s stack lists {listed} for level {level}, where {name(pointer)} is mapped")
            if (page is not None) != (level < area.nr_pages):
                yield found.LostCount(f"{task}'s stack counts {area.nr_pages} pages, and {name(pointer)} is at level {level}")
    if (kernel.fork or kernel.tasks_end) and not anybody_in(kernel, MOVES_STACKS):
        held = {task.stack_vm_area for task in kernel.tasks} | {cpu.cached_stack for cpu in kernel.cpus}
        for area in kernel.areas:
            if area.allocated and area not in held and not area.rcu_pending and not area.vfree_pending:
                yield found.LostStack(f"{area} is not a task's, in no cache, and waits for nobody to free it")


def mapped_frames(kernel: Kernel) -> dict[tuple[int, int], Page]:
    """What is mapped, by area and level."""
    entries = {
        (area.index, level): kernel.mapped(area, level)
        for area in kernel.areas
        if area.allocated
        for level in range(kernel.stack_pages)
    }
    return {at: page for at, page in entries.items() if page is not None}


def mapped_in_tasks(kernel: Kernel) -> set[int]:
    """Pointers to the pages that are mapped in the stacks of tasks."""
    areas = {task.stack_vm_area.index for task in kernel.tasks if task.stack_vm_area is not None}
    return {page.pointer for (area, _), page in mapped_frames(kernel).items() if area in areas}


# --- pages ---


def pages(kernel: Kernel) -> Iterator[found.Failure]:
    """Pages that two have, or nobody."""
    mappings = mapped_frames(kernel)
    times = Counter(page.pointer for page in mappings.values())
    owners: dict[int, list[str]] = {}
    for cpu in kernel.cpus:
        for slot, pointer in enumerate(cpu.pool):
            if pointer != NULL and not pointer & TAG:
                owners.setdefault(pointer, []).append(f"slot {slot} of {cpu}")
    for area in kernel.areas:
        if area.allocated and area.in_vmap_tree:
            mapped = {page.pointer for (index, _), page in mappings.items() if index == area.index}
            for pointer in mapped | {pointer for pointer in area.pages if pointer != NULL and not pointer & TAG}:
                owners.setdefault(pointer, []).append(str(area))
    tagged = {pointer & ~TAG for cpu in kernel.cpus for pointer in cpu.pool if pointer & TAG}
    waiting = {pointer for cpu in kernel.cpus if cpu.in_hotplug and not cpu.online for pointer in cpu.pool}
    moving = anybody_in(kernel, PROTOCOL_CODE)
    for page in kernel.pages.frames:
        who = owners.get(page.pointer, [])
        if len(who) > 1 or times[page.pointer] > 1:
            text = f"{page} belongs to {' and to '.join(who) or 'nobody'}, and is mapped {times[page.pointer]} times"
            yield found.SharedPage(text)
            if any(cpu.reentered for cpu in kernel.cpus):
                yield found.TakenTwice(text)
        elif not page.allocated:
            if (
                page.pointer in tagged
                or any(not each.startswith("slot") for each in who)
                or (who and page.pointer not in waiting)
            ):
                yield found.FreePageInUse(f"{page} is free, and belongs to {' and to '.join(who) or 'a taken slot'}")
        elif not who and page.pointer not in tagged and not moving:
            yield found.LostPage(f"{page} is in use, and nobody has it")


def charges(kernel: Kernel) -> Iterator[found.Failure]:
    """Pages that are charged wrongly, where nobody is about to put that right."""
    for task in kernel.tasks:
        if task.stack_vm_area is None:
            continue
        for level in range(kernel.stack_pages):
            page = kernel.mapped(task.stack_vm_area, level)
            if page is None or not page.allocated or page.memcg is task:
                continue
            if page.memcg is not None:
                yield found.WrongCharge(f"{page} at level {level} of {task}'s stack is charged to {page.memcg}")
            elif not task.on_cpu and task.state is TaskState.TASK_RUNNING:
                yield found.WrongCharge(
                    f"{page} at level {level} of {task}'s stack is charged to nobody, and {task} is off the CPU"
                )
    for page in kernel.pages.frames:
        if page.allocated and page.memcg is not None and not has_page(kernel, page.memcg.stack_vm_area, page):
            yield found.WrongCharge(f"{page.memcg} is charged for {page}, which its stack has not")


def has_page(kernel: Kernel, area: VmArea | None, page: Page) -> bool:
    if area is None:
        return False
    return page.pointer in area.pages or any(kernel.mapped(area, level) is page for level in range(kernel.stack_pages))


# --- pools and marks ---


def pools(kernel: Kernel) -> Iterator[found.Failure]:
    """Slots that are taken, and will not be refilled as they should."""
    alive = mapped_in_tasks(kernel)
    for cpu in kernel.cpus:
        if handles_fault(kernel, cpu):
            continue
        gone = not cpu.online and cpu.stack is cpu.idle and not cpu.handlers and not kernel.in_scheduler(cpu.idle)
        for slot, pointer in enumerate(cpu.pool):
            if not pointer & TAG:
                continue
            if not any(will_refill(kernel, cpu, task) for task in (cpu.stack, cpu.previous)):
                yield found.ForgottenSlot(f"slot {slot} of {cpu} is taken; neither {cpu.stack} nor {cpu.previous} will refill it")
            if pointer & ~TAG not in alive or gone:
                yield found.StaleTag(
                    f"slot {slot} of {cpu} is taken, and {kernel.pages.name(pointer & ~TAG)} is in no task's stack"
                )


def will_refill(kernel: Kernel, cpu: Cpu, task: Task | None) -> bool:
    if task is None:
        return False
    at_it = "schedule_start" in task.context.inside or "switch_finished" in task.context.inside
    return at_it or kernel.protocol.owes_refill(cpu, task)


def marks(kernel: Kernel) -> Iterator[found.Failure]:
    """Tasks that are marked, and have nothing to charge or refill."""
    for task in kernel.tasks:
        if not kernel.protocol.is_marked(task) or task.state is TaskState.TASK_DEAD:
            continue
        leaving = any(cpu.previous is task and "switch_finished" in cpu.stack.context.inside for cpu in kernel.cpus)
        if "schedule_start" in task.context.inside or is_faulting(kernel, task) or leaving:
            continue
        if any(p & TAG for cpu in kernel.cpus if task in (cpu.stack, cpu.previous) for p in cpu.pool):
            continue
        area = task.stack_vm_area
        if area is None:
            if task.state is not TaskState.TASK_NEW:
                yield found.FalseMark(f"{task} is marked, and has no stack")
            continue
        grown = [kernel.mapped(area, level) for level in range(kernel.stack_pages)]
        if not any(page is not None and page.memcg is None for page in grown):
            yield found.FalseMark(f"{task} is marked, and has no page to charge and no slot to refill")


# --- sleepers ---


def sleepers(kernel: Kernel) -> Iterator[found.Failure]:
    """Code that may sleep, where it must not."""
    for task in kernel.tasks:
        inside = task.context.inside
        if kernel.in_scheduler(task):
            if "might_sleep" in inside:
                yield found.SleepInAtomic(f"{task} may sleep in schedule()")
            if "remove_vm_area" in inside:
                yield found.UnmapInAtomic(f"{task} unmaps a stack with preemption off")
    for cpu in kernel.cpus:
        if kernel.handles(cpu, "might_sleep"):
            yield found.SleepInAtomic(f"{cpu} may sleep in an exception or an interrupt")
        if kernel.handles(cpu, "remove_vm_area"):
            yield found.UnmapInAtomic(f"{cpu} unmaps a stack in an exception or an interrupt")
