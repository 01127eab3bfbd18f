# SPDX-License-Identifier: GPL-2.0-only
"""Treiber's stack (1986) of three nodes. FAULT: the head has no count, so that a pop can take a stale successor."""

from __future__ import annotations

from typing import Annotated

from checker.language import (
    Range,
    atomic,
    check,
    demand,
    enter,
    executes,
    initial,
    instance,
    parameter,
    processor,
    record,
    routine,
)

FAULT = parameter(0, 0, 1, "1: compare the pointer only")

head: Node | None = None
count: Annotated[int, Range(0, 7)] = 0


@record(count=3, symmetric=True)
class Node:
    next: Node | None = None
    owner: Worker | None = None


@record(count=2, frames=2)
class Worker:
    rounds: Annotated[int, Range(0, 2)] = 0


@executes
def nothing_else(worker: Worker) -> Worker | None:
    return None


@initial
def start() -> None:
    global head
    head = instance(Node, 0)
    instance(Node, 0).next = instance(Node, 1)
    instance(Node, 1).next = instance(Node, 2)
    enter(instance(Worker, 0), slow)
    enter(instance(Worker, 1), quick)


@routine
def pop() -> Node | None:
    global head, count
    worker = processor(Worker)
    while True:
        with atomic("a load of both words"):
            node = head
            tag = count
        if node is None:
            return None
        after = node.next
        taken = False
        with atomic("cmpxchg of both words"):
            if head is node and (FAULT or count == tag):
                head = after
                count = (count + 1) % 8
                taken = True
        if taken:
            check(node.owner is None, owned_once, "{node} is popped a second time")
            node.owner = worker
            return node


@routine
def push(node: Node) -> None:
    global head, count
    node.owner = None
    while True:
        with atomic("a load of both words"):
            before = head
            tag = count
        node.next = before
        done = False
        with atomic("cmpxchg of both words"):
            if head is before and (FAULT or count == tag):
                head = node
                count = (count + 1) % 8
                done = True
        if done:
            return


@routine
def slow() -> None:
    pop()
    pop()


@routine
def quick() -> None:
    one = pop()
    pop()
    if one is not None:
        push(one)


owned_once = demand("owned-once", "a node has one owner")
