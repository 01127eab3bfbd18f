# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof certify DIR`: whether a certificate shows what it says."""

from __future__ import annotations

from pathlib import Path

import click

from checker.cli.certificates import ALL_SIZES, Refused, check_against_model, check_certificate
from checker.cli.certifying_all_sizes import check_all_sizes_against_model
from checker.cli.options import Duration


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--timeout", type=Duration(), metavar="TIME", help="Time for each file: 90, 90s, 5m, 2h.")
@click.option(
    "--model",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="MODEL",
    help="Check as well that the questions are those of this model, made anew from its text and the certificate's lemmas.",
)
def certify(folder: Path, timeout: float | None, model: Path | None) -> int:
    """Check the certificate in DIR with the second solver, standing alone: nothing of the model is read, unless --model names it.

    Exit status: 0 accepted, 1 refused.
    """
    try:
        manifest = check_certificate(folder, timeout)
        if model is not None:
            of_all = manifest["format"] == ALL_SIZES
            (check_all_sizes_against_model if of_all else check_against_model)(folder, model)
    except Refused as refused:
        print(f"refused: {refused.reason}")
        return 1
    properties = ", ".join(manifest["properties"])
    print(f"accepted: {manifest['model']}: {properties}: each of its {len(manifest['files']) - 1} questions is unsat")
    if model is None:
        print("That the questions are those of the model was not looked at; --model does that.")
    return 0
