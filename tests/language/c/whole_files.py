# SPDX-License-Identifier: GPL-2.0-only
"""A tree of whole files that the patch of hardened is for: what stands around its hunks, and thousands of lines that it does not
touch, with everything that a model has no counterpart of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

FOREIGN = """\
#define MAKE_{n}(name) static int name##_{n}(struct seen_{n} *seen) {{ return seen->shown(seen); }}

struct seen_{n} {{
	unsigned int kind:3, flags:5;
	union {{
		struct list_head list;
		struct rcu_head rcu;
	}};
	int (*shown)(struct seen_{n} *seen);
	char name[TASK_COMM_LEN];
}};

static struct seen_{n} __initdata first_{n}[] = {{
	[0] = {{ .kind = 1, .name = "one" }},
	[MAX_SEEN - 1] = {{ .shown = NULL }},
}};

#ifdef CONFIG_OF_NOBODY_{n}
static inline int weight_{n}(struct seen_{n} *seen, double scale)
{{
#else
static inline int weight_{n}(struct seen_{n} *seen)
{{
#endif
	struct seen_{n} copy = *seen;
	int found[3] = {{ 0 }};

	asm volatile("nop" : : "r" (&copy) : "memory");
	list_for_each_entry_rcu(seen, &seen->list, list) {{
		if (({{ int two = 2; two > seen->kind; }}))
			goto out;
		switch (seen->kind) {{
		case 0 ... 2:
			found[seen->kind]++;
			fallthrough;
		default:
			kmem_cache_free(nobody_knows_{n}, container_of(seen->list.next, typeof(*seen), list));
		}}
	}}
	call_rcu(&seen->rcu, seen->shown);
out:
	return found[0] ?: -ENOENT;
}}

SYSCALL_DEFINE2(seen_{n}, unsigned long, first, int __user *, second)
{{
	struct seen_{n} *seen __free(kfree) = (struct seen_{n} *)first;

	return put_user(weight_{n}(seen), second) ? -EFAULT : sizeof(copy_{n});
}}
EXPORT_SYMBOL_GPL(weight_{n});
"""
"""A part of a file that the patch does not touch. A function that the tree does not have, a macro that pastes, a struct by value,
bit-fields, a union, a computed initialiser, an option that nobody decided, assembler, a statement in an expression, a call
through a pointer, a system call: nothing of it is in a model, and nothing of it may stop one."""

AROUND: dict[str, tuple[tuple[str, str], ...]] = {
    "arch/Kconfig": (("", ""),),
    "include/linux/sched.h": (("struct task_struct {\n\tvoid *stack;\n", "#endif\n};\n"),),
    "include/linux/sched/task_stack.h": (
        ("#if 0\n#else\n", "\treturn obj >= stack && obj < stack + THREAD_SIZE;\n}\n"),
        (
            "#ifdef CONFIG_DEBUG_STACK_USAGE\nstatic inline unsigned long stack_not_used(struct task_struct *p)\n{\n"
            "#ifdef CONFIG_STACK_GROWSUP\n\treturn 0;\n# else\n\treturn 1;\n",
            "\treturn ((unsigned long)addr & (THREAD_SIZE - 1)) == 0;\n}\n",
        ),
    ),
    "kernel/fork.c": (
        (
            "static bool try_release_thread_stack_to_cache(struct vm_struct *vm_area)\n{\n"
            "\tif (this_cpu_cmpxchg(cached_stacks[0], NULL, vm_area) == NULL)\n\t\treturn true;\n",
            "\n\tstack = __vmalloc_node_range(THREAD_SIZE, node);\n\treturn stack ? find_vm_area(stack) : NULL;\n}\n",
        ),
        (
            "static inline void free_vmap_stack(struct vm_struct *vm_area)\n",
            "\tstruct vm_stack *found = container_of(rh, struct vm_stack, rcu);\n\n\tvfree(found);\n}\n",
        ),
        (
            "static int alloc_thread_stack_node(struct task_struct *tsk, int node)\n{\n"
            "\ttsk->stack_vm_area = alloc_vmap_stack(node);\n\treturn tsk->stack_vm_area ? 0 : -ENOMEM;\n}\n",
            "\ttsk->stack = NULL;\n}\n",
        ),
        (
            "static void account_kernel_stack(struct task_struct *tsk, int account)\n{\n"
            "\tif (IS_ENABLED(CONFIG_VMAP_STACK)) {\n\t\tstruct vm_struct *vm = task_stack_vm_area(tsk);\n\t\tint i;\n\n"
            "\t\tfor (i = 0; i < THREAD_SIZE / PAGE_SIZE; i++)\n"
            "\t\t\tmod_lruvec_page_state(vm->pages[i], NR_KERNEL_STACK_KB, account * (PAGE_SIZE / 1024));\n"
            "\t} else {\n\t\tmod_lruvec_kmem_state(task_stack_page(tsk), NR_KERNEL_STACK_KB, account);\n",
            "\n\tif (IS_ENABLED(CONFIG_VMAP_STACK)) {\n\t\tstruct vm_struct *vm = task_stack_vm_area(tsk);\n\t\tint i;\n\n"
            "\t\tfor (i = 0; i < THREAD_SIZE / PAGE_SIZE; i++)\n",
        ),
        ("", "\tfree_thread_stack(tsk);\n}\n"),
        (
            'void __init fork_init(void)\n{\n#ifndef CONFIG_ARCH_TASK_STRUCT_ALLOCATOR\n\ttask_struct_cachep = create("t");\n#endif\n'
            "#ifdef CONFIG_OF_NOBODY\n\tset_max_threads(MAX_THREADS);\n#endif\n"
            '#ifdef CONFIG_VMAP_STACK\n\tcpuhp_setup_state(CPUHP_BP_PREPARE_DYN, "fork:vm_stack_cache",\n',
            "}\n",
        ),
        ("int __weak arch_dup_task_struct(struct task_struct *dst,\n\t\t\t\tstruct task_struct *src)\n{\n\t*dst = *src;\n", ""),
        ("", ""),
        (
            "\tstruct task_struct *tsk = alloc_task_struct_node(node);\n\tint err = arch_dup_task_struct(tsk, orig);\n\n",
            "\treturn tsk;\nfree_tsk:\n\tfree_task_struct(tsk);\n\treturn NULL;\n}\n",
        ),
    ),
    "kernel/sched/core.c": (
        (
            "static struct rq *finish_task_switch(struct task_struct *prev)\n{\n\tstruct rq *rq = this_rq();\n"
            "\tunsigned int prev_state;\n\n",
            "\treturn rq;\n}\n",
        ),
        (
            "void scheduler_tick(void)\n{\n\tint cpu = smp_processor_id();\n\tstruct rq *rq = cpu_rq(cpu);\n"
            "\tstruct task_struct *curr = rq->curr;\n\tunsigned long thermal_pressure;\n\tu64 resched_latency;\n\n",
            "}\n",
        ),
        (
            "static void __sched notrace __schedule(unsigned int sched_mode)\n{\n\tstruct task_struct *prev, *next;\n"
            "\tstruct rq *rq;\n\tint cpu;\n\n\tcpu = smp_processor_id();\n",
            '\t\thrtick_clear(rq);\n#ifdef CONFIG_OF_NOBODY\n\tlocal_irq_disable();\n#else\n\tasm volatile("cli");\n#endif\n',
        ),
        ("", "\tif (likely(prev != next))\n\t\trq = context_switch(rq, prev, next, &rf);\n}\n"),
    ),
    "kernel/time/tick-sched.c": (
        (
            "static bool can_stop_idle_tick(int cpu, struct tick_sched *ts)\n{\n",
            "\t\t */\n\t\treturn false;\n\t}\n\treturn true;\n}\n",
        ),
    ),
}
"""What stands before and behind each hunk of the patch, so that its file is whole. It is not the kernel's text."""


NEWLINE = "\n"


@dataclass(frozen=True)
class Hunk:
    """The lines of a hunk with their marks."""

    path: str
    lines: tuple[str, ...]

    def side(self, gone: str) -> str:
        """The text without the lines of one mark, `+` for what was there before and `-` for what is there then."""
        return "".join(f"{line[1:]}\n" for line in self.lines if line[0] != gone)


def hunks(patch: str) -> Iterator[Hunk]:
    """The hunks of a patch, in order."""
    path = ""
    lines = iter(patch.split("\n"))
    for line in lines:
        if line.startswith("+++ b/"):
            path = line.removeprefix("+++ b/")
        elif found := re.match(r"@@ -\d+,(\d+) \+\d+,(\d+) @@", line):
            old, new = int(found[1]), int(found[2])
            taken = []
            while old or new:
                shown = next(lines)
                taken.append(shown)
                old, new = old - (shown[0] != "+"), new - (shown[0] != "-")
            yield Hunk(path, tuple(taken))


def foreign(numbers: range) -> str:
    """Text of a file that a patch does not touch."""
    return "".join(FOREIGN.format(n=number) + "\n" for number in numbers)


def whole_files(patch: str, lines: int) -> tuple[dict[str, str], str]:
    """The files that the patch is for, by path, each C file with at least so many lines of others, and the patch for them."""
    parts = -(-lines // foreign(range(1)).count("\n"))
    before: dict[str, str] = {}
    text = ""
    of_files: dict[str, list[Hunk]] = {}
    for hunk in hunks(patch):
        of_files.setdefault(hunk.path, []).append(hunk)
    for path, of_file in of_files.items():
        is_code = path.endswith(".c")
        old = new = foreign(range(parts // 2)) if is_code else ""
        text += f"--- a/{path}\n+++ b/{path}\n"
        for hunk, (head, tail) in zip(of_file, AROUND[path], strict=True):
            old, new = old + head, new + head
            sides = (
                f"{mark}{side.count(NEWLINE) + 1},{hunk.side(gone).count(NEWLINE)}"
                for mark, side, gone in (("-", old, "+"), ("+", new, "-"))
            )
            text += f"@@ {' '.join(sides)} @@\n" + "".join(f"{line}\n" for line in hunk.lines)
            old, new = old + hunk.side("+") + tail, new + hunk.side("-") + tail
        before[path] = old + (foreign(range(parts // 2, parts)) if is_code else "")
    return before, text
