# SPDX-License-Identifier: GPL-2.0-only
"""What pages hold, and what is no longer mapped (include/linux/highmem.h, include/linux/mm.h, mm/vmalloc.c)."""

from __future__ import annotations

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.translate import addresses
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.table import entry
from checker.language.c.translate.types import UNSIGNED_LONG, CNamed, CPointer
from checker.language.c.translate.values import AreaAddress, Nothing, Scalar, Value
from spec.c.stacks.memory import level_of

MEMORY = CPointer(CNamed("the memory of a page"))
"""What page_address gives."""


@entry(1, "page_address", "page_to_virt")
def page_address(code: StatementTranslator, call: syntax.Call) -> Value:
    """The memory of a page, which only clear_page and memset take."""
    return Scalar(code.reference(call.arguments[0], "Page"), MEMORY)


def _memory(code: StatementTranslator, node: syntax.Expression) -> tree.Expression:
    """The page whose memory an argument points to."""
    found = code.value(node)
    if not isinstance(found, Scalar) or found.type != MEMORY:
        raise error(node, "this is not the memory of a page; take it from page_address()")
    return found.expression


@entry(1, "clear_page")
def clear_page(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service clear_highpage, for the memory of a page."""
    return code.service(call, "clear_highpage", _memory(code, call.arguments[0]))


@entry(3, "memset")
def memset(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service clear_highpage: only zeros, in the whole memory of a page (lib/string.c)."""
    page = _memory(code, call.arguments[0])
    value, size = (code.integer(argument) for argument in call.arguments[1:])
    if not isinstance(value, tree.Constant) or value.value:
        raise error(call.arguments[1], "what pages hold is zeros or not zeros in a model; write 0 only")
    if not isinstance(size, tree.Constant) or size.value != code.text.size("PAGE_SIZE"):
        raise error(call.arguments[2], "a model zeroes whole pages; give PAGE_SIZE")
    return code.service(call, "clear_highpage", page)


@entry(1, "page_to_pfn")
def page_to_pfn(code: StatementTranslator, call: syntax.Call) -> Value:
    """The number of a page frame, for pfn_pte only (include/asm-generic/memory_model.h)."""
    return Scalar(code.reference(call.arguments[0], "Page"), CNamed("unsigned long"))


@entry(2, "pfn_pte")
def pfn_pte(code: StatementTranslator, call: syntax.Call) -> Value:
    """An entry that maps the page: the page. Its protection is not kept (include/linux/pgtable.h)."""
    code.dropped(call.arguments[1])
    return Scalar(code.reference(call.arguments[0], "Page"), code.type_of_value(tree.ReferenceType("Page")))


@entry(1, "ptep_get", "pte_page")
def entry_of(code: StatementTranslator, call: syntax.Call) -> Value:
    """ptep_get: one load of an entry. pte_page: the page that an entry maps; an entry is the page here
    (include/linux/pgtable.h)."""
    assert isinstance(call.function, syntax.Name)
    if call.function.name == "ptep_get":
        return code.load(call, code.cell(call, code.region(call.arguments[0])))
    return Scalar(code.reference(call.arguments[0], "Page"), code.type_of_value(tree.ReferenceType("Page")))


@entry(2, "vunmap_range")
def vunmap_range(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service vunmap_range for each page of the range, upwards. Left out: that Linux tells the other CPUs once, behind the
    last page."""
    begin, end = (code.address(argument) for argument in call.arguments)
    position = at(call)
    area = code.kept(call, Scalar(begin.area, code.type_of_value(code.text.area_type)))
    offset = code.kept(call, Scalar(begin.offset, UNSIGNED_LONG))
    assert isinstance(area, Scalar)
    assert isinstance(offset, Scalar)
    first = AreaAddress(area.expression, offset.expression)
    page_size = build.integer(position, code.text.size("PAGE_SIZE"))
    count = build.binary(position, "//", addresses.distance(position, end, first).expression, page_size)
    number = code.kept(call, Scalar(count, UNSIGNED_LONG))
    assert isinstance(number, Scalar)
    k = code.fresh("k", tree.IntType(0, code.text.size("STACK_PAGES")))
    down = build.binary(position, "-", level_of(code, call, first), tree.LocalRead(position, k.type, k.name))
    with code.collected() as body:
        code.service(call, "vunmap_range", first.area, down)
    domain = tree.RangeDomain(build.integer(position, 0), number.expression)
    code.emit(tree.For(position, tree.Binding(k, domain), tuple(body)))
    return Nothing()


@entry(3, "mod_memcg_page_state")
def mod_memcg_page_state(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service mod_lruvec_page_state: it finds the page's group in the same way; how much is added is not kept
    (include/linux/memcontrol.h)."""
    page = code.reference(call.arguments[0], "Page")
    code.dropped(*call.arguments[1:])
    return code.service(call, "mod_lruvec_page_state", page)
