# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel's services may answer, and which of the answers is the one that a caller hopes for."""

from __future__ import annotations

from checker.trace.data import Step

FAILING = {
    "alloc_pages": "alloc_pages fails and returns NULL",
    "alloc_pages_nolock": "alloc_pages_nolock fails and returns NULL",
    "get_vm_area_node": "get_vm_area_node fails and returns NULL",
    "kmalloc": "kmalloc fails and returns NULL",
    "memcg_kmem_charge_page": "the charge fails",
    "might_sleep": "it sleeps",
    "pte_alloc_kernel": "there is no memory for the page table",
}
"""By the routine of the kernel (spec/kernel/mm/), what it means that its choice is True."""


def goes_well(step: Step) -> bool:
    """Whether the step chose that a service does what it is called for. A run cannot do without that either, but nobody has to
    bear it."""
    return step.choices == ("False",) and step.name in FAILING


def answer(step: Step) -> str:
    """What the step chose, in words."""
    if step.choices == ("True",) and step.name in FAILING:
        return FAILING[step.name]
    return f"{step.name} chooses {', '.join(step.choices)}"
