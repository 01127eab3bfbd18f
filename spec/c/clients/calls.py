# SPDX-License-Identifier: GPL-2.0-only
"""What the code of clients says of their nodes: no functions of Linux, but services of spec/clients (include/linux/llist.h
has the nodes)."""

from __future__ import annotations

from checker.language.c import syntax
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.table import entry
from checker.language.c.translate.values import Value


@entry(1, "client_gives")
def client_gives(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service client_gives: a node of the client's, any, which from then on is the protocol's; NULL if it has none."""
    return code.service(call, "client_gives", code.reference(call.arguments[0], "Client"))


@entry(2, "client_takes")
def client_takes(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service client_takes: the node is the client's from then on, and was nobody's before."""
    client, node = call.arguments
    return code.service(call, "client_takes", code.reference(client, "Client"), code.reference(node, "Node"))
