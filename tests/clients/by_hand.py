# SPDX-License-Identifier: GPL-2.0-only
"""llist_add_batch() of one node and llist_del_first() once more, written by hand: a search that shares nothing with stackproof.

A state is what is in memory, who holds what, and where each CPU stands: a tuple of frames, the one on top last, each with its
place and with the locals that it still reads. A step is one access; where a call begins and ends are steps of their own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Client:
    """cpu, context: where it runs; one client for each. calls: "add", "del_first". times, nodes: as in a manifest."""

    cpu: int
    context: str
    calls: tuple[str, ...]
    times: int
    nodes: int = 0


class Frame(NamedTuple):
    context: str
    place: str
    node: int | None = None  # what is added; or the entry that is taken
    other: int | None = None  # `first`, or `next`
    client: int | None = None  # who makes the call, as long as that is read


class State(NamedTuple):
    first: int | None
    next: tuple[int | None, ...]
    holder: tuple[int | None, ...]
    left: tuple[int, ...]
    cpus: tuple[tuple[Frame, ...], ...]


@dataclass(frozen=True)
class Found:
    """states: how many, those that have ended among them. violated: each property with the length of the shortest run to it."""

    states: int
    transitions: int
    violated: dict[str, int]


HALTED, TAKEN_TWICE = "every task has made its calls", "taken-once"


def search(clients: tuple[Client, ...], cpus: int) -> Found:
    """All that is reachable."""
    holder = tuple(number for number, client in enumerate(clients) for _ in range(client.nodes))
    begin = State(None, (None,) * len(holder), holder, tuple(client.times for client in clients), ((),) * cpus)
    depths: dict[State | tuple[State, str], int] = {begin: 0}
    pending = deque([begin])
    violated: dict[str, int] = {}
    transitions = 0
    while pending:
        state = pending.popleft()
        for name in broken(state):
            violated.setdefault(name, depths[state])
        for successor in steps(state, clients):
            transitions += 1
            after = (state, successor) if isinstance(successor, str) else successor
            if after in depths:
                continue
            depths[after] = depths[state] + 1
            if isinstance(after, State):
                pending.append(after)
            elif successor == TAKEN_TWICE:
                violated.setdefault(TAKEN_TWICE, depths[after])
    return Found(len(depths), transitions, violated)


def steps(state: State, clients: tuple[Client, ...]) -> Iterator[State | str]:
    """What can happen next."""
    at_rest = not any(state.cpus)
    if at_rest and all(left == 0 for left, client in zip(state.left, clients, strict=True) if client.context == "task"):
        yield HALTED
    for number, client in enumerate(clients):
        running = {frame.context for frame in state.cpus[client.cpu]}
        free = {"task": not running, "irq": not running & {"irq", "nmi"}, "nmi": "nmi" not in running}[client.context]
        if free and state.left[number]:
            for call in client.calls:
                frame = Frame(client.context, f"{call} begins", client=number)
                yield with_frames(state, client.cpu, (*state.cpus[client.cpu], frame))._replace(
                    left=put(state.left, number, state.left[number] - 1)
                )
    for cpu, frames in enumerate(state.cpus):
        if frames:
            yield from step(state, cpu, frames[:-1], frames[-1])


def step(state: State, cpu: int, below: tuple[Frame, ...], frame: Frame) -> Iterator[State | str]:
    """The next access of a CPU."""
    context, place, node, other, client = frame

    def go(frame: Frame | None, **changed: object) -> State:
        return with_frames(state, cpu, below if frame is None else (*below, frame))._replace(**changed)

    ending = Frame(context, "returns")
    match place:
        case "returns":
            yield go(None)
        case "add begins":
            yield go(Frame(context, "gives", client=client))
        case "gives":
            own = [each for each, who in enumerate(state.holder) if who == client]
            for each in own:
                yield go(Frame(context, "reads first", each), holder=put(state.holder, each, None))
            if not own:
                yield go(ending)
        case "reads first":
            yield go(Frame(context, "stores next", node, state.first))
        case "stores next":
            assert node is not None
            yield go(Frame(context, "adds", node, other), next=put(state.next, node, other))
        case "adds" if state.first == other:
            yield go(ending, first=node)
        case "adds":
            yield go(Frame(context, "stores next", node, state.first))
        case "del_first begins":
            yield go(Frame(context, "reads entry", client=client))
        case "reads entry" if state.first is None:
            yield go(ending)
        case "reads entry":
            yield go(Frame(context, "reads next", state.first, None, client))
        case "reads next":
            assert node is not None
            yield go(Frame(context, "takes first", node, state.next[node], client))
        case "takes first" if state.first == node:
            yield go(Frame(context, "gets", node, None, client), first=other)
        case "takes first" if state.first is None:
            yield go(ending)
        case "takes first":
            yield go(Frame(context, "reads next", state.first, None, client))
        case "gets":
            assert node is not None
            if state.holder[node] is not None:
                yield TAKEN_TWICE
            else:
                yield go(ending, holder=put(state.holder, node, client))


def broken(state: State) -> Iterator[str]:
    """The properties of states that one violates."""
    seen: list[int] = []
    node = state.first
    while node is not None and node not in seen:
        seen.append(node)
        node = state.next[node]
    if node is not None:
        yield "listed-once"
    for each, who in enumerate(state.holder):
        if who is not None and each in seen:
            yield "listed-free"
        if who is None and each not in seen and not any(state.cpus):
            yield "none-lost"


def put(values: tuple, number: int, value: object) -> tuple:  # type: ignore[type-arg]
    return (*values[:number], value, *values[number + 1 :])


def with_frames(state: State, cpu: int, frames: tuple[Frame, ...]) -> State:
    return state._replace(cpus=put(state.cpus, cpu, frames))
