# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's configuration: what CONFIG_ symbols are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum, unique
from typing import TypeAlias

from checker.language.errors import UsageError


@unique
class Tristate(Enum):
    """The value of a symbol that is built as a module; built in and not at all are True and False."""

    MODULE = "m"


ConfigValue: TypeAlias = bool | int | str | Tristate
Configuration: TypeAlias = Mapping[str, ConfigValue]
"""Values by name, with CONFIG_. A name that is not in it is not decided. Macros that are no symbols can be given too: True and
numbers define them, False says that they are not defined."""

SET = re.compile(r'(CONFIG_\w+)=(?:(y)|(m)|(-?(?:0[xX][0-9a-fA-F]+|[0-9]+))|"((?:[^"\\]|\\.)*)")', re.ASCII)
NOT_SET = re.compile(r"# (CONFIG_\w+) is not set", re.ASCII)

PREDEFINED: dict[str, bool] = {
    "__KERNEL__": True,
    "__GNUC__": True,
    "MODULE": False,
    "__ASSEMBLY__": False,
    "__ASSEMBLER__": False,
    "__CHECKER__": False,
    "__GENKSYMS__": False,
    "__cplusplus": False,
}
"""What is known of macros of the compiler and of the kernel's build, for code that is built in and compiled by GCC or clang."""


def read_configuration(text: str, name: str) -> dict[str, ConfigValue]:
    """The values that a `.config` file gives. Symbols that it does not mention are not decided.

    name: of the file, for errors. Raises UsageError for a line that is neither a value, nor a comment, nor blank.
    """
    values: dict[str, ConfigValue] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if match := SET.fullmatch(line):
            symbol, yes, module, digits, string = match.groups()
            if yes:
                values[symbol] = True
            elif module:
                values[symbol] = Tristate.MODULE
            elif digits is not None:
                values[symbol] = int(digits, 16 if "x" in digits.lower() else 10)
            else:
                values[symbol] = string
        elif match := NOT_SET.fullmatch(line):
            values[match.group(1)] = False
        elif line and not line.startswith("#"):
            raise UsageError("expected `CONFIG_X=value` or `# CONFIG_X is not set`", f"{name}:{number}")
    return values


def is_defined(name: str, values: Configuration) -> bool | None:
    """Whether the build defines a macro; None if that is not decided."""
    if name in values:
        value = values[name]
        return value is not False and value is not Tristate.MODULE
    if name.startswith("CONFIG_") and name.endswith("_MODULE") and (base := name.removesuffix("_MODULE")) in values:
        return values[base] is Tristate.MODULE
    return PREDEFINED.get(name)


def number_of(name: str, values: Configuration) -> int | None:
    """The number that a macro of the build stands for; None if it is not defined, not decided, or no number."""
    value = values.get(name)
    return int(value) if isinstance(value, int) and value is not False else None


CONFIG_TESTS = {
    "IS_ENABLED": (True, True),
    "IS_BUILTIN": (True, False),
    "IS_MODULE": (False, True),
    "IS_REACHABLE": (True, False),
}
"""The macros that test a symbol (include/linux/kconfig.h): the answer if it is built in, and if it is a module. The code that
asks is taken to be built in."""


def answer(test: str, name: str, values: Configuration) -> bool | None:
    """IS_ENABLED(CONFIG_X) and its kin; None if it is not decided."""
    if name not in values:
        return None
    value = values[name]
    built_in, module = CONFIG_TESTS[test]
    if value is Tristate.MODULE:
        return module
    return built_in and value == 1
