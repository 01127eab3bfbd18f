# SPDX-License-Identifier: GPL-2.0-only
"""A small model with one of everything that formulas for any number of instances can say."""

from __future__ import annotations

MODEL = """
no_wild_pointer = demand("no-wild-pointer", "test")
CPUS = parameter(2, 1, 3, "CPUs")
SPARE = parameter(1, 0, 2, "tasks that run nowhere")
TASKS = CPUS + SPARE
Signed = Annotated[int, Range(-4, 3)]
Up = Annotated[int, Range(0, 5)]
@record(count=TASKS, alignment=4, symmetric=True)
class Page:
    use: Signed = 0
    cells: Array[Up] = array(3)
@record(count=TASKS, symmetric=True, frames=2)
class Task:
    page: "Page | None" = None
    inside: bool = False
@record(count=CPUS, symmetric=True, frames=2)
class Cpu:
    current: "Task | None" = None
    seen: Up = 0
@executes
def runs(cpu: Cpu) -> Task | None:
    return cpu.current
total: Up = 0
a: Signed = 0
b: Signed = -1
@initial
def start() -> None:
    for index in range(CPUS):
        cpu = instance(Cpu, index)
        task = instance(Task, index)
        cpu.current = task
        task.page = instance(Page, index)
        enter(task, main)
    for index in range(SPARE):
        task = instance(Task, CPUS + index)
        task.page = instance(Page, CPUS + index)
        enter(task, main)
@routine(noinline=True)
def twice(x: Up, y: Up) -> Up:
    before = total
    if before > 2:
        return x
    return y
@routine
def main() -> None:
    global total
    while True:
        cpu = processor(Cpu)
        task = cpu.current
        page = task.page
        k = choose(i for i in range(3) if i != page.cells[0])
        page.cells[k] = k
        found = twice(k, 5 - k)
        processor(Cpu).seen = found
        if processor(Cpu).seen > 3:
            total = k + 2
        else:
            total = 0
        with atomic("test"):
            if page is not None and page.use < 2:
                page.use = page.use + 1
@routine
def beat() -> None:
    global total
    total = 1
@action
def interrupt(cpu: Cpu) -> None:
    require(not has_frames(cpu) and cpu.seen == 2)
    enter(cpu, beat)
@action
def switch(cpu: Cpu, task: Task) -> None:
    require(not has_frames(cpu) and cpu.current is not task and not any(other.current is task for other in every(Cpu)))
    cpu.current = task
@action
def mark(task: Task) -> None:
    require(task.page is not None and not address(task.page) & 3)
    task.page = reference(Page, address(task.page) | 2)
@action
def clear(task: Task) -> None:
    require(bool(address(task.page) & 2) and task.inside)
    task.page = reference(Page, address(task.page) & ~2)
@action
def inside(task: Task) -> None:
    require(sum(1 for other in every(Task) if other.inside) < 2)
    task.inside = True
@action
def outside() -> None:
    require(all(task.inside or task.page is None or bool(address(task.page) & 2) for task in every(Task)))
    leaver = choose(one for one in every(Task) if one.inside)
    leaver.inside = False
@action
def compare(x: Up) -> None:
    global a, b
    require(a < x - 2)
    check(a + b > -3, rule, "{a}")
    old = a
    a = b if x > 2 else -1 - b
    b = old - 1 if old > -3 else x - 3
@invariant("calm", "{page} is used too often")
def calm(page: Page) -> bool:
    '''A page is used often.'''
    return page.use < 1 or page.cells[1] == 0
"""
