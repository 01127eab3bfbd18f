/* SPDX-License-Identifier: GPL-2.0-only */
/* What the patch of hardened uses of Linux, as far as a compiler has to know it to check types. One CPU stands for all. */
#include <stdbool.h>
#include <stddef.h>

#define CONFIG_DYNAMIC_STACK 1
#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define THREAD_SIZE (PAGE_SIZE << 2)
#define THREAD_ALIGN THREAD_SIZE
#define ENOMEM 12
#define __always_inline inline __attribute__((always_inline))
#define noinstr __attribute__((noinline))

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))
#define raw_cmpxchg(pointer, old, new) __sync_val_compare_and_swap(pointer, old, new)

#define DEFINE_PER_CPU(type, name) __typeof__(type) name
#define this_cpu_ptr(name) (name)
#define per_cpu_ptr(name, cpu) ((void)(cpu), (name))
#define per_cpu(name, cpu) (*((void)(cpu), &(name)))
#define __this_cpu_read(name) (name)
#define __this_cpu_write(name, value) ((name) = (value))
#define raw_cpu_write(name, value) ((name) = (value))

typedef unsigned int gfp_t;
typedef struct { unsigned long pte; } pte_t;
typedef struct { unsigned long pgprot; } pgprot_t;
struct mm_struct;
struct mem_cgroup;
struct page { unsigned long flags; };
struct vm_struct {
	void *addr;
	struct page **pages;
	unsigned int nr_pages;
};
struct task_struct {
	struct vm_struct *stack_vm_area;
	bool dynamic_stack_grown;
};
enum node_stat_item { NR_KERNEL_STACK_KB };

#define GFP_KERNEL 1u
#define __GFP_ZERO 2u
#define __GFP_NOWARN 4u
#define __GFP_NOFAIL 8u
#define VM_MAP 4ul
#define VM_MAP_PUT_PAGES 512ul
#define PAGE_KERNEL ((pgprot_t){ 1 })

extern struct mm_struct init_mm;
pte_t *virt_to_kpte(unsigned long address);
pte_t mk_pte(struct page *page, pgprot_t protection);
void set_pte_at(struct mm_struct *mm, unsigned long address, pte_t *entry, pte_t value);
int vmap_pages_range_noflush(unsigned long begin, unsigned long end, pgprot_t protection, struct page **pages,
			     unsigned int page_shift);
struct vm_struct *get_vm_area_node(unsigned long size, unsigned long align, unsigned long flags, int node, gfp_t gfp,
				   const void *caller);
struct vm_struct *remove_vm_area(const void *address);
void vfree_atomic(const void *address);

struct page *alloc_page(gfp_t gfp);
struct page *alloc_pages_node(int node, gfp_t gfp, unsigned int order);
void __free_page(struct page *page);
void *kcalloc_node(size_t count, size_t size, gfp_t gfp, int node);
void kfree(const void *object);

void rcu_read_lock(void);
void rcu_read_unlock(void);
struct mem_cgroup *mem_cgroup_from_task(struct task_struct *task);
struct mem_cgroup *set_active_memcg(struct mem_cgroup *memcg);
bool PageMemcgKmem(struct page *page);
int memcg_kmem_charge_page(struct page *page, gfp_t gfp, int order);
void memcg_kmem_uncharge_page(struct page *page, int order);
void mod_lruvec_page_state(struct page *page, enum node_stat_item item, int value);
bool in_task(void);
