# SPDX-License-Identifier: GPL-2.0-only
"""Single pages of a stack are taken back."""

from checker.language import atomic, check, null, routine
from spec.kernel.depth import has_frames_in
from spec.kernel.records import Level, Page, VmArea
from spec.properties.live_page import live_page


@routine
def vunmap_range(stack: VmArea, level: Level) -> None:
    """vunmap_range(address, address + PAGE_SIZE): clears one page table entry, and waits until no CPU has it in its TLB any more.
    Left out: the time between both."""
    with atomic("the store of one page table entry, and flush_tlb_kernel_range"):
        check(not has_frames_in(stack, level), live_page, "level {level} of {stack} is unmapped, and frames are in it")
        stack.pte[level] = null(Page)


@routine
def clear_highpage(page: Page) -> None:
    """clear_highpage(page): zeroes the page."""
    with atomic("whoever clears a page has it alone"):
        page.dirty = False
