# SPDX-License-Identifier: GPL-2.0-only
"""docs/reference/c-api.md is the table of the kernel's API, and every entry of that says what it is."""

from __future__ import annotations

import ast
import re
from types import ModuleType

import pytest

from checker.language.c.api import linux
from checker.language.c.translate.table import Domain, entries
from checker.project import PROJECT
from spec.c.domains import DOMAINS, api_of
from tools.c_api import DOCUMENT, document

FILE = re.compile(r"(?:[\w-]+/)+[\w.-]+\.(?:[chS]|rst)\b|As [a-z_A-Z]+\b|C11")
MODULES = [*linux.MODULES, *(module for domain in DOMAINS.values() for module in domain.modules)]


def test_the_document_is_made_of_the_table() -> None:
    assert DOCUMENT.read_text() == document(), "python -m tools.c_api makes it"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_call_says_what_it_is_and_where_linux_has_it(module: ModuleType) -> None:
    whole = FILE.search(module.__doc__ or "")
    for each in entries(module):
        assert each.doc.endswith("."), each
        assert whole or FILE.search(each.doc), f"{each.name}: name the kernel's file"


@pytest.mark.parametrize("domain", DOMAINS.values(), ids=DOMAINS)
def test_a_name_and_a_number_of_arguments_stand_for_one_thing(domain: Domain) -> None:
    modules = (*linux.MODULES, *domain.modules)
    found = [(each.name, each.arity) for module in modules for each in entries(module)]
    assert len(set(found)) == len(found)
    api = api_of(domain.name)
    assert api.calls.keys() == set(found)
    names = [*linux.OPAQUE, *linux.NUMBERS, *domain.flags, *domain.opaque]
    assert {*api.flags, *api.opaque, *api.numbers} == set(names)
    assert len(set(names)) == len(names)
    assert not {name for name, _ in found} & set(names)
    loose = {name for name, arity in found if arity is None}
    assert not [name for name, arity in found if name in loose and arity is not None]


def test_a_domain_knows_the_names_of_the_others_and_which_one_has_them() -> None:
    for domain in DOMAINS.values():
        api = api_of(domain.name)
        others = [other for other in DOMAINS.values() if other is not domain]
        assert {name: other.name for other in others for name in other.names()} == api.elsewhere
        assert not api.elsewhere.keys() & api.bound_names()


def test_no_file_of_the_front_end_is_about_one_domain() -> None:
    known = {name for domain in DOMAINS.values() for name in domain.names()}
    files = sorted((PROJECT / "checker" / "language" / "c").rglob("*.py"))
    assert files
    for file in files:
        words = {node.value for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant)}
        assert not words & (known | {"stacks"}), file
