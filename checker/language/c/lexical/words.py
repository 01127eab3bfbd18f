# SPDX-License-Identifier: GPL-2.0-only
"""Words that the parser knows: of C11 and GNU C, and those of the kernel that decide how its text is read.

The kernel's: include/linux/compiler_types.h, compiler_attributes.h, init.h, linkage.h, percpu-defs.h, types.h, mm_types.h.
"""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SPELLINGS = {
    "__const": "const",
    "__const__": "const",
    "__volatile": "volatile",
    "__volatile__": "volatile",
    "__inline": "inline",
    "__inline__": "inline",
    "__signed": "signed",
    "__signed__": "signed",
    "__restrict": "restrict",
    "__restrict__": "restrict",
    "__typeof": "typeof",
    "__typeof__": "typeof",
    "__asm": "asm",
    "__asm__": "asm",
    "__alignof__": "_Alignof",
    "__alignof": "_Alignof",
    "__attribute": "__attribute__",
    "bool": "_Bool",
}
"""Other spellings of keywords. `bool` is a typedef of _Bool in the kernel, and a keyword since C23."""

STORAGE = frozenset({"static", "extern", "register", "typedef", "auto", "inline", "_Noreturn", "_Thread_local"})
QUALIFIERS = frozenset({"const", "volatile", "restrict", "_Atomic"})
ADDRESS_SPACES = frozenset({"__percpu", "__user", "__rcu", "__iomem", "__force", "__kernel", "__nocast", "__private"})
SIMPLE_TYPES = frozenset({"void", "_Bool", "char", "short", "int", "long", "signed", "unsigned", "float", "double", "_Complex"})
TYPE_WORDS = SIMPLE_TYPES | {"struct", "union", "enum", "typeof", "typeof_unqual", "__auto_type", "__int128", "__builtin_va_list"}
STATEMENT_WORDS = frozenset(
    {"if", "else", "for", "while", "do", "switch", "case", "default", "goto", "return", "break", "continue", "asm"}
)
OTHER_KEYWORDS = frozenset({"sizeof", "_Alignof", "_Alignas", "_Generic", "_Static_assert", "__attribute__", "__extension__"})
KEYWORDS = STORAGE | QUALIFIERS | (TYPE_WORDS - {"__builtin_va_list"}) | STATEMENT_WORDS | OTHER_KEYWORDS | frozenset(SPELLINGS)

ATTRIBUTES = words(
    """
    __always_inline noinline __noinline noinline_for_stack __noclone __nonstring __always_unused __maybe_unused
    __unused __used __init __exit __initdata __initconst __exitdata __ref __refdata __meminit __meminitdata __cpuinit
    __sched __lockfunc __weak __pure __attribute_const__ __must_check __noreturn __cold __hot __packed __visible
    __malloc notrace noinstr __cpuidle __kprobes nokprobe_inline asmlinkage __read_mostly __ro_after_init
    __cacheline_aligned __cacheline_aligned_in_smp ____cacheline_aligned ____cacheline_aligned_in_smp
    ____cacheline_internodealigned_in_smp ____cacheline_in_smp __page_aligned_data __page_aligned_bss
    __randomize_layout __no_randomize_layout __designated_init __latent_entropy __no_sanitize_address
    __no_sanitize_memory __no_kasan_or_inline __no_kcsan __no_sanitize_thread __no_sanitize_undefined
    __no_sanitize_or_inline __no_kmsan_checks __no_kcsan_or_inline __no_profile __no_stack_protector __nocfi __noscs
    __noendbr __deprecated __gnu_inline __flatten __fastcall __entry_text __irq_entry __softirq_entry
    __exception_irq_entry __head __nosavedata __bpf_kfunc __net_init __net_exit __refconst __ksym __aligned_largest
    __initdata_memblock __init_memblock VISIBLE_IF_KUNIT __noinitretpoline __rust_helper __uninitialized
    """
)
"""Words without arguments that say how code is compiled, not what it does."""

ATTRIBUTES_WITH_ARGUMENTS = words(
    """
    __printf __scanf __aligned __section __alias __acquires __releases __must_hold __cond_acquires __acquires_shared
    __releases_shared __must_hold_shared __cond_releases __free __cleanup __counted_by __counted_by_le __counted_by_be
    __alloc_size __realloc_size __assume_aligned __compiletime_error __compiletime_warning __no_sanitize
    __noinstr_section __guarded_by __pt_guarded_by __copy
    """
)
"""Words with arguments in parentheses that do so. __free runs a function when the variable's scope ends: it is kept in the
tree."""

KNOWN_TYPEDEFS = words(
    """
    u8 u16 u32 u64 s8 s16 s32 s64 __u8 __u16 __u32 __u64 __s8 __s16 __s32 __s64 __le16 __le32 __le64 __be16 __be32
    __be64 uint8_t uint16_t uint32_t uint64_t int8_t int16_t int32_t int64_t uintptr_t intptr_t ptrdiff_t size_t
    ssize_t loff_t off_t uint ulong ushort uchar u_int u_long u_short u_char unchar pid_t uid_t gid_t kuid_t kgid_t
    mode_t umode_t dev_t time64_t ktime_t clockid_t timer_t sector_t blkcnt_t gfp_t slab_flags_t fmode_t vm_fault_t
    vm_flags_t phys_addr_t dma_addr_t resource_size_t pte_t pmd_t pud_t p4d_t pgd_t pgprot_t pgtable_t pteval_t
    pmdval_t pudval_t p4dval_t pgdval_t pgprotval_t swp_entry_t atomic_t atomic64_t atomic_long_t refcount_t local_t
    local64_t local_lock_t spinlock_t raw_spinlock_t rwlock_t seqlock_t seqcount_t seqcount_spinlock_t arch_spinlock_t
    cpumask_t cpumask_var_t nodemask_t irqreturn_t irq_handler_t wait_queue_head_t wait_queue_entry_t
    wait_queue_func_t work_func_t rcu_callback_t call_rcu_func_t smp_call_func_t mm_context_t mempool_t va_list
    __builtin_va_list netdev_features_t acpi_status isolate_mode_t initcall_t exitcall_t xa_mark_t
    depot_stack_handle_t sigset_t siginfo_t kernel_siginfo_t call_single_data_t
    """
)
"""Typedefs of the kernel's headers, which a patch does not show."""

ITERATORS = re.compile(r"\w*for_each\w*", re.ASCII | re.IGNORECASE)
"""Macros that begin a loop: for_each_online_cpu, list_for_each_entry_safe, hlist_for_each, llist_for_each_entry, ..."""

MACRO_NAME = re.compile(r"_*[A-Z][A-Z0-9_]*", re.ASCII)
"""What macros are called that stand at file scope like declarations."""

FILE_SCOPE = re.compile(
    r"\w+_initcall(?:_sync)?|(?:early|core|module)_param\w*|module_(?:init|exit)|__setup|static_assert", re.ASCII
)
"""Those of them that are not written in capitals."""

PER_CPU = re.compile(r"(DEFINE|DECLARE)_(?:STATIC_|EARLY_)?PER_CPU(?:_[A-Z_]+)?", re.ASCII)
LOCKS = {
    "DEFINE_SPINLOCK": "spinlock_t",
    "DEFINE_RAW_SPINLOCK": "raw_spinlock_t",
    "DEFINE_RWLOCK": "rwlock_t",
    "DEFINE_MUTEX": "struct mutex",
    "DECLARE_RWSEM": "struct rw_semaphore",
    "DEFINE_SEMAPHORE": "struct semaphore",
    "DEFINE_SEQLOCK": "seqlock_t",
}
"""Macros that define a variable of a type: DEFINE_RAW_SPINLOCK(name)."""
