# SPDX-License-Identifier: GPL-2.0-only
from checker.language import invariant
from spec.clients.listed import is_listed
from spec.clients.records import Node


@invariant("listed-free", "{node} is on the list while {node.holder} holds it")
def listed_free(node: Node) -> bool:
    """A node on the list belongs to nobody: whoever holds it may reuse or free its memory."""
    return node.holder is None or not is_listed(node)
