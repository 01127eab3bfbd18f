# SPDX-License-Identifier: GPL-2.0-only
from checker.language import calls, eventually
from spec.kernel.mm.memory import alloc_pages
from spec.kernel.records import Cpu, Slot


@eventually("null-retried", "slot {slot} of {cpu}'s pool stays empty: {cpu} never tries to allocate a page again")
def null_retried(cpu: Cpu, slot: Slot) -> bool:
    """One failed allocation must not cost a page of the pool forever: a CPU whose pool is not full crashes at its next deep
    stack. Demanded: no fair run has the slot empty from some point on while no allocation
    is attempted on that CPU. Any attempt there counts, as it is not known which slot it is for. A CPU that is down needs
    no pages; online-full looks at how it comes up."""
    return cpu.pool[slot] is not None or not cpu.online or calls(cpu, alloc_pages)
