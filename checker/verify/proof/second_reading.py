# SPDX-License-Identifier: GPL-2.0-only
"""What becomes of a proof that was found: the second solver reads its certificate, and only then is it written where it was asked
for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from checker.explicit.search.interrupts import temporary_folder
from checker.symbolic.certificate.independent_check import Answer, independent_check
from checker.symbolic.solvers.solvers import Z3
from checker.trace.confirmation.build import Disagreement
from checker.verify.proof.certificates import NotUnsat, Refused, check_certificate, write_certificate


def second_reading(
    folder: Path | None,
    manifest: Mapping[str, object],
    invariant: str,
    files: Mapping[str, str],
    left: Callable[[], float | None],
) -> str | None:
    """Why the certificate shows nothing; None if it is accepted, and then it is in the folder. Disagreement where the two
    solvers give different answers to the same question: where neither says `unsat`, it is the search that was wrong. left: the
    seconds that are left."""
    with temporary_folder() as temporary:
        try:
            write_certificate(temporary, manifest, invariant, files)
            check_certificate(temporary, left())
        except NotUnsat as refused:
            name = refused.file.name
            if refused.reply.answer is not Answer.SAT:
                return f"no second opinion on {name}: {refused.reply}"
            first = independent_check(refused.file, left(), Z3)
            if first.answer is Answer.UNSAT:
                raise Disagreement(f"Bitwuzla says sat and Z3 says unsat of {name}, a question of the proof") from None
            return f"what the search found is not an invariant: Bitwuzla says sat of {name}, Z3: {first}"
        except Refused as refused:
            return f"the certificate is refused: {refused.reason}"
    if folder is not None:
        write_certificate(folder, manifest, invariant, files)
    return None
