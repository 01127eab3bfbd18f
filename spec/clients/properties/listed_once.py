# SPDX-License-Identifier: GPL-2.0-only
from checker.language import invariant
from spec.clients.hooks import first_node
from spec.clients.listed import behind_six


@invariant("listed-once", "the list that begins with {first_node()} has a cycle")
def listed_once() -> bool:
    """A node that is on the list twice leads back to itself: whoever walks the list never reaches its end."""
    return first_node() is None or behind_six() is None
