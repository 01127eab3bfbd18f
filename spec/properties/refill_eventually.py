# SPDX-License-Identifier: GPL-2.0-only
from checker.language import address, eventually
from spec.kernel.records import Cpu, Slot


@eventually("refill-eventually", "slot {slot} of {cpu}'s pool is marked as taken ({cpu.pool[slot]}), and is never refilled")
def refill_eventually(cpu: Cpu, slot: Slot) -> bool:
    """A taken slot that nobody refills leaves the pool one page short forever, and its page uncharged. Demanded: no fair run
    has the slot tagged from some point on. A slot that is then empty, because the allocation failed, does not violate
    this property; null-retried looks at that."""
    return not address(cpu.pool[slot]) & 1
