# SPDX-License-Identifier: GPL-2.0-only
from checker.language import invariant
from spec.clients.contexts import is_at_rest
from spec.clients.listed import is_listed
from spec.clients.records import Node


@invariant("none-lost", "{node} was added and never taken, but is not on the list")
def none_lost(node: Node) -> bool:
    """What was added is on the list until somebody takes it. A node that a call is moving is in a local of that call, so this is
    checked only while no call is in progress."""
    return node.holder is not None or is_listed(node) or not is_at_rest()
