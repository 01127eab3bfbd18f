# SPDX-License-Identifier: GPL-2.0-only
"""How the values of options are read: times, amounts of memory, settings, reductions."""

from __future__ import annotations

import re

import click

from checker.explicit.reduction.canonical import EXCHANGES
from checker.explicit.reduction.reductions import REDUCTIONS
from checker.language import tree
from checker.language.errors import NAMED_VALUE

SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|)", re.IGNORECASE)
SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
NUMBER = re.compile(r"[+-]?\d{1,18}")
UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


class Duration(click.ParamType[float]):
    """A length of time: 90, 90s, 5m, 2h."""

    name = "time"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, (int, float)):
            return float(value)
        match = DURATION.fullmatch(value.strip())
        if match is None or float(match[1]) <= 0:
            self.fail(f"{value!r} is not a length of time above 0; write it as 90, 90s, 5m or 2h", param, ctx)
        return float(match[1]) * SECONDS[match[2].lower()]


class Size(click.ParamType[int]):
    """An amount of memory: 500M, 2G."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        match = SIZE.fullmatch(value.strip())
        if match is None or float(match[1]) <= 0:
            self.fail(f"{value!r} is not an amount of memory; write for example 500M or 2G")
        return int(float(match[1]) * UNITS[match[2].upper()])


class NamedSetting(click.ParamType[tuple[str, tree.Setting]]):
    """NAME=VALUE with an integer or a name as value; what a parameter can be, only its model knows."""

    name = "name=value"

    def convert(
        self, value: str | tuple[str, tree.Setting], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tree.Setting]:
        if isinstance(value, tuple):
            return value
        name, equals, text = (part.strip() for part in value.partition("="))
        if name and NUMBER.fullmatch(text):
            return name, int(text)
        if not equals or not name or NAMED_VALUE.fullmatch(text) is None:
            self.fail(f"{value!r} is not a setting; write NAME=VALUE, for example --set T=3", param, ctx)
        return name, text


class Reductions(click.ParamType[frozenset[str]]):
    """none, all, or names of reductions with commas between them. All are those that every engine has and that keep
    counterexamples shortest."""

    name = "reductions"

    def convert(self, value: str | frozenset[str], param: click.Parameter | None, ctx: click.Context | None) -> frozenset[str]:
        if isinstance(value, frozenset):
            return value
        if value in ("none", "all"):
            return frozenset(EXCHANGES if value == "all" else ())
        names = frozenset(name.strip() for name in value.split(","))
        for name in names - frozenset(REDUCTIONS):
            self.fail(
                f"{name!r} is not a reduction; write none, all, or some of {', '.join(REDUCTIONS)} with commas between them"
            )
        return names
