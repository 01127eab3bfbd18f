# SPDX-License-Identifier: GPL-2.0-only
"""Addresses in areas: computing with them, and comparing them.

An address is an area and a number of bytes from the area's lowest address; an area begins at a multiple of its size, and below
it is a guard page. Two areas lie apart, nobody knows in which order. So the distance of addresses in different areas has no
value (a model error when it is met), and of their comparisons only those have one that do not depend on the order: whether an
address is inside a range of the other area.
"""

from __future__ import annotations

from checker.language import build, tree
from checker.language.c.translate.integers import converted
from checker.language.c.translate.types import UNSIGNED_LONG, CInteger
from checker.language.c.translate.values import AreaAddress, Scalar
from checker.language.errors import ModelError

_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def moved(position: tree.Position, address: AreaAddress, operator: str, by: Scalar) -> AreaAddress:
    """An address plus or minus a number of bytes."""
    number = converted(position, by, CInteger(64, True))
    return AreaAddress(address.area, build.binary(position, operator, address.offset, number))


def aligned_down(position: tree.Position, address: AreaAddress, size: int) -> AreaAddress:
    """The address rounded down to a multiple of `size` bytes, which divides the size of an area."""
    blocks = build.binary(position, "//", address.offset, build.integer(position, size))
    return AreaAddress(address.area, build.binary(position, "*", blocks, build.integer(position, size)))


def distance(position: tree.Position, left: AreaAddress, right: AreaAddress) -> Scalar:
    """How many bytes lie between two addresses of one area."""
    same = _in_one_area(position, left, right)
    offset = build.binary(position, "-", left.offset, right.offset)
    return Scalar(build.binary(position, "*", offset, same), UNSIGNED_LONG)


def _in_one_area(position: tree.Position, left: AreaAddress, right: AreaAddress) -> tree.Expression:
    """1; a model error if they are not in one area."""
    same = build.compare(position, "==", left.area, right.area)
    return tree.Cast(
        position,
        tree.IntType(1, 1),
        build.cast(position, tree.IntType(0, 1), same),
        "whether the addresses are in one area (1 if they are)",
    )


def compare(position: tree.Position, operator: str, left: AreaAddress, right: AreaAddress) -> tree.Expression:
    """Any comparison of two addresses. Of different areas only == and != have a value."""
    same = build.compare(position, "==", left.area, right.area)
    offsets = build.compare(position, operator, left.offset, right.offset)
    if operator == "==":
        return build.logical(position, "and", (same, offsets))
    if operator == "!=":
        return build.logical(position, "or", (build.unary(position, "not", same), offsets))
    if same_local(left.area, right.area):
        return offsets
    certain = build.compare(position, "==", _in_one_area(position, left, right), build.integer(position, 1))
    return build.logical(position, "and", (certain, offsets))


def in_range(
    position: tree.Position, address: AreaAddress, low: tuple[str, AreaAddress], high: tuple[str, AreaAddress], inside: bool
) -> tree.Expression:
    """Whether an address is inside a range of one area (`inside`), or outside of it. low, high: the operator that the text has
    between the address and the end of the range. An address of another area is outside, wherever that lies."""
    same = build.compare(position, "==", address.area, low[1].area)
    ends = [build.compare(position, operator, address.offset, end.offset) for operator, end in (low, high)]
    if inside:
        return build.logical(position, "and", (same, *ends))
    return build.logical(position, "or", (build.unary(position, "not", same), *ends))


def flipped(operator: str) -> str:
    """The operator that stands between the operands when they change places."""
    return _FLIPPED.get(operator, operator)


def same_local(left: tree.Expression, right: tree.Expression) -> bool:
    """Whether both are reads of one local."""
    return isinstance(left, tree.LocalRead) and isinstance(right, tree.LocalRead) and left.name == right.name


def mask_size(value: int, area_size: int) -> int | None:
    """The size to a multiple of which `address & value` rounds down, None if that is not what it does."""
    size = ((1 << 64) - value) % (1 << 64) if value > 0 else -value
    return size if size and not size & (size - 1) and area_size % size == 0 else None


def refused(position: tree.Position, operator: str) -> ModelError:
    return ModelError(
        position,
        f"`{operator}` of an address in an area has no value in a model; only + and - of bytes, comparisons, PAGE_ALIGN_DOWN "
        "and `& ~(size - 1)` have",
    )


def binary_of_offset(position: tree.Position, operator: str, address: AreaAddress, value: Scalar) -> Scalar:
    """`address & (size - 1)`: the bytes from the last multiple of the size."""
    return Scalar(build.binary(position, operator, address.offset, value.expression), UNSIGNED_LONG)
