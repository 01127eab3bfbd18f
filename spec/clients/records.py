# SPDX-License-Identifier: GPL-2.0-only
"""CPUs, clients, and the nodes that they hand around."""

from enum import Enum
from typing import Annotated

from checker.language import Array, Range, array, function, processor, record
from spec.clients.parameters import CLIENTS, CONTEXTS, KINDS, MOST_CALLS, NODES
from spec.core.machine import CPUS

Kind = Annotated[int, Range(0, KINDS - 1)]
"""One of the calls that the manifest names, in its order."""

Calls = Annotated[int, Range(0, MOST_CALLS)]


class Context(Enum):
    """Where a client's calls run."""

    TASK = 0  # each CPU has one task, which stays there
    IRQ = 1  # an interrupt: on top of a task, never on top of another
    NMI = 2  # on top of a task or an interrupt


@record(count=CPUS, frames=2 * CONTEXTS)
class Cpu:
    """A CPU. Its frames are those of all contexts: what interrupts lies on top. In each context two, the client and its call."""


@record(count=CLIENTS)
class Client:
    """Who calls the protocol, each as often as the manifest says, on one CPU and in one context."""

    context: Context = Context.TASK
    cpu: "Cpu | None" = None
    may: Array[bool] = array(KINDS)  # which calls it makes
    left: Calls = 0  # calls that it has not begun


@record(count=NODES, symmetric=True)
class Node:
    """What goes through the protocol: held by a client, or given away."""

    next: "Node | None" = None
    holder: "Client | None" = None  # None: it is the protocol's, until somebody takes it


@function
def this_cpu() -> Cpu:
    """The CPU that executes."""
    return processor(Cpu)
