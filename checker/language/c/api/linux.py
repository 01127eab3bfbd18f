# SPDX-License-Identifier: GPL-2.0-only
"""The whole table for Linux."""

from __future__ import annotations

from checker.language.c.api import arithmetic, atomics, context, core, locking, loops, percpu, pointers, refused, tasks
from checker.language.c.translate.table import Api, entries
from spec.c.clients import calls
from spec.c.stacks import mapping, memory, slab

_KERNEL = ("DIRECT_RECLAIM",)

GFP = {
    "GFP_KERNEL": _KERNEL,
    "GFP_KERNEL_ACCOUNT": _KERNEL,
    "GFP_NOFS": _KERNEL,
    "GFP_NOIO": _KERNEL,
    "GFP_ATOMIC": ("KSWAPD_RECLAIM",),
    "GFP_NOWAIT": ("KSWAPD_RECLAIM",),
    "THREADINFO_GFP": ("DIRECT_RECLAIM", "ZERO"),
    "__GFP_DIRECT_RECLAIM": _KERNEL,
    "__GFP_KSWAPD_RECLAIM": ("KSWAPD_RECLAIM",),
    "__GFP_RECLAIM": ("DIRECT_RECLAIM", "KSWAPD_RECLAIM"),
    "__GFP_NOFAIL": ("NOFAIL",),
    "__GFP_ZERO": ("ZERO",),
    **dict.fromkeys(("__GFP_ACCOUNT", "__GFP_NOWARN", "__GFP_HIGH", "__GFP_NORETRY", "__GFP_RETRY_MAYFAIL", "__GFP_IO"), ()),
    **dict.fromkeys(("__GFP_FS", "__GFP_NOMEMALLOC", "__GFP_MEMALLOC", "__GFP_SKIP_KASAN"), ()),
}
"""What of each mask makes a difference here (include/linux/gfp_types.h; THREADINFO_GFP: include/linux/thread_info.h)."""

OPAQUE = {
    "PAGE_KERNEL": "the protection of a page",
    "VM_MAP": "a flag of an area",
    "VM_MAP_PUT_PAGES": "a flag of an area",
    "VM_ALLOC": "a flag of an area",
    "VMALLOC_START": "where areas begin",
    "VMALLOC_END": "where areas end",
    "NUMA_NO_NODE": "a NUMA node",
    "NR_KERNEL_STACK_KB": "a counter of the statistics",
    "MEMCG_KERNEL_STACK_B": "a counter of the statistics",
    "init_mm": "the page tables of the kernel",
}

NUMBERS = {"NULL": 0, "true": 1, "false": 0, "ENOMEM": memory.ENOMEM, "EINVAL": 22, "EBUSY": 16, "EFAULT": 14, "EAGAIN": 11}


MODULES = (core, arithmetic, percpu, loops, atomics, locking, context, memory, slab, mapping, tasks, pointers, calls, refused)


def linux() -> Api:
    """Everything that the translation knows of Linux."""
    found = {(each.name, each.arity): each for module in MODULES for each in entries(module)}
    flags = {name: ("Gfp", members) for name, members in GFP.items()}
    return Api(found, flags, OPAQUE, NUMBERS, loops.LOOPS, locking.GUARDS, percpu.PLACES, slab.ARRAYS)
