# SPDX-License-Identifier: GPL-2.0-only
"""What C text does together with the modelled kernel: small fault handlers, searched. A handler that refuses the fault at its end
violates fault-resolved, which shows that its end was reached; BUG_ON violates no-bug."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.language.front.load import load_program
from tests.hardened.runs import run_of
from tests.language.c.refused.text import fault, lines

END = "return false;"
RESOLVED = (
    "struct page *page = alloc_pages_nolock(NUMA_NO_NODE, 0);",
    "if (page)",
    "\tset_pte_at(&init_mm, address, virt_to_kpte(address), mk_pte(page, PAGE_KERNEL));",
)
CHECKED = ("no-bug", "fault-resolved", "lock-held", "lock-order", "lock-recursion", "no-wild-pointer")


def violated(folder: Path, text: str, cpus: int = 1) -> set[str]:
    path = folder / "text.c"
    path.write_text(text)
    sizes = {"CPUS": cpus, "TASKS": 1, "STACK_PAGES": 2}
    properties = set(load_program(path).properties) & set(CHECKED)
    run = run_of(path, sizes, ("touch",), *sorted(properties))
    return set(run.violated) & set(CHECKED)


@pytest.mark.parametrize(
    ("body", "holds"),
    [
        (("atomic_set(&n, 3);", "atomic_add(2, &n);"), "atomic_dec_return(&n) == 4 && atomic_fetch_add(3, &n) == 4"),
        (("atomic_set(&n, 1);",), "atomic_dec_and_test(&n) && !atomic_inc_not_zero(&n) && atomic_read(&n) == 0"),
        (("int old = 4;", "atomic_set(&n, 5);"), "!atomic_try_cmpxchg(&n, &old, 9) && old == 5 && atomic_read(&n) == 5"),
        (("refcount_set(&r, 1);", "refcount_inc(&r);"), "refcount_read(&r) == 2 && !refcount_dec_and_test(&r)"),
        (("set_bit(3, &word);",), "word == 8 && test_and_clear_bit(3, &word) && !test_bit(3, &word) && word == 0"),
        (("pool.n = 0;", "pool.pages[pool.n++] = spare;", "pool.n += 2;"), "pool.n == 3 && --pool.n == 2"),
        (("struct pool *p = this_cpu_ptr(&pools);", "p->n = 7;"), "this_cpu_read(pools.n) == 7 && pool.n == 0"),
        (("per_cpu(own, smp_processor_id()) = 2;", "__this_cpu_inc(own);"), "get_cpu_var(own) == 3 && min(own_of(), 9) == 3"),
        (("int a = 1, b = 2;", "swap(a, b);"), "a == 2 && b == 1 && max(a, b) == 2 && min_t(int, a, b) == 1"),
        (("spare = NULL;",), "!IS_ERR(spare) && IS_ERR_OR_NULL(spare) && !IS_ERR(&row[1]) && !IS_ERR_OR_NULL(tsk)"),
        (("int code = 5;", "if (IS_ERR(tsk->stack))", "\tcode = PTR_ERR(tsk->stack);"), "code == 5 && !PTR_ERR_OR_ZERO(tsk)"),
        ((), "ARRAY_SIZE(column) == 3 && ARRAY_SIZE(row) == 2"),
        (("unsigned int cpu;", "int seen = 0;", "for_each_possible_cpu(cpu) {", "\tif (seen > 5)", "\t\tbreak;", "\tseen++;", "}"),
         "seen == 1 && cpu_online(smp_processor_id())"),
        (("int found = 0;", "scoped_guard(raw_spinlock, &l)", "\tfound = 1;"), "found == 1 && raw_spin_trylock(&l)"),
    ],
)  # fmt: skip
def test_what_holds_behind_calls(body: tuple[str, ...], holds: str, tmp_path: Path) -> None:
    state = lines(
        "static atomic_t n = ATOMIC_INIT(0);",
        "static refcount_t r;",
        "static int own_of(void)",
        "{",
        "\treturn this_cpu_read(own);",
        "}",
    )
    found = violated(tmp_path, fault(*body, f"BUG_ON(!({holds}));", END, top=state))
    assert "no-bug" not in found
    assert "fault-resolved" in found, "the end is reached"


LEAVES = ("if (number == 1)", "\treturn false;", "while (number < 3) {", "\tguard(raw_spinlock)(&pool.lock);", "\tnumber++;")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (("guard(raw_spinlock)(&l);", *LEAVES, "\tif (number == 2)", "\t\tbreak;", "\tcontinue;", "}", END), set()),
        (("guard(raw_spinlock_irqsave)(&l);", "if (flag)", "\tgoto out;", "guard(preempt)();", "number = 1;", "out:", END), set()),
        (("scoped_guard(irqsave)", "\treturn false;", END), set()),
        (("unsigned long flags;", "raw_spin_lock_irqsave(&l, flags);", "raw_spin_unlock_irqrestore(&l, flags);", END), set()),
        ((*RESOLVED, "raw_spin_lock(&l);"), {"lock-held", "lock-recursion"}),
        (("raw_spin_lock(&l);", "raw_spin_lock(&pool.lock);", "raw_spin_unlock(&pool.lock);", "raw_spin_unlock(&l);", END), set()),
        (("raw_spin_lock(&l);", "raw_spin_lock(&l);", END), {"lock-recursion"}),
        (("struct pool *p = &pool;", "guard(raw_spinlock)(&p->lock);", "p = &pool;", "raw_spin_lock(&pool.lock);"), {"lock-recursion"}),
        (("guard(raw_spinlock)(this_cpu_ptr(&pools.lock));", "raw_spin_lock(&this_cpu_ptr(&pools)->lock);"), {"lock-recursion"}),
    ],
)  # fmt: skip
def test_locks_are_held_as_long_as_c_holds_them(body: tuple[str, ...], wrong: set[str], tmp_path: Path) -> None:
    assert violated(tmp_path, fault(*body)) & {"lock-held", "lock-order", "lock-recursion"} == wrong


def test_locks_are_taken_in_both_orders(tmp_path: Path) -> None:
    both = ("raw_spin_lock(&l);", "guard(raw_spinlock)(&pool.lock);", "raw_spin_unlock(&l);")
    other = ("{", "\tguard(raw_spinlock)(&pool.lock);", "\traw_spin_lock(&l);", "\traw_spin_unlock(&l);", "}")
    assert "lock-order" in violated(tmp_path, fault(*other, *both, END))


@pytest.mark.parametrize("cpus", [1, 2])
def test_a_loop_over_the_cpus_has_each_once(cpus: int, tmp_path: Path) -> None:
    body = ("unsigned int cpu;", "int n = 0;", "for_each_possible_cpu(cpu) {", "\tBUG_ON(per_cpu(own, cpu));", "\tper_cpu(own, cpu) = 1;", "\tn++;", "}")  # fmt: skip
    found = violated(tmp_path, fault(*body, f"BUG_ON(n != {cpus});", END), cpus)
    assert found & {"no-bug", "fault-resolved"} == {"fault-resolved"}


@pytest.mark.parametrize(("asked", "found"), [("!in_hardirq()", set()), ("in_hardirq()", {"no-bug"})])
@pytest.mark.parametrize("per_cpu", [False, True])
def test_irq_work_runs_its_function_in_an_interrupt(asked: str, found: set[str], per_cpu: bool, tmp_path: Path) -> None:
    define = "static DEFINE_PER_CPU(struct irq_work, work)" if per_cpu else "static struct irq_work work"
    top = lines("static void later(struct irq_work *w)", "{", f"\tBUG_ON({asked});", "}", f"{define} = IRQ_WORK_INIT(later);")
    queued = "this_cpu_ptr(&work)" if per_cpu else "&work"
    body = (f"irq_work_queue({queued});", *RESOLVED)
    text = fault(*body, top=top)
    assert violated(tmp_path, text) & {"no-bug"} == found


def test_each_lock_of_the_text_is_a_lock_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "text.c"
    path.write_text(fault(END, top="static DEFINE_SPINLOCK(s);\nstatic DEFINE_MUTEX(m);\nstatic struct mutex m2;\n"))
    records = load_program(path, {"CPUS": 2}).records
    assert (records["RawSpinlock"].count, records["Spinlock"].count, records["Mutex"].count) == (2 + 2 + 1, 1, 2)


LONG = """\
	unsigned long base = (unsigned long)tsk->stack;
	int i, n = 3;
	for (i = 0; i < 3; i++)
		WRITE_ONCE(table[i], i + 1);
	BUG_ON(take(table, n) != 6);
	BUG_ON(take(table + 1, 2) != 5);
	BUG_ON(take(&table[2], 1) != 3);
	if (address < base || address >= base + THREAD_SIZE)
		return false;
	seen[0] = true;
	seen[1] |= seen[0];
	BUG_ON(!seen[1]);
	small = 250;
	small += 3;
	BUG_ON(small != 253);
	do {
		n--;
		if (n == 1)
			continue;
	} while (n > 0);
	BUG_ON(n != 0);
	while (n < 4) {
		n++;
		if (n == 2)
			continue;
		if (n == 3)
			break;
	}
	BUG_ON(n != 3);
	BUG_ON(((address - base) >> PAGE_SHIFT) > 1);
	if (this_cpu_read(slot))
		goto out;
	if (!this_cpu_cmpxchg(slot, NULL, alloc_pages_nolock(NUMA_NO_NODE, 0)))
		n = 4;
	BUG_ON(n != 4);
	n = 5;
out:
	BUG_ON(n != 5 && n != 3);
"""
"""A handler of many lines: loops, pointers into arrays, bytes, addresses, an exchange, a goto."""


def test_a_long_handler_comes_to_its_end(tmp_path: Path) -> None:
    top = lines(
        "static DEFINE_PER_CPU(struct page *, slot);",
        "static bool seen[2];",
        "static u8 small;",
        "static int table[3];",
        "static int take(int *p, int n)",
        "{",
        "\tint i, sum = 0;",
        "\tfor (i = 0; i < n; i++)",
        "\t\tsum += p[i];",
        "\treturn sum;",
        "}",
    )
    body = [line.removeprefix("\t") for line in LONG.splitlines()]
    found = violated(tmp_path, fault(*body, END, top=top))
    assert found & {"no-bug", "fault-resolved"} == {"fault-resolved"}
