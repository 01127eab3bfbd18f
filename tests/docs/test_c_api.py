# SPDX-License-Identifier: GPL-2.0-only
"""docs/reference/c-api.md is the table of the kernel's API, and every entry of that says what it is."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from checker.language.c.api.linux import MODULES, linux
from checker.language.c.translate.table import entries
from tools.c_api import DOCUMENT, document

FILE = re.compile(r"(?:[\w-]+/)+[\w.-]+\.(?:[chS]|rst)\b|As [a-z_A-Z]+\b|C11")
ENTRIES = [each for module in MODULES for each in entries(module)]


def test_the_document_is_made_of_the_table() -> None:
    assert DOCUMENT.read_text() == document(), "python -m tools.c_api makes it"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_call_says_what_it_is_and_where_linux_has_it(module: ModuleType) -> None:
    whole = FILE.search(module.__doc__ or "")
    for each in entries(module):
        assert each.doc.endswith("."), each
        assert whole or FILE.search(each.doc), f"{each.name}: name the kernel's file"


def test_a_name_and_a_number_of_arguments_stand_for_one_thing() -> None:
    found = [(each.name, each.arity) for each in ENTRIES]
    assert len(set(found)) == len(found)
    names = [name for table in (linux().flags, linux().opaque, linux().numbers) for name in table]
    assert len(set(names)) == len(names)
    assert not {name for name, _ in found} & set(names)
    loose = {name for name, arity in found if arity is None}
    assert not [name for name, arity in found if name in loose and arity is not None]
