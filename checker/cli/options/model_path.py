# SPDX-License-Identifier: GPL-2.0-only
"""The argument MODEL of every command that takes one."""

from __future__ import annotations

import os
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from checker.cli.options.completion import models
from checker.project import PROJECT, bundled_models


class ModelPath(click.Path):
    """A bundled model's name, a path, or `-` for standard input.

    A name has neither a slash nor the suffix .py, and every model has that suffix, so a name never hides a model of the
    user's: `./NAME` is the folder of that name. A bundled model is printed as models/NAME.py, and this is understood too
    wherever there is no such file, so that what a command prints can be typed.
    """

    def __init__(self, exists: bool = False, dir_okay: bool = True) -> None:
        super().__init__(exists=exists, dir_okay=dir_okay, path_type=Path)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        if value == "-":
            return Path("-")
        bundled = bundled_models()
        if value in bundled:
            return bundled[str(value)]
        given = Path(str(value))
        if str(value) == str(given) and bundled.get(given.stem) == PROJECT / given and not os.path.lexists(given):
            return PROJECT / given
        found = Path(super().convert(value, param, ctx))  # type: ignore[arg-type]
        return Path.cwd() / found if found == Path("-") else found  # of ./- pathlib leaves -, which is standard input

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return models(incomplete)
