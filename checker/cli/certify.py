# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof certify DIR`: whether a certificate shows what it says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from checker.cli.options.configuration import inputs_of, of_c_options
from checker.cli.options.model_path import ModelPath
from checker.cli.options.values import Duration
from checker.counting import counted
from checker.language.front.inputs import Inputs
from checker.language.python.source.modules import display_path
from checker.report.shell import argument, command_line
from checker.report.text.style import plain
from checker.result.verdict import Status
from checker.symbolic.certificate.independent_check import Answer
from checker.verify.proof.certificates import ALL_SIZES, NotUnsat, Refused, ask_second_solver, check_files
from checker.verify.proof.certify import check_against_model
from checker.verify.proof.certify_all_sizes import check_all_sizes_against_model
from checker.verify.proof.claims import Claimed, claim_lines, claimed


@click.command(short_help="Check a stored proof.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--timeout", type=Duration(), metavar="TIME", help="Time limit for each file: 90, 90s, 5m, 2h.")
@click.option(
    "--model",
    type=ModelPath(exists=True, dir_okay=False),
    metavar="MODEL",
    help="Model that the certificate is about: compares its file, its imports and every solver query.",
)
@of_c_options
def certify(
    folder: Path, timeout: float | None, model: Path | None, base: Path | None, manifest: Path | None, config: Path | None
) -> int:
    """Check the certificate in DIR with the second solver, and compare it with MODEL.

    With --model everything that the certificate claims is rebuilt from the model's text: settings, events, assumptions,
    properties, and the questions, for the lemmas that the certificate has. Without it only the files are checked, and
    they may be about any model.

    Exit status: 0 accepted, as a certificate of MODEL; 1 refused; 3 not compared with a model, or the solver gave no answer.
    """
    try:
        stored = check_files(folder)
        inputs = inputs_of(model, base, manifest, config)
        claim = claimed(folder, stored) if model is None else _compared(folder, stored, model, inputs)
        ask_second_solver(folder, stored, timeout)
    except NotUnsat as refused:
        if refused.reply.answer is not Answer.SAT:
            _tell(f"undecided: {refused.reason}")
            return Status.INCONCLUSIVE.value
        _tell(f"refused: {refused.reason}")
        return Status.VIOLATED.value
    except Refused as refused:
        _tell(f"refused: {refused.reason}")
        return Status.VIOLATED.value
    questions = len(stored["files"]) - 1
    if model is None:
        _tell(f"{folder}: the files are consistent; NOT compared with a model")
        print(f"Each of its {counted(questions, 'question')} is unsat. What its manifest claims was not looked at:")
    else:
        _tell(f"accepted: {folder} shows of {display_path(model)}, whose files are those that were proved:")
    _tell(*claim_lines(claim))
    if model is None:
        again = command_line(["stackproof", "certify", argument(folder), "--model", argument(claim.model), *inputs.options])
        _tell(f"Compare it with the model: {again}")
        return Status.INCONCLUSIVE.value
    _tell(
        f"Each of its {counted(questions, 'question')} is unsat, "
        f"and is what {display_path(model)} asks at these settings and events."
    )
    return Status.AS_DEMANDED.value


def _tell(*lines: str) -> None:
    """Print lines of which a name of other people's makes no more."""
    for line in lines:
        print(plain(line))


def _compared(folder: Path, manifest: Mapping[str, Any], model: Path, inputs: Inputs) -> Claimed:
    of_all = manifest["format"] == ALL_SIZES
    return check_all_sizes_against_model(folder, model, inputs) if of_all else check_against_model(folder, model, inputs)
