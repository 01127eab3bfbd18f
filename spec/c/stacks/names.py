# SPDX-License-Identifier: GPL-2.0-only
"""Constants of Linux: flags of allocations, and what makes no difference."""

from __future__ import annotations

_KERNEL = ("DIRECT_RECLAIM",)

_GFP = {
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

FLAGS = {name: ("Gfp", members) for name, members in _GFP.items()}
"""What of each mask makes a difference here (include/linux/gfp_types.h; THREADINFO_GFP: include/linux/thread_info.h)."""

OPAQUE = {
    "PAGE_KERNEL": "the protection of a page",
    "VM_MAP": "a flag of an area",
    "VM_MAP_PUT_PAGES": "a flag of an area",
    "VM_ALLOC": "a flag of an area",
    "VMALLOC_START": "where areas begin",
    "VMALLOC_END": "where areas end",
    "NR_KERNEL_STACK_KB": "a counter of the statistics",
    "MEMCG_KERNEL_STACK_B": "a counter of the statistics",
    "init_mm": "the page tables of the kernel",
}
