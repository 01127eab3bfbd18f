# SPDX-License-Identifier: GPL-2.0-only
"""The clients of a protocol: who makes which calls, where, and with how many nodes, as the manifest says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.language import build, tree
from checker.language.c.assemble.definitions import Definitions
from checker.language.c.binding.manifest import CONTEXTS, MOST_NODES, Client, Manifest
from checker.language.c.translate.functions import Functions
from checker.language.c.translate.hooks import implementation
from checker.language.errors import UsageError
from checker.language.foreign import Kernel

DOMAIN = "clients"
HOOK = "client_call"
CALL = "Kind"
"""The kernel's type of the number of a call."""


@dataclass(frozen=True)
class Placed:
    """One client on one CPU."""

    client: Client
    cpu: int


def placed(manifest: Manifest, cpus: int) -> list[Placed]:
    """Each client, on its CPU, in the order of the manifest; those of CPUs that there are."""
    return [Placed(client, cpu) for client in manifest.clients for cpu in client.cpus or range(cpus) if cpu < cpus]


def left_out(manifest: Manifest, cpus: int) -> Sequence[str]:
    """What a verdict says of the clients that are not there."""
    missing = sorted({cpu for client in manifest.clients for cpu in client.cpus if cpu >= cpus})
    return [f"there is no CPU {cpu} as CPUS is {cpus}, and its clients are left out" for cpu in missing]


def calls_of(manifest: Manifest) -> tuple[str, ...]:
    """The functions that clients call, in the order of the manifest: their numbers are those of the kernel."""
    return tuple(dict.fromkeys(name for client in manifest.clients for name in client.calls))


def constants(manifest: Manifest, cpus: int) -> Mapping[str, int]:
    """The kernel's constants that the clients decide; none in a domain without clients. UsageError where there are none, or too
    few or too many nodes."""
    if not manifest.clients:
        if manifest.domain == DOMAIN:
            raise UsageError("[[clients]]: nobody calls the protocol, so that nothing can go wrong; add a client", manifest.path)
        return {}
    found = placed(manifest, cpus)
    nodes = sum(each.client.nodes for each in found)
    if not 1 <= nodes <= MOST_NODES:
        raise UsageError(
            f"[[clients]] nodes: those of {cpus} CPUs have {nodes} in all, and it has to be 1 to {MOST_NODES}", manifest.path
        )
    return {
        "CLIENTS": len(found),
        "KINDS": len(calls_of(manifest)),
        "NODES": nodes,
        "MOST_CALLS": max(client.times for client in manifest.clients),
        "CONTEXTS": len({client.context for client in manifest.clients}),
    }


def bind_calls(functions: Functions, definitions: Definitions) -> tree.Routine | tree.Function | None:
    """What implements the hook of clients: the call with the number that it is given. UsageError for one that is no function of
    the manifest or the text."""
    manifest = definitions.manifest
    body = []
    for number, name in enumerate(calls_of(manifest)):
        found = definitions.function(name)
        if found is None:
            raise UsageError(f"[[clients]] calls: client_code does not define `{name}`", manifest.path)
        if len(found.parameters) != 1 or found.variadic:
            raise UsageError(
                f"[[clients]] calls: `{name}` does not take a client and nothing else; name a `void call(struct client *client)`",
                manifest.path,
            )
        body.append(f"if (call == {number}) {{ {name}(client); return; }}")
    text = f"void {HOOK}(struct client *client, unsigned int call) {{ {' '.join(body)} }}"
    return implementation(functions, HOOK, definitions.whole_function(text), ["client", "call"], None)


def initial(kernel: Kernel, manifest: Manifest, cpus: int) -> Sequence[tree.Statement]:
    """Who the clients are, and which nodes they hold at first."""
    if not manifest.clients:
        return ()
    position = tree.Position(manifest.path, 1, 1)
    calls = calls_of(manifest)
    fields = kernel.fields("Client")
    statements: list[tree.Statement] = []
    nodes = 0

    def store(record: str, number: int, field: tree.Variable, value: int, *indices: int) -> None:
        base = _instance(kernel, position, record, number)
        where = tuple(build.integer(position, index) for index in indices)
        place = tree.Place(position, field, record, base, where)
        statements.append(tree.Assign(position, place, tree.Constant(position, field.type, value)))

    for number, each in enumerate(placed(manifest, cpus)):
        store("Client", number, fields["context"], CONTEXTS.index(each.client.context))
        store("Client", number, fields["cpu"], _instance(kernel, position, "Cpu", each.cpu).value)
        store("Client", number, fields["left"], each.client.times)
        for name in each.client.calls:
            store("Client", number, fields["may"], 1, calls.index(name))
        for _ in range(each.client.nodes):
            holder = _instance(kernel, position, "Client", number).value
            store("Node", nodes, kernel.field("Node", "holder"), holder)
            nodes += 1
    return statements


def _instance(kernel: Kernel, position: tree.Position, record: str, number: int) -> tree.Constant:
    return tree.Constant(position, tree.ReferenceType(record), (number + 1) * kernel.record(record).alignment)
