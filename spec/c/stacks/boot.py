# SPDX-License-Identifier: GPL-2.0-only
"""What the code of a protocol calls at boot (kernel/cpu.c, kernel/panic.c)."""

from __future__ import annotations

from checker.language import build
from checker.language.c import syntax
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.table import entry
from checker.language.c.translate.types import INT
from checker.language.c.translate.values import Scalar, Value
from spec.c.stacks.memory import ENOMEM

STATE = "CPUHP_BP_PREPARE_DYN"


def _check_event(code: StatementTranslator, call: syntax.Call) -> None:
    if not code.text.kernel.constant("BOOT").value:
        assert isinstance(call.function, syntax.Name)
        raise error(call, f"`{call.function.name}` is known in what runs at boot only, with the event boot; take it out")


@entry(4, "cpuhp_setup_state")
def cpuhp_setup_state(code: StatementTranslator, call: syntax.Call) -> Value:
    """With the event boot, in fork_init(): the service cpuhp_setup_state, which calls the callback for CPUHP_BP_PREPARE_DYN for
    the boot CPU, as Linux does since v6.10. Its value is a positive number, that of the state, or -ENOMEM, whatever error the
    callback returns. Left out: that callbacks which failed are taken back (kernel/cpu.c)."""
    _check_event(code, call)
    state = call.arguments[0]
    if not isinstance(state, syntax.Name) or state.name != STATE:
        raise error(state, f"only callbacks of the state {STATE} are called at boot here; leave out the event boot")
    worked = code.service(call, "cpuhp_setup_state")
    assert isinstance(worked, Scalar)
    position = at(call)
    results = build.integer(position, 1), build.integer(position, -ENOMEM)
    return Scalar(build.conditional(position, worked.expression, *results), INT)


@entry(None, "panic")
def panic(code: StatementTranslator, call: syntax.Call) -> Value:
    """With the event boot, in fork_init(): the service panic, and nothing comes after it. Anywhere else it violates
    service-context. Arguments of the message are evaluated (kernel/panic.c)."""
    _check_event(code, call)
    code.dropped(*call.arguments)
    return code.service(call, "panic")
