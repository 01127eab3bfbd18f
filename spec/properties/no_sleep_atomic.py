# SPDX-License-Identifier: GPL-2.0-only
from checker.language import in_routine, invariant
from spec.kernel.locking.mutexes import might_sleep_for_mutex
from spec.kernel.mm.memory import might_sleep
from spec.kernel.records import Cpu, Task
from spec.properties.preemption import preemption_off


@invariant("no-sleep-atomic", "{task} may sleep here with preemption disabled")
def no_sleep_atomic(task: Task) -> bool:
    """__schedule runs with preemption disabled, and its second half under rq->lock. To sleep there is to call __schedule inside
    __schedule: the CPU deadlocks, or comes back to data that others have changed."""
    return not (in_routine(task, might_sleep) or in_routine(task, might_sleep_for_mutex)) or not preemption_off(task)


@invariant("no-sleep-atomic", "{cpu} may sleep here, in an exception or a softirq")
def no_sleep_in_exception(cpu: Cpu) -> bool:
    """An exception or an interrupt has no task of its own that could be put to sleep."""
    return not in_routine(cpu, might_sleep) and not in_routine(cpu, might_sleep_for_mutex)
