# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof certify DIR`: whether a certificate shows what it says."""

from __future__ import annotations

from pathlib import Path

import click

from checker.cli.certificates import Refused, check_certificate


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="S", help="Seconds for each file.")
def certify(folder: Path, timeout: float | None) -> int:
    """Check the certificate in DIR with the second solver, standing alone: nothing of the model is read.

    Exit status: 0 accepted, 1 refused.
    """
    try:
        manifest = check_certificate(folder, timeout)
    except Refused as refused:
        print(f"refused: {refused.reason}")
        return 1
    properties = ", ".join(manifest["properties"])
    print(f"accepted: {manifest['model']}: {properties}: each of its {len(manifest['files']) - 1} questions is unsat")
    return 0
