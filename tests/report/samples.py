# SPDX-License-Identifier: GPL-2.0-only
"""Counterexamples written by hand, step for step as the models behave, so that the reports are tested without an
engine."""

from __future__ import annotations

from dataclasses import replace

from checker.language.schedule import Call
from checker.language.tree import Demanded, Position
from checker.trace.data import Activation, Change, Cycle, Step, Trace, Violation

FILES = {
    "rfc_v1": "models/rfc_v1.py",
    "dks": "models/dks.py",
    "scheduler": "spec/kernel/sched/scheduler.py",
    "faults": "spec/kernel/entry/faults.py",
    "memory": "spec/kernel/mm/memory.py",
    "single_hole": "spec/properties/single_hole.py",
}


def at(place: str, column: int = 5) -> Position:
    """The position of `rfc_v1:88`."""
    file, _, line = place.partition(":")
    return Position(FILES[file], int(line), column)


def call(text: str) -> Call:
    """`routine rfc_v1:88`"""
    routine, _, place = text.partition(" ")
    return Call(routine, at(place))


def activation(text: str) -> Activation:
    """`routine(a=1,b=2) rfc_v1:88`, or without arguments"""
    routine, _, place = text.partition(" ")
    name, _, inside = routine.rstrip(")").partition("(")
    arguments = tuple((one, value) for one, _, value in (part.partition("=") for part in inside.split(",") if part))
    return Activation(name, at(place), arguments)


def changed(text: str) -> Change:
    """`cell before after`"""
    return Change(*text.split())


def cell(text: str) -> tuple[str, str]:
    """`cell value`"""
    name, _, value = text.partition(" ")
    return name, value


def step(
    frame: str,
    calls: str,
    *changes: str,
    choices: tuple[str, ...] = (),
    access: str | None = None,
    reads: tuple[str, ...] = (),
) -> Step:
    """A step of `cpu0/task0`; calls are separated by ` > `. access: the routines that its access point is in, in the same way
    and with arguments, if it begins before that."""
    processor, _, owner = frame.partition("/")
    path = tuple(call(part) for part in calls.split(" > "))
    ran = () if access is None else tuple(activation(part) for part in access.split(" > "))
    accessed = (ran or path)[-1]
    changed_cells = tuple(changed(text) for text in changes)
    found = tuple(cell(text) for text in reads)
    return Step(processor, owner, accessed.routine, (), choices, path, accessed.position, found, changed_cells, processor, ran)


def action(name: str, place: str, column: str | None, *changes: str, **arguments: str) -> Step:
    calls = (Call(name, at(place, 1)),)
    changed_cells = tuple(changed(text) for text in changes)
    return Step(None, None, name, tuple(arguments.items()), (), calls, at(place, 1), (), changed_cells, column)


def dispatch(cpu: str, idle: str, task: str) -> tuple[Step, ...]:
    """The idle task of a CPU picks a task, which begins to run."""
    old, new = f"{cpu}/{idle}", f"{cpu}/{task}"
    finish = "ret_from_fork scheduler:66 > finish_task_switch scheduler:50"
    return (
        step(old, "cpu_idle scheduler:73", access="cpu_idle scheduler:76"),
        step(old, "__schedule scheduler:21", access="__schedule scheduler:26", reads=(f"{cpu}.current {idle}",)),
        step(old, "dynamic_stack rfc_v1:99", access=f"dynamic_stack(tsk={idle}) rfc_v1:100", reads=(f"{idle}.flags 0",)),
        step(
            old,
            "__schedule scheduler:27",
            f"{task}.on_cpu False True",
            f"{task}.cpu None {cpu}",
            choices=(task,),
            access="__schedule scheduler:28",
            reads=(f"{cpu}.idle {idle}", f"{task}.on_cpu False", f"{task}.cpu None"),
        ),
        step(old, "__schedule scheduler:35", f"{cpu}.stack {idle} {task}", f"{cpu}.previous None {idle}"),
        step(
            new,
            "ret_from_fork scheduler:64",
            f"{cpu}.current {idle} {task}",
            access="ret_from_fork scheduler:66 > finish_task_switch scheduler:45",
        ),
        step(new, finish, f"{idle}.on_cpu True False", f"{cpu}.previous {idle} None"),
    )


def fault(cpu: str, area: str, task: str, pages: tuple[str, str]) -> tuple[Step, ...]:
    """The fault handler of the RFC at a touch of level 2 with one page mapped."""
    first, second = pages
    frame = f"{cpu}/{cpu}"
    arguments = f"(task={task},stack={area},level=2)"
    get = "dynamic_stack_fault rfc_v1:72 > dynamic_stack_get_page"
    return (
        action("touch", "faults:33", cpu, cpu=cpu, level="2"),
        step(frame, "exc_page_fault faults:19", access=f"exc_page_fault{arguments} faults:22"),
        step(
            frame,
            "dynamic_stack_fault rfc_v1:60",
            access=f"dynamic_stack_fault{arguments} rfc_v1:65",
            reads=(f"{area}.nr_pages 1",),
        ),
        step(frame, f"{get} rfc_v1:52", reads=(f"{cpu}.pool[0] {first}",)),
        step(frame, f"{get} rfc_v1:54", reads=(f"{cpu}.pool[0] {first}",)),
        step(frame, f"{get} rfc_v1:54", f"{cpu}.pool[0] {first} {first}|1"),
        step(frame, "dynamic_stack_fault rfc_v1:75", f"{area}.pages[1] None {first}"),
        step(frame, "dynamic_stack_fault rfc_v1:76", f"{area}.nr_pages 1 2"),
        step(frame, "dynamic_stack_fault rfc_v1:77", reads=(f"{area}.pte[1] None",)),
        step(frame, "dynamic_stack_fault rfc_v1:79 > set_pte_at memory:42", f"{area}.pte[1] None {first}"),
        step(frame, f"{get} rfc_v1:52", reads=(f"{cpu}.pool[0] {first}|1",)),
        step(frame, f"{get} rfc_v1:52", reads=(f"{cpu}.pool[1] {second}",)),
        step(frame, f"{get} rfc_v1:54", reads=(f"{cpu}.pool[1] {second}",)),
        step(frame, f"{get} rfc_v1:54", f"{cpu}.pool[1] {second} {second}|1"),
        step(frame, "dynamic_stack_fault rfc_v1:75", f"{area}.pages[1] {first} {second}"),
        step(frame, "dynamic_stack_fault rfc_v1:76"),
        step(frame, "dynamic_stack_fault rfc_v1:77", reads=(f"{area}.pte[2] None",)),
        step(frame, "dynamic_stack_fault rfc_v1:79 > set_pte_at memory:42", f"{area}.pte[2] None {second}"),
        step(frame, "dynamic_stack_fault rfc_v1:80", reads=(f"{task}.flags 0",)),
        step(frame, "dynamic_stack_fault rfc_v1:80", f"{task}.flags 0 PF_DYNAMIC_STACK"),
        step(frame, "exc_page_fault faults:23", access="exc_page_fault faults:24"),
    )


def kernel_state(cpus: int, tasks: int) -> tuple[tuple[str, str], ...]:
    """Every cell after boot, with stacks of 3 pages."""
    cells: dict[str, str] = {}
    pages = cpus * 2 + tasks * 3
    for page in range(pages):
        task = page - cpus * 2
        cells[f"page{page}.memcg"] = f"task{task}" if 0 <= task < tasks else "None"
    for area in range(tasks):
        for level in range(3):
            cells[f"vm_area{area}.pages[{level}]"] = "None" if level else f"page{cpus * 2 + area}"
        cells[f"vm_area{area}.nr_pages"] = "1"
        for level in range(3):
            cells[f"vm_area{area}.pte[{level}]"] = "None" if level else f"page{cpus * 2 + area}"
    for index in range(tasks + cpus):
        idle = index >= tasks
        name = f"idle{index - tasks}" if idle else f"task{index}"
        cells[f"{name}.flags"] = "0"
        cells[f"{name}.stack_vm_area"] = "None" if idle else f"vm_area{index}"
        cells[f"{name}.idle"] = str(idle)
        cells[f"{name}.on_cpu"] = str(idle)
        cells[f"{name}.cpu"] = "None"
    for cpu in range(cpus):
        cells[f"cpu{cpu}.pool[0]"] = f"page{cpu * 2}"
        cells[f"cpu{cpu}.pool[1]"] = f"page{cpu * 2 + 1}"
        cells[f"cpu{cpu}.current"] = f"idle{cpu}"
        cells[f"cpu{cpu}.stack"] = f"idle{cpu}"
        cells[f"cpu{cpu}.previous"] = "None"
        cells[f"cpu{cpu}.idle"] = f"idle{cpu}"
    return tuple(cells.items())


SINGLE_HOLE = Violation(
    property="single-hole",
    kind="invariant",
    position=at("single_hole:12", 1),
    binding=(("task", "task0"), ("level", "2")),
    message="pte[2] of task0's stack is page1, nr_pages is 2",
    reads=(("task0.stack_vm_area", "vm_area0"), ("vm_area0.pte[2]", "page1"), ("vm_area0.nr_pages", "2")),
)


def settings(cpus: int, tasks: int) -> tuple[tuple[str, int], ...]:
    return (("CPUS", cpus), ("TASKS", tasks), ("STACK_PAGES", 3), ("PREALLOC_PAGES", 1), ("SPARE_PAGES", 0))


def multi_page() -> Trace:
    """The shortest path to the RFC's first bug: one touch of level 2 counts one page twice."""
    steps = dispatch("cpu0", "idle0", "task0") + fault("cpu0", "vm_area0", "task0", ("page0", "page1"))
    return Trace("models/rfc_v1.py", settings(1, 1), ("touch",), kernel_state(1, 1), steps, SINGLE_HOLE)


def two_cpus() -> Trace:
    """The same, while the second CPU begins to run another task."""
    ours = dispatch("cpu0", "idle0", "task0") + fault("cpu0", "vm_area0", "task0", ("page0", "page1"))
    theirs = dispatch("cpu1", "idle1", "task1")
    steps = ours[:2] + theirs[:2] + ours[2:7] + theirs[2:5] + ours[7:15] + theirs[5:] + ours[15:]
    return Trace("models/rfc_v1.py", settings(2, 2), ("touch", "late-fault"), kernel_state(2, 2), steps, SINGLE_HOLE)


def four_cpus() -> Trace:
    """Four CPUs start their tasks in turn; then one allocation fails a check in a kernel service."""
    starts = [dispatch(f"cpu{cpu}", f"idle{cpu}", f"task{cpu}") for cpu in range(4)]
    steps = tuple(starts[cpu][index] for index in range(7) for cpu in range(4))
    last = step(
        "cpu3/task3",
        "dynamic_stack rfc_v1:101 > dynamic_stack_refill_pages rfc_v1:92 > memcg_kmem_charge_page memory:25",
        reads=("page11.memcg task3",),
    )
    violation = Violation(
        property="charge-once",
        kind="check",
        position=at("memory:27", 9),
        binding=(),
        message="page11 is charged to task3 already, now again to task3",
        reads=(("page11.memcg", "task3"),),
    )
    return Trace("models/rfc_v1.py", settings(4, 4), ("touch",), kernel_state(4, 4), (*steps, last), violation)


def dks() -> Trace:
    """A model of actions only, with no processor: some have a CPU for their column, the others go across."""
    cells = {f"cpu0.pool[{slot}]": str(slot + 1) for slot in range(2)} | {f"cpu0.tag[{slot}]": "False" for slot in range(2)}
    cells |= {"thread0.pc": "IDLE", "thread0.on_cpu": "None", "thread0.nr": "1", "thread0.target": "0"}
    steps = (
        action(
            "dispatch",
            "dks:97",
            "cpu0",
            "thread0.on_cpu None cpu0",
            "thread0.pc IDLE RUN",
            thread="thread0",
            cpu="cpu0",
        ),
        action("touch", "dks:104", None, "thread0.target 0 2", "thread0.pc RUN F_CHECK", thread="thread0", level="2"),
        action("f_check", "dks:113", None, "thread0.pc F_CHECK PANIC", "thread0.target 2 0", thread="thread0"),
    )
    violation = Violation("no-deadlock", "deadlock", at("dks:2", 1), (), "nothing can happen: thread0 is in PANIC", ())
    return Trace("models/dks.py", (("C", 1), ("T", 1), ("S", 3)), (), tuple(cells.items()), steps, violation)


def at_once() -> Trace:
    """A violation in the initial state: no steps."""
    return Trace("models/rfc_v1.py", settings(1, 1), (), kernel_state(1, 1), (), SINGLE_HOLE)


def lasso() -> Trace:
    """A path of one step and a cycle of two, on two processors and with an action in between."""
    cells = (("flag", "False"), ("cpu0.own", "0"), ("cpu1.own", "0"))
    steps = (
        step("cpu0/cpu0", "first dks:97", "cpu0.own 0 1"),
        step("cpu1/cpu1", "second dks:104", reads=("flag False",)),
        action("tick", "dks:113", None),
    )
    binding = (("cpu", "cpu1"),)
    violation = Violation("runs", "lasso", at("dks:2", 1), binding, "the flag is never set for cpu1", (("flag", "False"),))
    fairness = (
        "every Cpu that can take a step takes one eventually, and every interrupt in between ends",
        "ticks come again and again",
    )
    return Trace("models/dks.py", (), (), cells, steps, violation, Cycle(1, fairness))


def ended() -> Trace:
    """The same path, where the run ends after its action."""
    trace = lasso()
    return replace(
        trace, cycle=Cycle(len(trace.steps), ("something other than interrupts keeps happening, unless nothing else can",))
    )


def settles() -> Trace:
    """The same run, on which a condition comes and goes that is to hold for good."""
    trace = lasso()
    assert trace.cycle is not None
    return replace(trace, cycle=replace(trace.cycle, demanded=Demanded.ALWAYS))


def unanswered() -> Trace:
    """The same run, on which something is asked in the initial state."""
    trace = lasso()
    assert trace.cycle is not None
    return replace(trace, cycle=replace(trace.cycle, demanded=Demanded.ANSWERED, since=0))


def unanswered_end() -> Trace:
    """The same path, where the run ends with a question."""
    trace = ended()
    assert trace.cycle is not None
    return replace(trace, cycle=replace(trace.cycle, demanded=Demanded.ANSWERED, since=len(trace.steps)))


SAMPLES = {
    "multi_page": multi_page,
    "two_cpus": two_cpus,
    "four_cpus": four_cpus,
    "dks": dks,
    "at_once": at_once,
    "lasso": lasso,
    "ended": ended,
    "settles": settles,
    "unanswered": unanswered,
    "unanswered_end": unanswered_end,
}
