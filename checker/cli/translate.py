# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof translate PATCH`: what the front end makes of C text, for review."""

from __future__ import annotations

import click

from checker.cli.options.configuration import sizes_and_events
from checker.cli.options.model_path import ModelPath
from checker.language.errors import UsageError
from checker.language.front.load import load_program
from checker.report.text.translation_text import translation_text
from checker.verify.request import Request


@click.command(short_help="Print what a patch is translated to.")
@click.argument("model", metavar="PATCH", type=ModelPath())
@sizes_and_events
def translate(request: Request) -> int:
    """Print what PATCH (a patch, mail, mbox or C file; - is standard input) is translated to.

    First a summary: which functions are translated and for which hook, what is the kernel's own, bound, ignored, repaired or not
    translated, and what is assumed. Then each routine as the model has it, every statement with its line of C.
    """
    program = load_program(request.model, request.settings, request.events, request.inputs)
    if program.translation is None:
        raise UsageError("this is a model in Python, and nothing of it is translated; name a patch or a C file", request.model)
    print(translation_text(program, program.translation))
    return 0
