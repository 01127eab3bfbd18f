# SPDX-License-Identifier: GPL-2.0-only
"""Pages, the memory controller, and what is mapped."""

from __future__ import annotations

from checker.language import build, tree
from checker.language.c import syntax
from checker.language.c.api.linux import NUMBERS
from checker.language.c.translate import addresses
from checker.language.c.translate.integers import as_integer
from checker.language.c.translate.raising import at, error
from checker.language.c.translate.statements import StatementTranslator
from checker.language.c.translate.table import entry
from checker.language.c.translate.types import INT, UNSIGNED_LONG
from checker.language.c.translate.values import AreaAddress, Region, Scalar, Value

ENOMEM = NUMBERS["ENOMEM"]

SET_ACTIVE_MEMCG = "set_active_memcg"
"""The call that says which memory cgroup is charged from then on."""


def _order_zero(code: StatementTranslator, node: syntax.Expression) -> None:
    order = code.integer(node)
    if not isinstance(order, tree.Constant) or order.value != 0:
        raise error(node, "only pages of order 0 are modelled; allocate single pages")


@entry(2, "alloc_pages")
def alloc_pages(code: StatementTranslator, call: syntax.Call) -> Value:
    """A page, or NULL: the service alloc_pages (mm/page_alloc.c). Only order 0."""
    gfp = code.flags(call.arguments[0], "Gfp")
    _order_zero(code, call.arguments[1])
    return code.service(call, "alloc_pages", gfp)


@entry(1, "alloc_page")
def alloc_page(code: StatementTranslator, call: syntax.Call) -> Value:
    """alloc_pages(gfp, 0) (include/linux/gfp.h)."""
    return code.service(call, "alloc_pages", code.flags(call.arguments[0], "Gfp"))


@entry(3, "alloc_pages_node")
def alloc_pages_node(code: StatementTranslator, call: syntax.Call) -> Value:
    """alloc_pages; on which node makes no difference here (include/linux/gfp.h)."""
    code.dropped(call.arguments[0])
    gfp = code.flags(call.arguments[1], "Gfp")
    _order_zero(code, call.arguments[2])
    return code.service(call, "alloc_pages", gfp)


@entry(2, "alloc_pages_nolock", "try_alloc_pages")
def alloc_pages_nolock(code: StatementTranslator, call: syntax.Call) -> Value:
    """A page, or NULL, without waiting for a lock: the service alloc_pages_nolock (mm/page_alloc.c, v6.15)."""
    code.dropped(call.arguments[0])
    _order_zero(code, call.arguments[1])
    return code.service(call, "alloc_pages_nolock")


@entry(1, "__free_page")
def free_page(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service __free_page (mm/page_alloc.c)."""
    return code.service(call, "__free_page", code.reference(call.arguments[0], "Page"))


@entry(2, "__free_pages")
def free_pages(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service __free_page (mm/page_alloc.c). Only order 0."""
    page = code.reference(call.arguments[0], "Page")
    _order_zero(code, call.arguments[1])
    return code.service(call, "__free_page", page)


@entry(2, "free_pages_nolock")
def free_pages_nolock(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service free_pages_nolock (mm/page_alloc.c, v6.15). Only order 0."""
    page = code.reference(call.arguments[0], "Page")
    _order_zero(code, call.arguments[1])
    return code.service(call, "free_pages_nolock", page)


@entry(3, "memcg_kmem_charge_page")
def charge(code: StatementTranslator, call: syntax.Call) -> Value:
    """0, or -ENOMEM: the service memcg_kmem_charge_page, for the group of `current`, or the one that set_active_memcg() has made
    active in this function (mm/memcontrol.c)."""
    page = code.reference(call.arguments[0], "Page")
    gfp = code.flags(call.arguments[1], "Gfp")
    _order_zero(code, call.arguments[2])
    group = code.in_force.get(SET_ACTIVE_MEMCG) or build.null(at(call))
    worked = code.service(call, "memcg_kmem_charge_page", page, gfp, group)
    return code.zero_is_success(call, worked, -ENOMEM)


@entry(2, "memcg_kmem_uncharge_page")
def uncharge(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service memcg_kmem_uncharge_page (mm/memcontrol.c)."""
    page = code.reference(call.arguments[0], "Page")
    _order_zero(code, call.arguments[1])
    return code.service(call, "memcg_kmem_uncharge_page", page)


@entry(1, "PageMemcgKmem")
def is_charged(code: StatementTranslator, call: syntax.Call) -> Value:
    """Whether the page is charged: the service is_charged (include/linux/memcontrol.h)."""
    return code.service(call, "is_charged", code.reference(call.arguments[0], "Page"))


@entry(3, "mod_lruvec_page_state")
def statistics(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service mod_lruvec_page_state; how much is added is not kept (mm/memcontrol.c)."""
    page = code.reference(call.arguments[0], "Page")
    code.dropped(*call.arguments[1:])
    return code.service(call, "mod_lruvec_page_state", page)


@entry(1, "clear_highpage")
def clear_highpage(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service clear_highpage (include/linux/highmem.h)."""
    return code.service(call, "clear_highpage", code.reference(call.arguments[0], "Page"))


# -- areas and page tables --


def level_of(code: StatementTranslator, node: syntax.Node, address: AreaAddress) -> tree.Expression:
    """The level of an address in its stack: 0 is the page at its top."""
    position = at(node)
    page_size, pages = code.text.size("PAGE_SIZE"), code.text.size("STACK_PAGES")
    from_low = build.binary(position, "//", address.offset, build.integer(position, page_size))
    return build.binary(position, "-", build.integer(position, pages - 1), from_low)


@entry(6, "get_vm_area_node")
def get_vm_area_node(code: StatementTranslator, call: syntax.Call) -> Value:
    """An area for a stack, or NULL: the service get_vm_area_node (mm/vmalloc.c; the RFC's series exports it). Its size has to
    be that of a stack. It fails for want of memory with the event area-oom."""
    size = code.integer(call.arguments[0])
    if not isinstance(size, tree.Constant) or size.value != code.text.size("THREAD_SIZE"):
        raise error(call.arguments[0], "only areas of the size of a stack are modelled; give THREAD_SIZE")
    code.dropped(*call.arguments[1:4])
    gfp = code.flags(call.arguments[4], "Gfp")
    code.dropped(call.arguments[5])
    return code.service(call, "get_vm_area_node", gfp)


@entry(1, "remove_vm_area")
def remove_vm_area(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service remove_vm_area, for the area that begins at the address; its value is the area (mm/vmalloc.c)."""
    area = code.kept(call, Scalar(_begin_of_area(code, call.arguments[0]), code.type_of_value(code.text.area_type)))
    assert isinstance(area, Scalar)
    code.service(call, "remove_vm_area", area.expression)
    return area


@entry(1, "find_vm_area")
def find_vm_area(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service find_vm_area (mm/vmalloc.c)."""
    return code.service(call, "find_vm_area", _begin_of_area(code, call.arguments[0]))


@entry(1, "vfree_atomic")
def vfree_atomic(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service vfree_atomic (mm/vmalloc.c)."""
    return code.service(call, "vfree_atomic", _begin_of_area(code, call.arguments[0]))


@entry(1, "vfree")
def vfree(code: StatementTranslator, call: syntax.Call) -> Value:
    """An error: it frees as many pages as the area says that it has, and which ones these are is what a protocol changes. In
    process context later, vfree_atomic() is a service (mm/vmalloc.c)."""
    raise error(
        call, "vfree is not modelled; write what it does: remove_vm_area(), __free_page() for each page, then kfree() of the area"
    )


def _begin_of_area(code: StatementTranslator, node: syntax.Expression) -> tree.Expression:
    address = code.address(node)
    if not isinstance(address.offset, tree.Constant) or address.offset.value != 0:
        raise error(node, "this is not the lowest address of an area; give its `addr`")
    return address.area


@entry(5, "vmap_pages_range_noflush")
def vmap_pages_range(code: StatementTranslator, call: syntax.Call) -> Value:
    """Maps pages[k] at the k-th page of the range, upwards: the service set_pte_at for each. `&page`, of a local: one page. 0;
    with the event area-oom the service pte_alloc_kernel comes first, and it is -ENOMEM where that fails (mm/vmalloc.c)."""
    begin, end = (code.address(argument) for argument in call.arguments[:2])
    code.dropped(call.arguments[2])
    pages = _pages(code, call.arguments[3])
    code.dropped(call.arguments[4])
    position = at(call)
    page_size = code.text.size("PAGE_SIZE")
    area = code.kept(call, Scalar(begin.area, code.type_of_value(code.text.area_type)))
    offset = code.kept(call, Scalar(begin.offset, UNSIGNED_LONG))
    assert isinstance(area, Scalar)
    assert isinstance(offset, Scalar)
    first = AreaAddress(area.expression, offset.expression)
    bytes_ = addresses.distance(position, end, first).expression
    count = build.binary(position, "//", bytes_, build.integer(position, page_size))
    if not code.text.kernel.constant("AREA_OOM").value:
        _map_each(code, call, first, pages, count)
        return Scalar(build.integer(position, 0), INT)
    worked = code.kept(call, code.service(call, "pte_alloc_kernel", area.expression))
    assert isinstance(worked, Scalar)
    with code.collected() as body:
        _map_each(code, call, first, pages, count)
    code.emit(tree.If(position, worked.expression, tuple(body), ()))
    return code.zero_is_success(call, worked, -ENOMEM)


def _pages(code: StatementTranslator, node: syntax.Expression) -> Region | tree.Expression:
    """An array of pages, or the one page of a local whose address is given."""
    match node:
        case syntax.Unary(operator="&", operand=syntax.Name(name=name) as local) if name in code.scope:
            return code.reference(local, "Page")
    return code.region(node)


def _map_each(
    code: StatementTranslator, call: syntax.Call, begin: AreaAddress, pages: Region | tree.Expression, count: tree.Expression
) -> None:
    position = at(call)
    if not isinstance(pages, Region):
        one = tree.Cast(position, tree.IntType(1, 1), count, "the number of pages that are mapped of one local")
        level = build.binary(position, "*", level_of(code, call, begin), one)
        code.service(call, "set_pte_at", begin.area, level, pages)
        return
    k = code.fresh("k", tree.IntType(0, code.text.size("STACK_PAGES")))
    read = tree.LocalRead(position, k.type, k.name)
    down = build.binary(position, "-", level_of(code, call, begin), read)
    element = code.load(call, code.cell(call, code.moved_region(call, pages, "+", Scalar(read, INT))))
    with code.collected() as body:
        code.service(call, "set_pte_at", begin.area, down, element.expression)
    code.emit(tree.For(position, tree.Binding(k, tree.RangeDomain(build.integer(position, 0), count)), tuple(body)))


@entry(1, "virt_to_kpte")
def virt_to_kpte(code: StatementTranslator, call: syntax.Call) -> Value:
    """A pointer to the page table entry of an address in a stack. Assumed: the page tables are there, so that it is never NULL
    (include/linux/pgtable.h)."""
    address = code.address(call.arguments[0])
    code.text.assume("the page tables of a stack exist, so that virt_to_kpte finds its entry")
    return Region(code.text.kernel.field("VmArea", "pte"), "VmArea", address.area, level_of(code, call, address))


@entry(1, "pte_present", "pte_none")
def pte_present(code: StatementTranslator, call: syntax.Call) -> Value:
    """Whether an entry maps a page; pte_none: whether it maps none (include/linux/pgtable.h)."""
    assert isinstance(call.function, syntax.Name)
    page = code.reference(call.arguments[0], "Page")
    operator = "!=" if call.function.name == "pte_present" else "=="
    return Scalar(build.compare(at(call), operator, page, build.null(at(call))), INT)


@entry(2, "mk_pte")
def mk_pte(code: StatementTranslator, call: syntax.Call) -> Value:
    """An entry that maps the page: the page (include/linux/mm.h). Its protection is not kept."""
    code.dropped(call.arguments[1])
    return Scalar(code.reference(call.arguments[0], "Page"), code.type_of_value(tree.ReferenceType("Page")))


@entry(4, "set_pte_at")
def set_pte_at(code: StatementTranslator, call: syntax.Call) -> Value:
    """The service set_pte_at (include/linux/pgtable.h). The entry has to be that of the address."""
    code.dropped(call.arguments[0])
    address = code.address(call.arguments[1])
    entry_ = code.region(call.arguments[2])
    position = at(call)
    level = level_of(code, call, address)
    if entry_.variable.name != "pte" or entry_.base is None:
        raise error(call.arguments[2], "this is no pointer to a page table entry; take it from virt_to_kpte")
    agrees = build.logical(
        position,
        "and",
        (build.compare(position, "==", entry_.base, address.area), build.compare(position, "==", entry_.index, level)),
    )
    one = tree.Cast(
        position, tree.IntType(1, 1), build.cast(position, tree.IntType(0, 1), agrees), "whether entry and address agree"
    )
    page = code.reference(call.arguments[3], "Page")
    return code.service(call, "set_pte_at", address.area, build.binary(position, "*", level, one), page)


@entry(1, "PAGE_ALIGN_DOWN")
def page_align_down(code: StatementTranslator, call: syntax.Call) -> Value:
    """The address of the page that an address is in, or a number rounded down (include/linux/mm.h)."""
    value = code.value(call.arguments[0])
    size = code.text.size("PAGE_SIZE")
    position = at(call)
    if isinstance(value, AreaAddress):
        pages = build.binary(position, "//", value.offset, build.integer(position, size))
        return AreaAddress(value.area, build.binary(position, "*", pages, build.integer(position, size)))
    number = code.binary(call, "/", value, Scalar(build.integer(position, size), UNSIGNED_LONG))
    assert isinstance(number, Scalar)
    return Scalar(
        build.binary(position, "*", as_integer(position, number).expression, build.integer(position, size)), UNSIGNED_LONG
    )
