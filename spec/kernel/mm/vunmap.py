# SPDX-License-Identifier: GPL-2.0-only
"""Single pages of a stack are taken back."""

from checker.language import atomic, check, null, routine
from spec.kernel.entry.contexts import Context, context
from spec.kernel.entry.depth import has_frames_in
from spec.kernel.locking.locks import interrupts_off
from spec.kernel.parameters import ARCH
from spec.kernel.records import Level, Page, VmArea, this_cpu
from spec.properties.live_page import live_page
from spec.properties.service_context import service_context


@routine
def vunmap_range(stack: VmArea, level: Level) -> None:
    """vunmap_range(address, address + PAGE_SIZE): clears one page table entry, and waits until no CPU has it in its TLB any more.
    Left out: the time between both.

    Context: process and atomic, with interrupts on: the other CPUs are told by IPIs, and are waited for (smp_call_function_many,
    kernel/smp.c). On arm64, where the hardware tells them (arch/arm64/include/asm/tlbflush.h), any."""
    with atomic("the store of one page table entry, and flush_tlb_kernel_range"):
        cpu = this_cpu()
        where = context(cpu)
        check(
            ARCH == "arm64" or ((where is Context.PROCESS or where is Context.ATOMIC) and not interrupts_off(cpu)),
            service_context,
            "vunmap_range(), which waits for other CPUs, is called in {where} context",
        )
        check(not has_frames_in(stack, level), live_page, "level {level} of {stack} is unmapped while it holds frames")
        stack.pte[level] = null(Page)


@routine
def clear_highpage(page: Page) -> None:
    """clear_highpage(page): zeroes the page.

    Context: any (include/linux/highmem.h)."""
    with atomic("whoever clears a page has it alone"):
        page.dirty = False
