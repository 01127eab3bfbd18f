# SPDX-License-Identifier: GPL-2.0-only
from checker.language import invariant
from spec.clients.contexts import is_at_rest
from spec.clients.listed import is_listed
from spec.clients.records import Node


@invariant("none-lost", "{node} was added, nobody took it, and it is not on the list")
def none_lost(node: Node) -> bool:
    """What was added is on the list until somebody takes it. A node on its way is in a local of the call that moves it, so that
    this is looked at while no call is in progress."""
    return node.holder is not None or is_listed(node) or not is_at_rest()
