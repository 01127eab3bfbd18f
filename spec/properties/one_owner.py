# SPDX-License-Identifier: GPL-2.0-only
from checker.language import every, function, invariant, is_allocated
from spec.kernel.hooks import holds_page
from spec.kernel.parameters import POOL_SLOTS, STACK_PAGES
from spec.kernel.records import Cpu, Page, VmArea
from spec.properties.at_rest import is_tagged_in_a_slot, protocol_active


@function
def slots_with(page: Page) -> int:
    """How many pool slots hold the page, not tagged."""
    return sum(1 for cpu in every(Cpu) for slot in range(POOL_SLOTS) if cpu.pool[slot] is page)


@function
def stacks_with(page: Page) -> int:
    """How many stacks have the page, in their page table or their list of pages. One that is being taken apart has none."""
    return sum(
        1
        for area in every(VmArea)
        if is_allocated(area)
        if area.in_vmap_tree and any(area.pte[level] is page or area.pages[level] is page for level in range(STACK_PAGES))
    )


@function
def mappings_of(page: Page) -> int:
    return sum(1 for area in every(VmArea) if is_allocated(area) for level in range(STACK_PAGES) if area.pte[level] is page)


@function
def owners_of(page: Page) -> int:
    """How many have the page: untagged slots, stacks, and the protocol itself."""
    return slots_with(page) + stacks_with(page) + int(holds_page(page))


@function
def is_in_use(page: Page) -> bool:
    """Whether the page is in a slot, in a stack or with the protocol, other than in a slot of a CPU that is being emptied."""
    if is_tagged_in_a_slot(page) or stacks_with(page) > 0 or holds_page(page):
        return True
    return any(cpu.pool[slot] is page and (cpu.online or not cpu.in_hotplug) for cpu in every(Cpu) for slot in range(POOL_SLOTS))


@invariant(
    "one-owner",
    "{page} {'is mapped ' + mappings_of(page) + ' times' if mappings_of(page) > 1 "
    "else 'has ' + owners_of(page) + ' owners among stacks, pool slots and the protocol' if owners_of(page) > 1 "
    "else 'is leaked: no stack and no pool slot has it' if is_allocated(page) "
    "else 'is free, but a stack or a pool slot still has it'}",
)
def one_owner(page: Page) -> bool:
    """Two owners of one page overwrite each other's stack. A leaked page is lost until reboot.

    A page on its way from one place to another is held by a local of the routine that moves it, so that a leak is
    looked for when no protocol routine is active anywhere."""
    if owners_of(page) > 1 or mappings_of(page) > 1:
        return False
    if not is_allocated(page):
        return not is_in_use(page)
    return owners_of(page) == 1 or is_tagged_in_a_slot(page) or protocol_active()
