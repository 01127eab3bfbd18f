# SPDX-License-Identifier: GPL-2.0-only
"""`stackproof prove MODEL`: properties shown for any number of steps, with a certificate."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from checker.cli.ending import last_words
from checker.cli.options.configuration import configuration_options
from checker.cli.options.limits import limits
from checker.cli.options.model_path import ModelPath
from checker.cli.options.values import Duration, Size
from checker.cli.terminal.output import wants_colour
from checker.cli.terminal.progress import ProgressLine
from checker.explicit.search.interrupts import uninterrupted
from checker.language.errors import UsageError
from checker.report.text.check_text import finding_text
from checker.report.text.proof_text import proof_text
from checker.result.verdict import Subject, Verdict, VerdictKind, status_of
from checker.verify.proof.certificates import check_place
from checker.verify.proof.prove import INDUCTION, LEMMAS, MOST_K, PROVERS, SAMPLES, prove_configuration
from checker.verify.proof.prove_all_sizes import prove_all_sizes
from checker.verify.request import Request


@click.command(short_help="Prove properties for runs of any length.")
@click.argument("model", type=ModelPath())
@configuration_options
@click.option(
    "--certificates",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the certificate to DIR, for `stackproof certify`. An older certificate there is replaced.",
)
@click.option(
    "--samples",
    type=click.IntRange(min=1),
    default=SAMPLES,
    show_default=True,
    metavar="N",
    help="Learn lemmas from at most N reachable states.",
)
@click.option(
    "--for-all-sizes",
    is_flag=True,
    help="Prove for any number of CPUs, tasks and pages. Lemmas are learned at the given size, which should have two of each.",
)
@click.option(
    "--engine",
    type=click.Choice(PROVERS),
    default=LEMMAS,
    show_default=True,
    help="Where the invariant comes from: lemmas learned from reachable states; Z3's Spacer, for very small models; or, with"
    " k-induction, it is the properties and the model's own lemmas themselves.",
)
@click.option(
    "--k", type=click.IntRange(1, 1000), metavar="N", help=f"k-induction: try k = 1 to N consecutive states. Default: {MOST_K}."
)
@click.option("--max-memory", type=Size(), metavar="SIZE", help="As for check.")
@click.option("--timeout", type=Duration(), metavar="TIME", help="Stop after this time in total: 90, 90s, 5m, 2h.")
def prove(
    request: Request,
    certificates: Path | None,
    samples: int,
    for_all_sizes: bool,
    engine: str,
    k: int | None,
    max_memory: int | None,
    timeout: float | None,
) -> int:
    """Prove properties of MODEL at one configuration, for any number of steps.

    Finds an invariant that holds in every initial state, that every step preserves, and that rules out every violation. A second
    solver checks all three before anything is called PROVED. If no invariant is found, the verdict is UNKNOWN and the exit
    status 3.

    With --for-all-sizes the proof holds for every value of the parameters that are only sizes, and the certificate and the
    verdict name them.
    """
    if for_all_sizes and engine != LEMMAS:
        raise UsageError(f"--for-all-sizes finds lemmas in states; leave out --engine {engine}")
    if k is not None and engine != INDUCTION:
        raise UsageError(f"--k is for induction over several states; add --engine {INDUCTION}, or leave out --k")
    if certificates is not None:
        check_place(certificates)  # now, rather than after hours of search
    line = ProgressLine(f"{request.model}")
    shown: set[VerdictKind] = set()

    def announce(subject: Subject, verdict: Verdict) -> None:
        with line.paused(), uninterrupted():
            print(finding_text(subject, verdict, [], wants_colour()), flush=True)
            shown.add(verdict.kind)

    try:
        with line.running():
            stop = limits(None, max_memory, timeout)
            proving = (
                prove_all_sizes(request, stop, certificates, samples, line.show, announce, line.say)
                if for_all_sizes
                else prove_configuration(request, stop, certificates, samples, line.show, announce, line.say, engine, k or MOST_K)
            )
    except KeyboardInterrupt:
        if not shown:
            raise
        print("interrupted: what is shown above stands, nothing more is known", file=sys.stderr)
        return status_of(shown | {VerdictKind.UNKNOWN}).value
    with last_words():
        print(proof_text(proving.run, proving.invariant, proving.counterexample, proving.certificate, proving.given_up))
    return status_of(proving.run.kinds).value
