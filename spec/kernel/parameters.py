# SPDX-License-Identifier: GPL-2.0-only
"""Sizes and events of the modelled kernel."""

from checker.language import constant_of_model, event, parameter
from spec.core.machine import CPUS

TASKS = parameter(1, 1, 6, "tasks besides each CPU's idle task")
STACK_PAGES = parameter(3, 2, 8, "pages of a full kernel stack: THREAD_SIZE >> PAGE_SHIFT")
SPARE_PAGES = parameter(0, 0, 16, "page frames beyond what all full stacks and full pools need")
EXCEPTION_STACKS = parameter(2, 1, 2, "entries of the fault handler that can nest on one CPU; 1: #PF has an IST stack on x86")
PREEMPT_RT = parameter(0, 0, 1, "1: CONFIG_PREEMPT_RT, where a spinlock_t sleeps, so that nobody takes it with preemption off")
IDLE_DYNAMIC = parameter(0, 0, 1, "1: the idle tasks of all CPUs but the boot CPU have dynamic stacks, as fork_idle() gives them")
ARCH = parameter(
    "generic",
    ("generic", "x86", "x86-fred", "arm64", "riscv"),
    "the architecture; generic: `current` is set after the stack pointer, as on x86, and a self-IPI takes its time, as on arm64",
)

TOUCH = event("touch", "plain task work goes one or several levels deeper than its stack is mapped, or hits the guard page")
LATE_FAULT = event("late-fault", "a stack fault inside the hook, the refill, __schedule or finish_task_switch")
SWITCH_FAULT = event(
    "switch-fault", "a stack fault while the stack is next's already and `current` still prev (arm64, riscv: just set)"
)
IRQ = event("irq", "an interrupt on the task's stack, whose entry or handler goes deeper than the stack is mapped")
SOFTIRQ = event("softirq", "softirqs run when an interrupt ends, go deeper, and can be interrupted again")
NMI = event("nmi", "an NMI anywhere, also in the fault handler, reads an unmapped page of the stack that it interrupts")
OOM = event("oom", "alloc_pages fails")
CHARGE_FAIL = event("charge-fail", "the memcg charge fails, unless it is one with __GFP_NOFAIL")
SLEEP = event("sleep", "allocation and charge sleep where gfp allows it, that is, they call __schedule")
MIGRATE = event("migrate", "a task resumes on another CPU than the one it left")
FORK = event("fork", "tasks are forked; at boot there is one")
EXIT = event("exit", "tasks exit, and their stacks are cached or freed after a grace period of RCU")
HOTPLUG = event("hotplug", "CPUs other than the boot CPU go down and come up again, or fail to")
REMOTE_READ = event("remote-read", "a task reads through another task's whole stack, as kmemleak does")
DEPTH = event("depth", "stack pointers move over mapped pages too; how deep each stack is in use is kept, also off the CPU")
RECLAIM = event("reclaim", "memory is short, and the shrinkers are called: by a kernel thread, and where an allocation sleeps")
ALLOCATOR_FAULT = event(
    "allocator-fault", "a stack fault where its CPU holds a lock of the page allocator, the memcg charge or the tree of areas"
)
PREEMPT = event("preempt", "an interrupt preempts a task in kernel code when it ends, where preemption is on")
OOPS_CONTINUES = event("oops-continues", "a stack fault that is refused in plain task work kills the task, not the machine")
AREA_OOM = event(
    "area-oom",
    "get_vm_area_node, kmalloc and the page tables of a stack fail; with the event sleep they sleep where gfp allows it",
)
PROC_STACK = event("proc-stack", "a task reads the frames of another as /proc/PID/stack does, with a reference to its stack")
BOOT = event("boot", "the boot CPU runs fork_init with an empty pool, and then the init task brings up the other CPUs")

PREALLOC_PAGES = constant_of_model(1, "THREAD_PREALLOC_PAGES: pages that are mapped when a stack is made")
POOL_SLOTS = constant_of_model(STACK_PAGES - PREALLOC_PAGES, "THREAD_DYNAMIC_PAGES: slots of a CPU's pool")
TASKS_END = EXIT or OOPS_CONTINUES
KEPT_PAGES = constant_of_model(0, "page frames that the protocol keeps at boot besides those in the pools of the CPUs")
IRQ_WORK_SHARED = constant_of_model(0, "1: one static irq_work for all CPUs, 0: one for each CPU")
CPU_OFFLINE = constant_of_model(0, "1: the protocol has a callback on the CPU that goes down, cpu_offline")
STACK_REFCOUNT = constant_of_model(0, "1: the protocol takes references to stacks, by try_get_task_stack")
RAW_SPINLOCKS = constant_of_model(1, "raw spinlocks of the protocol")
SPINLOCKS = constant_of_model(0, "spinlocks of the protocol")
MUTEXES = constant_of_model(0, "mutexes of the protocol")
IDLE_STACKS = CPUS - 1 if IDLE_DYNAMIC else 0
LAST_STACKS = 1 if FORK and TASKS_END else 0  # the last task's stack may still wait for RCU, or in a cache
STACKS = TASKS + LAST_STACKS + IDLE_STACKS
PAGES = CPUS * POOL_SLOTS + STACKS * STACK_PAGES + KEPT_PAGES + SPARE_PAGES
INTERRUPTS = IRQ or SOFTIRQ
REFCOUNTED = PROC_STACK or STACK_REFCOUNT == 1
DEPTH_KEPT = DEPTH or RECLAIM
