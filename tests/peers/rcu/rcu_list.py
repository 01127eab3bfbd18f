# SPDX-License-Identifier: GPL-2.0-only
"""A list of three that readers walk while a writer removes the one in the middle. FAULT: list_del() in place of list_del_rcu()."""

from __future__ import annotations

from checker.language import (
    allocate,
    atomic,
    check,
    demand,
    enter,
    every,
    executes,
    free,
    initial,
    instance,
    parameter,
    processor,
    record,
    require,
    routine,
)

FAULT = parameter(0, 0, 1, "1: the removed node forgets its successor")

head: Node | None = None
seen_all = demand("seen-all", "a reader comes to the last node, whatever is removed before it")
no_wild_pointer = demand("no-wild-pointer", "nobody reads what is freed")


@record(count=3, allocated=True)
class Node:
    next: Node | None = None
    last: bool = False


@record(count=3, frames=2)
class Worker:
    reads: bool = False
    waited_for: bool = False


@executes
def nothing_else(worker: Worker) -> Worker | None:
    return None


@initial
def start() -> None:
    global head
    first_node = allocate(Node)
    middle = allocate(Node)
    last_node = allocate(Node)
    first_node.next = middle
    middle.next = last_node
    last_node.last = True
    head = first_node
    enter(instance(Worker, 0), remove)
    enter(instance(Worker, 1), read)
    enter(instance(Worker, 2), read)


@routine
def read() -> None:
    worker = processor(Worker)
    while True:
        worker.reads = True
        node = head
        found = False
        while node is not None:
            found = node.last
            node = node.next
        check(found, seen_all, "{worker} ends before the last node")
        worker.reads = False
        worker.waited_for = False


@routine
def remove() -> None:
    before = head
    if before is None:
        return
    node = before.next
    if node is None:
        return
    before.next = node.next
    if FAULT:
        node.next = None
    with atomic("synchronize_rcu: the readers of now"):
        for worker in every(Worker):
            worker.waited_for = worker.reads
    with atomic("until they have ended"):
        require(all(not worker.waited_for for worker in every(Worker)))
    free(node)
