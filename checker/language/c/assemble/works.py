# SPDX-License-Identifier: GPL-2.0-only
"""irq_work: which function of a text the kernel runs for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from checker.language.c import syntax
from checker.language.c.assemble.bindings import Bound
from checker.language.c.assemble.definitions import Definitions
from checker.language.c.translate.functions import Functions
from checker.language.c.translate.hooks import check_signature, implementation
from checker.language.c.translate.raising import error

HOOK = "irq_work_run"
_SIGNATURE = "void callback(struct irq_work *work)"
_INITIALISERS = ("IRQ_WORK_INIT", "IRQ_WORK_INIT_LAZY", "IRQ_WORK_INIT_HARD")

Work = tuple[syntax.Node, str, syntax.Expression | None]
"""A struct irq_work: where it is defined, its name, its initial value."""


def bind_work(functions: Functions, definitions: Definitions, works: Sequence[Work], bound: Bound) -> None:
    """The function that irq_work runs implements the hook for it. ModelError for two, as the modelled kernel has one."""
    if not works:
        return
    if len(works) > 1:
        raise error(works[1][0], "this is the second irq_work, and the modelled kernel has one; put them together")
    _, name, initial = works[0]
    named = [initial] if initial is not None else []
    for call in definitions.calls_of("init_irq_work"):
        named += call.arguments[1:2]
    callbacks = {_callback(each).name: each for each in named}
    if len(callbacks) > 1:
        raise error(list(callbacks.values())[1], f"`{name}` is given two functions; the modelled kernel has one for it")
    for callback, where in callbacks.items():
        function = definitions.function(callback)
        if function is None:
            raise error(where, f"the text does not define `{callback}`; give --base with the tree that does")
        check_signature(functions, function, definitions.declaration(_SIGNATURE, functions.manifest.path))
        bound.add(HOOK, implementation(functions, HOOK, function, [f"opaque(the irq_work `{name}`)"], None))


def _callback(given: syntax.Expression) -> syntax.Name:
    match given:
        case syntax.Name():
            return given
        case syntax.Call(function=syntax.Name(name=macro), arguments=(syntax.Name() as callback,)) if macro in _INITIALISERS:
            return callback
    raise error(given, "this has to name the function that irq_work runs: IRQ_WORK_INIT(function)")


def is_shared(variables: Iterable[syntax.VariableDefinition], structs: Mapping[str, syntax.StructDefinition]) -> bool:
    """Whether there is one irq_work for all CPUs: one that is not per CPU."""
    return any(not variable.per_cpu and _has_work(variable.type, structs, ()) for variable in variables)


def _has_work(type_: syntax.Type, structs: Mapping[str, syntax.StructDefinition], around: tuple[str, ...]) -> bool:
    match type_:
        case syntax.TaggedType(kind="struct", tag="irq_work"):
            return True
        case syntax.TaggedType(kind="struct", tag=str(tag)) if tag in structs and tag not in around:
            return any(_has_work(member.type, structs, (*around, tag)) for member in structs[tag].members)
    return False
