# SPDX-License-Identifier: GPL-2.0-only
"""What the architecture decides, each with Linux's file that says so."""

from spec.kernel.parameters import ARCH

CURRENT_WITH_STACK = ARCH in ("arm64", "riscv")
"""Whether `current` changes together with the stack pointer, so that nothing comes between.

arm64: cpu_switch_to sets sp and sp_el0 one after the other, with DAIF masked (arch/arm64/kernel/entry.S). riscv: __switch_to
loads sp and moves tp, and uses no stack in between; there are no NMIs (arch/riscv/kernel/entry.S). x86: __switch_to_asm
(arch/x86/entry/entry_64.S) loads the stack pointer and pops from next's stack, then __switch_to writes current_task
(arch/x86/kernel/process_64.c), both with FRED and without."""

SELF_IPI_PROMPT = ARCH in ("x86", "x86-fred")
"""Whether the interrupt that irq_work_queue raises on its own CPU comes before the next instruction with interrupts on.

x86: arch_irq_work_raise sends a self-IPI to the local APIC and waits until it is idle (arch/x86/kernel/irq_work.c). arm64 and
riscv: smp_cross_call, send_ipi_mask (arch/arm64/kernel/smp.c, arch/riscv/kernel/smp.c); by when the interrupt controller
delivers it to its own CPU, nothing says."""

FAULTS_NEST = ARCH in ("x86-fred", "arm64")
"""Whether a stack fault that comes while its CPU handles another one leaves the frame of that one alone, however the kernel sets
up its stacks. Elsewhere that is for EXCEPTION_STACKS to say.

x86: an IST stack is entered at its top each time. Linux handles stack faults on that of #DF, and an NMI has one of its own, on
which its fault is a page fault (arch/x86/kernel/idt.c): two EXCEPTION_STACKS. There is one where #PF is given an IST stack, for
stack faults to be page faults. x86-fred: an event changes stacks only for a level higher than the one that the CPU is at
(arch/x86/kernel/fred.c has the levels). arm64: kernel_ventry sees that sp is in overflow_stack already, and carries on below
it (arch/arm64/kernel/entry.S). riscv: handle_exception does not look for that, and there are no NMIs."""

OVERFLOW_STACK_SHARED = ARCH == "riscv"
"""Whether one overflow stack serves all CPUs, so that a stack fault waits until no other is being handled.

riscv: handle_kernel_stack_overflow spins on spin_shadow_stack before it uses shadow_stack (arch/riscv/kernel/entry.S; 6.2 to
6.6, before that it did not even wait, since then each CPU has one). Here the stack is in use until the handler ends, as a
handler that returns needs it to. arm64: overflow_stack is per CPU. x86: so is the stack of #DF."""
