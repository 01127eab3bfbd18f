# SPDX-License-Identifier: GPL-2.0-only
"""The kernel starts (init/main.c): the protocol's own code at boot, and the bring-up of the other CPUs."""

from checker.language import atomic, check, choose, every, function, halt, has_frames, in_routine, require, routine
from spec.core.machine import CPUS
from spec.kernel.hooks import cpu_prepare, fork_init
from spec.kernel.parameters import POOL_SLOTS
from spec.kernel.records import Cpu, this_cpu
from spec.kernel.sched.scheduler import is_usable
from spec.kernel.tasks.hotplug import cpu_up
from spec.properties.online_full import online_full
from spec.properties.service_context import service_context


@function
def boots(cpu: Cpu) -> bool:
    """Whether the CPU is in fork_init(), and nothing has interrupted that."""
    return in_routine(cpu.stack, fork_init) and not has_frames(cpu)


@routine
def cpuhp_setup_state() -> bool:
    """cpuhp_setup_state(CPUHP_BP_PREPARE_DYN, ...) in fork_init(): sets up the callbacks cpu_prepare and cpu_dead, and calls the
    first for each CPU that is up, which then is the boot CPU. False: that failed. CPUs that come up later call it as well
    (kernel/cpu.c). Left out: that after a failure the callbacks are not set up; cpu_up() calls them all the same.

    Context: the hook fork_init. Elsewhere Linux can call it too, but the modelled kernel has the callbacks from boot on."""
    with atomic("where it is called"):
        cpu = this_cpu()
        check(boots(cpu), service_context, "cpuhp_setup_state() is called elsewhere than in fork_init()")
    return cpu_prepare(cpu)


@routine
def panic() -> None:
    """panic(): the machine stops, and says why (kernel/panic.c). At boot that is an answer to want of memory; later it is the
    failure that the protocol is to avoid.

    Context: the hook fork_init."""
    with atomic("nothing runs after it"):
        check(boots(this_cpu()), service_context, "panic() is called, and the machine has booted")
        halt("the kernel panics at boot")


@routine
def start_kernel() -> None:
    """start_kernel() from fork_init() on: on the boot CPU, by init_task, before anything else runs. Allocations do not sleep
    there, whatever their flags are (gfp_allowed_mask). Left out: all but the protocol's part."""
    fork_init()
    with atomic("nothing else runs yet"):
        cpu = this_cpu()
        full = all(is_usable(cpu, slot) for slot in range(POOL_SLOTS))
        check(full, online_full, "{cpu}, which boots, goes on from fork_init() with a pool that is not full")


@routine
def bringup_nonboot_cpu() -> None:
    """One round of bringup_nonboot_cpus(): brings up a CPU, if one is down. Left out: that it sleeps until cpu_hotplug_lock is
    free."""
    with atomic("cpu_hotplug_lock is a lock"):
        require(not any(other.in_hotplug for other in every(Cpu)))
        if all(other.online for other in every(Cpu)):
            return
        cpu = choose(other for other in every(Cpu) if not other.online)
        cpu.in_hotplug = True
    cpu_up(cpu)
    cpu.in_hotplug = False


@routine
def smp_init() -> None:
    """smp_init() (kernel/smp.c): the init task brings up the other CPUs, one after the other. One that does not come up stays
    down, or is tried again in place of another."""
    for _ in range(CPUS - 1):
        bringup_nonboot_cpu()
