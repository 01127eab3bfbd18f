# SPDX-License-Identifier: GPL-2.0-only
"""The slab (mm/slub.c), of which the modelled kernel has only what belongs to areas."""

from __future__ import annotations

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.table import OwnArray, entry
from checker.language.c.translate.types import ALLOCATED
from checker.language.c.translate.values import Nothing, Region, Scalar, Value

EVENT = "AREA_OOM"

ARRAYS = {"VmArea.pages": OwnArray(EVENT, "set_pages", "has_pages", "kfree_pages")}


def _allocated(code: StatementTranslator, call: syntax.Call, flags: int) -> Value:
    """Memory, whose flags are that argument."""
    if not code.text.kernel.constant(EVENT).value:
        code.dropped(*call.arguments)
        return Scalar(build.boolean(at(call), True), ALLOCATED)
    code.dropped(*call.arguments[:flags])
    gfp = code.flags(call.arguments[flags], "Gfp")
    code.dropped(*call.arguments[flags + 1 :])
    found = code.service(call, "kmalloc", gfp)
    assert isinstance(found, Scalar)
    return Scalar(found.expression, ALLOCATED)


@entry(3, "kmalloc_node", "kzalloc_node")
@entry(2, "kmalloc", "kzalloc")
def kmalloc(code: StatementTranslator, call: syntax.Call) -> Value:
    """Memory for the array of an area's pages, or NULL: the service kmalloc, with the event area-oom; without it there is always
    memory, and nothing is checked. Only the area's `pages` can be given it, also by way of a local. Left out: its size
    (mm/slub.c)."""
    return _allocated(code, call, 1)


@entry(3, "kmalloc_array", "kcalloc")
@entry(4, "kmalloc_array_node", "kcalloc_node")
def kmalloc_array(code: StatementTranslator, call: syntax.Call) -> Value:
    """As kmalloc (include/linux/slab.h)."""
    return _allocated(code, call, 2)


@entry(1, "kfree")
def kfree(code: StatementTranslator, call: syntax.Call) -> Value:
    """An area: the service kfree_vm_area. The array of its pages: the service kfree_pages, with the event area-oom; without it
    the array is a part of the area. Memory that no area was given: nothing (mm/slub.c)."""
    value = code.value(call.arguments[0])
    match value:
        case Region(variable, str(record), tree.Expression() as area, tree.Constant(value=0)) if (
            f"{record}.{variable.name}" in ARRAYS
        ):
            own = ARRAYS[f"{record}.{variable.name}"]
            return code.service(call, own.free, area) if code.text.kernel.constant(own.event).value else Nothing()
        case Scalar(expression, _) if expression.type == tree.ReferenceType("VmArea"):
            return code.service(call, "kfree_vm_area", expression)
        case Scalar(_, type_) if type_ == ALLOCATED:
            return Nothing()
    raise error(call.arguments[0], "only an area, and the array of its pages, can be given back by kfree here")
