# SPDX-License-Identifier: GPL-2.0-only
"""CPUs go down and come up."""

from checker.language import atomic, check, choose, every, function, has_frames, in_routine, require, routine
from spec.kernel.hooks import cpu_dead, cpu_offline, cpu_prepare, free_vmap_stack
from spec.kernel.parameters import CPU_OFFLINE, POOL_SLOTS, TASKS_END
from spec.kernel.records import Cpu, Task, this_cpu
from spec.kernel.sched.scheduler import in_scheduler, is_usable
from spec.properties.online_full import online_full


@function
def is_at_rest(cpu: Cpu) -> bool:
    """Whether nothing but the idle loop is on the CPU."""
    return cpu.stack is cpu.idle and not in_scheduler(cpu.idle) and not has_frames(cpu)


@routine
def free_vm_stack_cache(cpu: Cpu) -> None:
    """free_vm_stack_cache(): the hotplug callback that frees the stacks which a dead CPU has cached."""
    stack = cpu.cached_stack
    if stack is not None:
        free_vmap_stack(stack)
        cpu.cached_stack = None


@routine
def wait_for_ap_thread(cpu: Cpu) -> None:
    """__cpuhp_kick_ap(): wakes the CPU's hotplug thread, and waits until its callbacks have run. Left out: that it sleeps."""
    with atomic("a completion"):
        require(in_routine(cpu.idle, cpuhp_thread_fun) and not in_routine(cpu.idle, cpu_offline))


@function
def wants_callback(cpu: Cpu) -> bool:
    """Whether the CPU's hotplug thread has callbacks to call."""
    if CPU_OFFLINE == 0 or not cpu.in_hotplug:
        return False
    return any(in_routine(task, wait_for_ap_thread) for task in every(Task))


@routine
def cpuhp_thread_fun(cpu: Cpu) -> None:
    """cpuhp_thread_fun(): the callbacks of the CPU that goes down, on that CPU, in process context. Linux: by its thread cpuhp/N.
    Here the idle task stands for that, so that no other task runs on the CPU meanwhile."""
    cpu_offline(cpu)
    with atomic("a completion; who waits for it goes on before the CPU looks for the next callback"):
        require(not any(in_routine(task, wait_for_ap_thread) for task in every(Task)))


@routine
def cpu_down(cpu: Cpu) -> None:
    """_cpu_down(): the scheduler leaves the CPU, its idle task reports it dead, then come the callbacks of the prepare stage on
    this CPU, the one that was set up last before the others (fork_init, kernel/cpu.c). Left out: all others, and failing."""
    if CPU_OFFLINE:
        wait_for_ap_thread(cpu)
    with atomic("set_cpu_active and set_cpu_online under cpu_hotplug_lock"):
        cpu.online = False
    with atomic("the stopper has sent every task away; cpuhp_report_idle_dead"):
        require(is_at_rest(cpu) and not cpu.irq_work and all(task.pinned_to is not cpu for task in every(Task)))
    cpu_dead(cpu)
    if TASKS_END:
        free_vm_stack_cache(cpu)


@routine
def cpu_up(cpu: Cpu) -> None:
    """_cpu_up(): the callbacks of the prepare stage on this CPU, then the CPU comes up or, because of a later callback, does not;
    then what was prepared is undone."""
    if cpu_prepare(cpu):
        with atomic("the CPU sets itself online, or does not answer"):
            comes_up = choose((False, True))
            if comes_up:
                full = all(is_usable(cpu, slot) for slot in range(POOL_SLOTS))
                check(full, online_full, "{cpu} comes online with a pool that is not full")
                cpu.online = True
        if not comes_up:
            cpu_dead(cpu)


@routine
def cpu_hotplug() -> None:
    """A task takes another CPU down, or up if it is down. Left out: sleeping until cpu_hotplug_lock is free; who does not
    get it gives up, and may come back."""
    with atomic("cpu_hotplug_lock is a lock"):
        if any(another.in_hotplug for another in every(Cpu)):
            return
        here = this_cpu()
        cpu = choose(other for other in every(Cpu) if not other.boot and other is not here)
        cpu.in_hotplug = True
    if cpu.online:
        cpu_down(cpu)
    else:
        cpu_up(cpu)
    cpu.in_hotplug = False
