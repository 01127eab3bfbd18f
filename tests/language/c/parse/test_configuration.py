# SPDX-License-Identifier: GPL-2.0-only
"""Reading a .config."""

from __future__ import annotations

import pytest

from checker.language.c.parse import Tristate, is_c, read_configuration
from checker.language.errors import UsageError


def test_values() -> None:
    text = (
        "#\n# Automatically generated\n#\nCONFIG_SMP=y\nCONFIG_X=m\n# CONFIG_KASAN is not set\n\nCONFIG_NR_CPUS=64\nCONFIG_BASE=0xff\n"
        'CONFIG_NEG=-1\nCONFIG_NAME="a \\"b\\" # c"\n  CONFIG_LAST=y\r\n'
    )
    assert read_configuration(text, ".config") == {
        "CONFIG_SMP": True,
        "CONFIG_X": Tristate.MODULE,
        "CONFIG_KASAN": False,
        "CONFIG_NR_CPUS": 64,
        "CONFIG_BASE": 255,
        "CONFIG_NEG": -1,
        "CONFIG_NAME": 'a \\"b\\" # c',
        "CONFIG_LAST": True,
    }


@pytest.mark.parametrize("line", ["CONFIG_A", "CONFIG_A=", "CONFIG_A=yes", "A=y", "CONFIG_A=n", 'CONFIG_A="', "CONFIG_A=1y", "x"])
def test_what_is_no_configuration_is_refused(line: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_configuration(f"CONFIG_B=y\n{line}\n", "my.config")
    assert str(caught.value) == "my.config:2: error: expected `CONFIG_X=value` or `# CONFIG_X is not set`"


@pytest.mark.parametrize(
    ("path", "c"),
    [
        ("kernel/fork.c", True),
        ("include/linux/mm.h", True),
        ("arch/Kconfig", False),
        ("Makefile", False),
        ("a/entry.S", False),
        ("a.c.txt", False),
        (".c", False),
    ],
)
def test_which_files_are_c(path: str, c: bool) -> None:
    assert is_c(path) is c
