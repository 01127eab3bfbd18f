/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the functions of a patch see of the kernel, compiled for user space: pages are addresses that nobody follows, services
 * are stubs that print what they are given and return what a script says. CPUS, TASKS, STACKS, STACK_PAGES and PAGES are given.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_DYNAMIC_STACK 1
#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define THREAD_SIZE ((unsigned long)STACK_PAGES << PAGE_SHIFT)
#define THREAD_ALIGN THREAD_SIZE
#define PAGE_ALIGN_DOWN(address) ((address) & ~(PAGE_SIZE - 1))
#define PF_DYNAMIC_STACK 0x00010000
#define ENOMEM 12

#define noinstr
#define __init
#define __always_inline inline
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define instrumentation_begin()
#define instrumentation_end()
#define pr_emerg(...) printf_dropped(__VA_ARGS__)
#define pr_err(...) printf_dropped(__VA_ARGS__)
#define pr_err_ratelimited(...) printf_dropped(__VA_ARGS__)
#define pr_warn_ratelimited(...) printf_dropped(__VA_ARGS__)
static inline void printf_dropped(const char *format, ...) {}

typedef unsigned int gfp_t;
#define __GFP_DIRECT_RECLAIM 0x400u
#define __GFP_KSWAPD_RECLAIM 0x800u
#define __GFP_ZERO 0x100u
#define __GFP_NOFAIL 0x8000u
#define __GFP_IO 0x40u
#define __GFP_FS 0x80u
#define __GFP_NOWARN 0x2000u
#define __GFP_ACCOUNT 0x400000u
#define GFP_KERNEL (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_ATOMIC (__GFP_KSWAPD_RECLAIM)
#define THREADINFO_GFP (GFP_KERNEL_ACCOUNT | __GFP_ZERO)

struct page {
	char of_64_bytes[64];
};
struct mm_struct {
	int nothing;
};
typedef struct {
	struct page *page;
} pte_t;
struct vm_struct {
	void *addr;
	struct page **pages;
	unsigned int nr_pages;
};
struct task_struct {
	void *stack;
	struct vm_struct *stack_vm_area;
	unsigned int flags;
	bool dynamic_stack_grown;
};
struct mem_cgroup;

/* -- what there is: number n is at index n, and 0 stands for NULL -- */

#define FIRST_PAGE 0x100000UL
#define FIRST_STACK 0x40000000UL
#define STACK_STRIDE 0x100000UL

static struct vm_struct areas_[STACKS + 1];
static struct page *area_pages_[STACKS + 1][STACK_PAGES];
static pte_t area_ptes_[STACKS + 1][STACK_PAGES];
static struct task_struct tasks_[TASKS + 1];
static struct mm_struct init_mm;
static int script_[64], scripted_, this_cpu_;
static pte_t no_pte_;
static int allocated_area_;
static long active_group_; /* the number of a task, each of which is alone in its group */

/* The linker gives the limits of this section; a CPU's own variables lie that far from where its own begin. */
#define DEFINE_PER_CPU(type, name) __attribute__((section("percpu"))) __typeof__(type) name
extern char __start_percpu[], __stop_percpu[];
static char per_cpu_of_[CPUS][4096] __attribute__((aligned(64)));
#define per_cpu_ptr(pointer, cpu) \
	((__typeof__(*(pointer)) *)(per_cpu_of_[cpu] + ((char *)(pointer) - __start_percpu)))
#define this_cpu_ptr(pointer) per_cpu_ptr(pointer, this_cpu_)
#define per_cpu(variable, cpu) (*per_cpu_ptr(&(variable), cpu))
#define this_cpu_read(variable) per_cpu(variable, this_cpu_)
#define this_cpu_write(variable, value) (per_cpu(variable, this_cpu_) = (value))
#define __this_cpu_read this_cpu_read
#define __this_cpu_write this_cpu_write
#define raw_cpu_read this_cpu_read
#define raw_cpu_write this_cpu_write
#define smp_processor_id() ((unsigned int)this_cpu_)

static struct page *page_of_(long number)
{
	return number ? (struct page *)(FIRST_PAGE + 64 * (number / 2) + number % 2) : NULL;
}

static long number_of_(const struct page *page)
{
	unsigned long value = (unsigned long)page;

	return value < FIRST_PAGE ? value : (value - FIRST_PAGE) / 64 * 2 + (value & 63);
}

static long number_of_area_(const struct vm_struct *area)
{
	return area ? area - areas_ : 0;
}

/* -- what is compared -- */

static struct page **pool_of_(int cpu);
static bool *short_of_(int cpu);

static unsigned int seen_(void)
{
	unsigned int hash = 0;
	int n, i;

	for (n = 0; n < CPUS; n++)
		for (i = 0; i < POOL_SLOTS; i++)
			hash = hash * 31 + number_of_(pool_of_(n)[i]);
	for (n = 1; n <= STACKS; n++) {
		hash = hash * 31 + areas_[n].nr_pages;
		for (i = 0; i < STACK_PAGES; i++)
			hash = hash * 31 + number_of_(area_pages_[n][i]);
		for (i = 0; i < STACK_PAGES; i++)
			hash = hash * 31 + number_of_(area_ptes_[n][i].page);
	}
	for (n = 1; n <= TASKS; n++)
		hash = hash * 31 + !!(tasks_[n].flags & PF_DYNAMIC_STACK);
	for (n = 1; n <= TASKS; n++)
		hash = hash * 31 + tasks_[n].dynamic_stack_grown;
	for (n = 0; n < CPUS; n++)
		hash = hash * 31 + *short_of_(n);
	return hash;
}

static void called_(const char *name, long a, long b, long c)
{
	printf(" %s,%ld,%ld,%ld,%u", name, a, b, c, seen_());
}

static int next_(int below)
{
	return scripted_ < 64 ? script_[scripted_++] % below : 0;
}

static long reclaim_(gfp_t gfp)
{
	return !!(gfp & __GFP_DIRECT_RECLAIM) + 2 * !!(gfp & __GFP_NOFAIL) + 4 * !!(gfp & __GFP_ZERO) +
	       8 * (!(gfp & __GFP_DIRECT_RECLAIM) && (gfp & __GFP_KSWAPD_RECLAIM));
}

/* -- services -- */

static struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	called_("alloc_pages", reclaim_(gfp), 0, 0);
	return page_of_(2 * next_(PAGES + 1));
}
#define alloc_page(gfp) alloc_pages(gfp, 0)
#define alloc_pages_node(node, gfp, order) alloc_pages(gfp, order)

static void __free_page(struct page *page)
{
	called_("__free_page", number_of_(page), 0, 0);
}

static int memcg_kmem_charge_page(struct page *page, gfp_t gfp, int order)
{
	called_("memcg_kmem_charge_page", number_of_(page), reclaim_(gfp), active_group_);
	return next_(2) ? 0 : -ENOMEM;
}

static void memcg_kmem_uncharge_page(struct page *page, int order)
{
	called_("memcg_kmem_uncharge_page", number_of_(page), 0, 0);
}

enum { NR_KERNEL_STACK_KB };
static void mod_lruvec_page_state(struct page *page, int counter, int by)
{
	called_("mod_lruvec_page_state", number_of_(page), 0, 0);
}

/* Of an address: its area, and the level in it; level STACK_PAGES and beyond is below the stack. */
static long area_at_(unsigned long address)
{
	return (address - FIRST_STACK + STACK_STRIDE / 2) / STACK_STRIDE;
}

static long level_at_(unsigned long address)
{
	unsigned long begin = FIRST_STACK + area_at_(address) * STACK_STRIDE;

	return (long)(begin + THREAD_SIZE - 1 - address) >> PAGE_SHIFT;
}

static pte_t *virt_to_kpte(unsigned long address)
{
	long area = area_at_(address), level = level_at_(address);

	if (area < 1 || area > STACKS || level < 0 || level >= STACK_PAGES)
		return &no_pte_;
	return &area_ptes_[area][level];
}

#define PAGE_KERNEL 0
#define pte_present(pte) ((pte).page != NULL)
#define pte_none(pte) ((pte).page == NULL)
#define mk_pte(page_, protection) ((pte_t){ .page = (page_) })

static void set_pte_at(struct mm_struct *mm, unsigned long address, pte_t *pte, pte_t value)
{
	if (pte != virt_to_kpte(address))
		printf(" wrong-entry");
	called_("set_pte_at", area_at_(address), level_at_(address), number_of_(value.page));
	*pte = value;
}

#define PageMemcgKmem(page) is_charged_(page)
static bool is_charged_(const struct page *page)
{
	called_("is_charged", number_of_(page), 0, 0);
	return next_(2);
}

static bool in_task(void)
{
	called_("in_task", 0, 0, 0);
	return next_(2);
}

#define mem_cgroup_from_task(task) ((struct mem_cgroup *)((task) - tasks_))
static struct mem_cgroup *set_active_memcg(struct mem_cgroup *group)
{
	long before = active_group_;

	active_group_ = (long)group;
	return (struct mem_cgroup *)before;
}

#define rcu_read_lock()
#define rcu_read_unlock()
struct task_struct;
static void account_kernel_stack(struct task_struct *task, int account)
{
}

#define raw_cmpxchg(p, o, n) ({ __typeof__(*(p)) old_ = (o); \
	__atomic_compare_exchange_n((p), &old_, (n), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); old_; })

#define VM_MAP 4
#define VM_MAP_PUT_PAGES 0x200
static struct vm_struct *get_vm_area_node(unsigned long size, unsigned long align, unsigned long flags, int node, gfp_t gfp,
					  const void *caller)
{
	int number;

	called_("get_vm_area_node", 0, 0, 0);
	number = next_(STACKS + 1);
	if (!number)
		return NULL;
	areas_[number].pages = NULL;
	areas_[number].nr_pages = 0;
	memset(area_pages_[number], 0, sizeof(area_pages_[number]));
	memset(area_ptes_[number], 0, sizeof(area_ptes_[number]));
	allocated_area_ = number;
	return &areas_[number];
}

static void *kmalloc_node(size_t size, gfp_t gfp, int node)
{
	return area_pages_[allocated_area_];
}

static void *kcalloc_node(size_t number, size_t size, gfp_t gfp, int node)
{
	return area_pages_[allocated_area_];
}

static void kfree(const void *what)
{
	const struct vm_struct *area = what;

	if (area >= areas_ && area <= areas_ + STACKS)
		called_("kfree_vm_area", number_of_area_(area), 0, 0);
}

static struct vm_struct *remove_vm_area(const void *address)
{
	called_("remove_vm_area", area_at_((unsigned long)address), 0, 0);
	return &areas_[area_at_((unsigned long)address)];
}

static void vfree_atomic(const void *address)
{
	called_("vfree_atomic", area_at_((unsigned long)address), 0, 0);
}

static int vmap_pages_range_noflush(unsigned long address, unsigned long end, int protection, struct page **pages,
				    unsigned int shift)
{
	for (; address < end; address += PAGE_SIZE)
		set_pte_at(&init_mm, address, virt_to_kpte(address), mk_pte(*pages++, protection));
	return 0;
}
