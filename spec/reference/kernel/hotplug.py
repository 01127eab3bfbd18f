# SPDX-License-Identifier: GPL-2.0-only
"""CPUs go down and come up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spec.reference.kernel.failures import PoolNotFull
from spec.reference.kernel.objects import Cpu
from spec.reference.kernel.operations import Atomic, Choose, Load, Steps, Store, Wait, call
from spec.reference.kernel.stacks import free_vm_stack_cache

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec.reference.kernel.kernel import Kernel
    from spec.reference.kernel.operations import Choice


def can_be_plugged(cpu: Cpu, by: Cpu) -> bool:
    return not cpu.boot and cpu is not by


def cpu_hotplug(kernel: Kernel) -> Steps[None]:
    """A task takes another CPU down, or up if it is down. If somebody else is at that already, it gives up."""

    def candidates() -> Sequence[Choice] | None:
        if any(cpu.in_hotplug for cpu in kernel.cpus):
            return None
        return [cpu.index for cpu in kernel.cpus if can_be_plugged(cpu, kernel.this_cpu())]

    def lock(index: int | None) -> Cpu | None:
        if index is None:
            return None
        kernel.cpus[index].in_hotplug = True
        return kernel.cpus[index]

    cpu: Cpu | None = yield Choose("cpu_hotplug_lock", candidates, lock)
    if cpu is None:
        return
    if (yield Load(cpu, "online")):
        yield from cpu_down(kernel, cpu)
    else:
        yield from cpu_up(kernel, cpu)
    yield Store(cpu, "in_hotplug", False)


def cpu_down(kernel: Kernel, cpu: Cpu) -> Steps[None]:
    yield Atomic("set_cpu_online", lambda: setattr(cpu, "online", False))

    def is_at_rest() -> bool:
        return cpu.stack is cpu.idle and not cpu.handlers and not kernel.in_scheduler(cpu.idle)

    yield Wait("cpuhp_report_idle_dead", is_at_rest)
    yield from call(kernel.protocol.cpu_dead(cpu))  # set up after the other, so undone before it
    if kernel.tasks_end:
        yield from free_vm_stack_cache(kernel, cpu)


def cpu_up(kernel: Kernel, cpu: Cpu) -> Steps[None]:
    """The CPU is prepared, and then comes up, or does not answer."""
    if not (yield from call(kernel.protocol.cpu_prepare(cpu))):
        return

    def bring_up(comes_up: bool) -> bool:
        if comes_up:
            if not kernel.pool_is_full(cpu):
                raise PoolNotFull(f"{cpu} comes online with a pool that is not full")
            cpu.online = True
        return comes_up

    if not (yield Choose("bring up", lambda: (False, True), bring_up)):
        yield from call(kernel.protocol.cpu_dead(cpu))
