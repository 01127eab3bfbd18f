# SPDX-License-Identifier: GPL-2.0-only
"""Implementations that do one thing differently, each as somebody could write it by mistake.

They are wrong only beside their model: some fix a bug that the model has.
"""

from __future__ import annotations

from checker.conformance.difference import Kind
from spec.reference.hardened import NOFAIL, WITHOUT_SLEEPING, HardenedProtocol, can_be_taken
from spec.reference.kernel.allocator import alloc_pages, memcg_kmem_charge_page, mod_lruvec_page_state, set_pte_at
from spec.reference.kernel.objects import NULL, PF_DYNAMIC_STACK, TAG, Cpu, Task, VmArea
from spec.reference.kernel.operations import Load, LoadEntry, LoadItem, Steps, Store, StoreItem
from spec.reference.kernel.protocol import Protocol
from spec.reference.rfc import GFP_KERNEL, THREADINFO_GFP, RfcProtocol


class CountsUp(RfcProtocol):
    """Counts each level that it maps, and lists each page at its own."""

    def stack_fault(self, task: Task, stack: VmArea, level: int) -> Steps[bool]:
        kernel = self.kernel
        area: VmArea | None = yield Load(task, "stack_vm_area")
        if area is None or stack is not area or level >= kernel.stack_pages:
            return False
        nr_pages: int = yield Load(area, "nr_pages")
        if nr_pages >= kernel.stack_pages or level < nr_pages:
            return False
        for each in range(nr_pages, level + 1):
            page = yield from self.get_page()
            if page == NULL:
                return False
            yield StoreItem(area, "pages", each, page)
            yield Store(area, "nr_pages", each + 1)
            if (yield LoadEntry(kernel.memory, area, each)) is not None:
                return False
            yield from set_pte_at(kernel, area, each, page)
        flags: int = yield Load(task, "flags")
        yield Store(task, "flags", flags | PF_DYNAMIC_STACK)
        return True


class LeavesSlotUntagged(RfcProtocol):
    """Takes a page without tagging its slot."""

    def get_page(self) -> Steps[int]:
        cpu = self.kernel.this_cpu()
        for i in range(self.kernel.pool_slots):
            page: int = yield LoadItem(cpu, "pool", i)
            if page != NULL and not page & TAG:
                again: int = yield LoadItem(cpu, "pool", i)
                yield StoreItem(cpu, "pool", i, again)
                return page
        return NULL


class TagsWhatItSaw(RfcProtocol):
    """Tags the page that it found, without reading the slot again: one step less."""

    def get_page(self) -> Steps[int]:
        cpu = self.kernel.this_cpu()
        for i in range(self.kernel.pool_slots):
            page: int = yield LoadItem(cpu, "pool", i)
            if page != NULL and not page & TAG:
                yield StoreItem(cpu, "pool", i, page | TAG)
                return page
        return NULL


class PassesEmptySlots(RfcProtocol):
    """Goes on behind a slot that is not tagged."""

    def refill(self) -> Steps[None]:
        kernel = self.kernel
        cpu = kernel.this_cpu()
        for i in range(kernel.pool_slots):
            page: int = yield LoadItem(cpu, "pool", i)
            if not page & TAG:
                continue
            page &= ~TAG
            yield from memcg_kmem_charge_page(kernel, page, GFP_KERNEL, None)
            yield from mod_lruvec_page_state(kernel, page)
            page = yield from alloc_pages(kernel, THREADINFO_GFP)
            yield StoreItem(cpu, "pool", i, page)


class ChargesNobody(RfcProtocol):
    """Forgets the charge."""

    def refill(self) -> Steps[None]:
        kernel = self.kernel
        cpu = kernel.this_cpu()
        for i in range(kernel.pool_slots):
            page: int = yield LoadItem(cpu, "pool", i)
            if not page & TAG:
                break
            yield from mod_lruvec_page_state(kernel, page & ~TAG)
            page = yield from alloc_pages(kernel, THREADINFO_GFP)
            yield StoreItem(cpu, "pool", i, page)


class ClearsFlagFirst(RfcProtocol):
    """Clears the task's flag before the refill."""

    def schedule_start(self, prev: Task) -> Steps[None]:
        flags: int = yield Load(prev, "flags")
        if flags & PF_DYNAMIC_STACK:
            flags = yield Load(prev, "flags")
            yield Store(prev, "flags", flags & ~PF_DYNAMIC_STACK)
            yield from self.refill()


class ResolvesTheGuardPage(RfcProtocol):
    """Takes the guard page for a level of the stack: off by one."""

    def stack_fault(self, task: Task, stack: VmArea, level: int) -> Steps[bool]:
        if level == self.kernel.stack_pages:
            return True
        return (yield from super().stack_fault(task, stack, level))


class FailsBringUp(RfcProtocol):
    """Says that a CPU cannot come up when its pool is not full."""

    def cpu_prepare(self, cpu: Cpu) -> Steps[bool]:
        yield from super().cpu_prepare(cpu)
        return NULL not in cpu.pool


class ForgetsToUncharge(RfcProtocol):
    """A task's pages stay charged when it exits."""

    has_exit_task_stack_account = False


class KillsSilently(RfcProtocol):
    """A fault notes in its task what nothing reads there, and what never changes in the model."""

    def stack_fault(self, task: Task, stack: VmArea, level: int) -> Steps[bool]:
        task.killed = True
        return (yield from super().stack_fault(task, stack, level))


class RunsAnybody(HardenedProtocol):
    """Demands nothing of the scheduler."""

    def may_switch_to(self, cpu: Cpu, prev: Task, next: Task) -> bool:
        return True


class OverlooksLeavingTask(HardenedProtocol):
    """Counts what next's stack can grow, and not what prev's can."""

    def may_switch_to(self, cpu: Cpu, prev: Task, next: Task) -> bool:
        return prev is next or sum(map(can_be_taken, cpu.pool)) >= self.levels_to_grow(next)


class LetsIdleSleep(HardenedProtocol):
    """An idle CPU whose pool is not full stops its tick."""

    def keeps_idle_awake(self, cpu: Cpu) -> bool:
        return False


class CountsBlindly(HardenedProtocol):
    """Sets the number of pages, whatever an NMI has counted meanwhile."""

    def count(self, stack: VmArea, level: int) -> Steps[None]:
        yield Store(stack, "nr_pages", level + 1)


class ChargesCurrent(HardenedProtocol):
    """Charges who is current when the charge is made, which is next already."""

    def charge(self, task: Task) -> Steps[None]:
        area: VmArea = yield Load(task, "stack_vm_area")
        nr_pages: int = yield Load(area, "nr_pages")
        for i in range(nr_pages):
            page: int = yield LoadItem(area, "pages", i)
            if self.kernel.pages.at(page).memcg is None:
                yield from memcg_kmem_charge_page(self.kernel, page, NOFAIL, self.kernel.this_cpu().current)


class GivesUpAtFailure(HardenedProtocol):
    """A refill ends at the first allocation that fails."""

    def refill(self) -> Steps[None]:
        cpu = self.kernel.this_cpu()
        if (yield Load(cpu, "needs_refill")):
            yield Store(cpu, "needs_refill", False)
            for i in range(self.kernel.pool_slots):
                held: int = yield LoadItem(cpu, "pool", i)
                if not can_be_taken(held):
                    page = yield from alloc_pages(self.kernel, WITHOUT_SLEEPING)
                    if page == NULL:
                        yield Store(cpu, "needs_refill", True)
                    yield StoreItem(cpu, "pool", i, page)
                    if page == NULL:
                        return


class RemembersTooMuch(HardenedProtocol):
    """Clears the mark once more where a local says that it was clear already: what the model sees is then as before, and only who
    tells states apart by locals as well comes to the step that is too many."""

    def switch_finished(self, prev: Task) -> Steps[None]:
        grown: bool = yield Load(prev, "stack_grown")
        if grown:
            yield from self.charge(prev)
            yield Store(prev, "stack_grown", False)
        yield from self.refill()
        area = prev.stack_vm_area
        if not grown and area is not None and area.nr_pages == 2:
            yield Store(prev, "stack_grown", False)


Case = tuple[type[Protocol], str, tuple[int, int, int], tuple[str, ...], Kind]

PLANTED: tuple[Case, ...] = (
    (CountsUp, "rfc_v1", (1, 1, 3), ("touch",), Kind.CELLS),
    (LeavesSlotUntagged, "rfc_v1", (1, 1, 2), ("touch",), Kind.CELLS),
    (TagsWhatItSaw, "rfc_v1", (1, 1, 2), ("touch",), Kind.CELLS),
    (PassesEmptySlots, "rfc_v1", (1, 1, 3), ("touch", "oom"), Kind.PLACES),
    (ChargesNobody, "rfc_v1", (1, 1, 2), ("touch",), Kind.CELLS),
    (ClearsFlagFirst, "rfc_v1", (1, 1, 2), ("touch",), Kind.CELLS),
    (ResolvesTheGuardPage, "rfc_v1", (1, 1, 2), ("touch",), Kind.END),
    (FailsBringUp, "rfc_v1", (2, 1, 2), ("oom", "hotplug"), Kind.MISSING),
    (ForgetsToUncharge, "rfc_v1", (1, 2, 2), ("touch", "exit"), Kind.PLACES),
    (KillsSilently, "rfc_v1", (1, 1, 2), ("touch",), Kind.CELLS),
    (RunsAnybody, "hardened", (1, 2, 2), ("touch",), Kind.EXTRA),
    (OverlooksLeavingTask, "hardened", (1, 2, 2), ("touch",), Kind.EXTRA),
    (LetsIdleSleep, "hardened", (2, 1, 2), ("touch", "oom", "migrate"), Kind.MISSING),
    (CountsBlindly, "hardened", (1, 1, 3), ("touch", "nmi"), Kind.CELLS),
    (ChargesCurrent, "hardened", (1, 1, 2), ("touch",), Kind.PLACES),
    (GivesUpAtFailure, "hardened", (1, 1, 3), ("touch", "oom"), Kind.PLACES),
    (RemembersTooMuch, "hardened", (1, 1, 2), ("touch",), Kind.PLACES),
)
