# SPDX-License-Identifier: GPL-2.0-only
"""Tasks, interrupts and NMIs: when clients make their calls."""

from checker.language import action, enter, every, executes, function, halt, has_frames, in_routine, require, routine
from spec.clients.hooks import client_call
from spec.clients.records import Client, Context, Cpu, Kind


@routine
def task_client(client: Client, call: Kind) -> None:
    """The code of a task."""
    client_call(client, call)


@routine
def irq_client(client: Client, call: Kind) -> None:
    """The handler of an interrupt; others are off until it returns."""
    client_call(client, call)


@routine
def nmi_client(client: Client, call: Kind) -> None:
    """The handler of an NMI, which no other one interrupts."""
    client_call(client, call)


@executes
def own_frames(cpu: Cpu) -> Cpu | None:
    """A CPU steps what lies on top of its own frames."""
    return None


@function
def may_call(client: Client, call: Kind, context: Context) -> bool:
    return client.context == context and client.left > 0 and client.may[call]


@action
def task(cpu: Cpu, client: Client, call: Kind) -> None:
    """A task of the CPU begins a call."""
    require(client.cpu is cpu and may_call(client, call, Context.TASK) and not has_frames(cpu))
    client.left -= 1
    enter(cpu, task_client, client, call)


@action(interrupt=True)
def interrupt(cpu: Cpu, client: Client, call: Kind) -> None:
    """An interrupt, between any two steps of a task, or where nothing runs."""
    require(client.cpu is cpu and may_call(client, call, Context.IRQ))
    require(not in_routine(cpu, irq_client) and not in_routine(cpu, nmi_client))
    client.left -= 1
    enter(cpu, irq_client, client, call)


@action(interrupt=True)
def nmi(cpu: Cpu, client: Client, call: Kind) -> None:
    """An NMI, between any two steps of a task or an interrupt, or where nothing runs."""
    require(client.cpu is cpu and may_call(client, call, Context.NMI) and not in_routine(cpu, nmi_client))
    client.left -= 1
    enter(cpu, nmi_client, client, call)


@function
def is_at_rest() -> bool:
    """Whether no call is in progress."""
    return not any(has_frames(cpu) for cpu in every(Cpu))


@action
def all_is_done() -> None:
    """No task has a call left. Interrupts and NMIs that have not come need not come."""
    require(is_at_rest() and all(client.left == 0 or client.context != Context.TASK for client in every(Client)))
    halt("every task has made its calls")
