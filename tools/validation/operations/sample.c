// SPDX-License-Identifier: GPL-2.0-only
/*
 * A protocol of the family, written for the comparison: it has what such patches have, in the forms that are easy to get wrong.
 */
#define THREAD_PREALLOC_PAGES	1
#define POOL_PAGES		((THREAD_SIZE >> PAGE_SHIFT) - THREAD_PREALLOC_PAGES)
#define POOL_GFP		(GFP_KERNEL | __GFP_ZERO)
#define TAKEN			0x1UL

static DEFINE_PER_CPU(struct page *, dynamic_stack_pages[POOL_PAGES]);

static __always_inline bool is_taken(struct page *page)
{
	return (unsigned long)page & TAKEN;
}

static __always_inline struct page *without_tag(struct page *page)
{
	return (struct page *)((unsigned long)page & ~TAKEN);
}

/* The first slot from `from` on whose page nobody has taken; the number of slots if there is none. */
static unsigned int free_slot(struct page **pool, unsigned int from)
{
	unsigned int slot = from;

	while (slot < POOL_PAGES && (!pool[slot] || is_taken(pool[slot])))
		slot++;
	return slot;
}

static int count_left(struct page **pool)
{
	int slot, left = 0;

	for (slot = POOL_PAGES - 1; slot >= 0; slot--) {
		if (is_taken(READ_ONCE(pool[slot])))
			break;
		if (!pool[slot])
			continue;
		left++;
	}
	return left;
}

static bool map_page(struct vm_struct *area, unsigned long addr, struct page *page)
{
	pte_t *pte = virt_to_kpte(addr);

	if (!pte || pte_present(*pte))
		return false;
	set_pte_at(&init_mm, addr, pte, mk_pte(page, PAGE_KERNEL));
	area->nr_pages++;
	return true;
}

bool noinstr dynamic_stack_fault(struct task_struct *tsk, unsigned long address)
{
	struct page **pool = this_cpu_ptr(dynamic_stack_pages);
	struct vm_struct *area = READ_ONCE(tsk->stack_vm_area);
	unsigned long begin, addr;
	unsigned int slot = 0;
	int nr, left;

	if (!area)
		return false;
	begin = (unsigned long)area->addr;
	if (address >= begin + THREAD_SIZE || address < begin)
		return false;
	nr = area->nr_pages;
	addr = begin + THREAD_SIZE - (nr << PAGE_SHIFT);
	left = count_left(pool);
	if (address >= addr || !left)
		goto refused;

	do {
		addr -= PAGE_SIZE;
		slot = free_slot(pool, slot);
		if (slot == POOL_PAGES)
			goto refused;
		area->pages[nr] = pool[slot];
		pool[slot] = (struct page *)((unsigned long)pool[slot] | TAKEN);
		if (!map_page(area, addr, area->pages[nr]))
			goto refused;
		nr++;
	} while (addr > PAGE_ALIGN_DOWN(address));

	tsk->flags |= PF_DYNAMIC_STACK;
	return true;

refused:
	if (slot)
		tsk->flags |= PF_DYNAMIC_STACK;
	return false;
}

static int charge_slot(struct page **slot)
{
	struct page *page = without_tag(*slot);
	int err = memcg_kmem_charge_page(page, GFP_KERNEL | __GFP_NOFAIL, 0);

	switch (err) {
	case -ENOMEM:
		pr_warn_ratelimited("stack: a page is not charged\n");
		break;
	case 0:
		mod_lruvec_page_state(page, NR_KERNEL_STACK_KB, PAGE_SIZE / 1024);
	default:
		*slot = NULL;
	}
	return err ? -1 : 0;
}

static void settle(struct task_struct *tsk)
{
	struct page **pool = this_cpu_ptr(dynamic_stack_pages);
	struct page **slot = pool;
	int failed = 0, i;

	if (!(tsk->flags & PF_DYNAMIC_STACK))
		return;
	for (i = 0; i < POOL_PAGES; i++, slot++) {
		if (is_taken(*slot) && charge_slot(slot) < 0 && ++failed > 1)
			break;
		if (!*slot)
			*slot = alloc_page(GFP_ATOMIC);
	}
	if (failed == 0)
		tsk->flags &= ~PF_DYNAMIC_STACK;
}

static int pool_fill(unsigned int cpu)
{
	struct page **pool = per_cpu_ptr(dynamic_stack_pages, cpu);
	int i = 0;

again:
	if (!pool[i] && !(pool[i] = alloc_pages(POOL_GFP & ~__GFP_ACCOUNT, 0)))
		return -ENOMEM;
	if (++i < POOL_PAGES)
		goto again;
	return 0;
}

static int pool_drain(unsigned int cpu)
{
	struct page **pool = per_cpu_ptr(dynamic_stack_pages, cpu);
	int i;

	for (i = 0; i < POOL_PAGES; ++i) {
		struct page *page = pool[i];

		pool[i] = NULL;
		if (page)
			__free_page(without_tag(page));
	}
	return 0;
}

static struct vm_struct *alloc_vmap_stack(int node)
{
	struct vm_struct *area = get_vm_area_node(THREAD_SIZE, THREAD_ALIGN, VM_MAP, node, POOL_GFP, __builtin_return_address(0));
	unsigned long end;
	int i;

	if (!area)
		return NULL;
	area->pages = kmalloc_node(sizeof(struct page *) * (THREAD_SIZE >> PAGE_SHIFT), POOL_GFP, node);
	if (!area->pages)
		goto out_area;
	for (i = 0; i < THREAD_PREALLOC_PAGES; i++) {
		struct page *page = alloc_pages_node(node, POOL_GFP, 0);

		if (!page)
			goto out_pages;
		area->pages[i] = page;
		area->nr_pages += 1;
	}
	end = (unsigned long)area->addr + THREAD_SIZE;
	if (!vmap_pages_range_noflush(end - THREAD_PREALLOC_PAGES * PAGE_SIZE, end, PAGE_KERNEL, area->pages, PAGE_SHIFT))
		return area;

out_pages:
	for (i = area->nr_pages; i > 0; )
		__free_page(area->pages[--i]);
	kfree(area->pages);
out_area:
	kfree(area);
	return NULL;
}

static void free_vmap_stack(struct vm_struct *area)
{
	unsigned int i, nr_pages = area->nr_pages;

	remove_vm_area(area->addr);
	for (i = 0; i < nr_pages; i += 1) {
		if (area->pages[i])
			__free_page(area->pages[i]);
	}
	kfree(area->pages);
	kfree(area);
}
