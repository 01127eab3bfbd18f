# SPDX-License-Identifier: GPL-2.0-only
"""The command: `python -m tools.findings [BUG ...]`: find each bug again, keep its run, draw it, write docs/results/findings.md.

Exit status 0: all are found, each with the fewest events; 1: one is not, and nothing is written of those after it."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from checker.cli.saving import Findings
from checker.project import PROJECT

from ..markers import between_markers
from .document import BEGIN, END, command, content, entry_of
from .finding import Finding, Wrong, load_findings
from .looking import look_for

MODEL = Path("models/rfc_v1.py")
LIST = PROJECT / "models" / "rfc_v1.findings.toml"
FOLDER = PROJECT / "counterexamples" / "rfc_v1"
DOCUMENT = PROJECT / "docs" / "results" / "findings.md"
LINKED = "../../counterexamples/rfc_v1"
MADE = PROJECT / "counterexamples" / "made" / "findings"
"""Each run with its picture, for who wants to look at them: git ignores this folder."""
SHOWN_BUG = "13"
"""The one whose picture is kept, as README.md shows it."""


def kept(finding: Finding) -> list[str]:
    """The names of the files that the repository keeps of a finding."""
    return [f"{finding.stem}{suffix}" for suffix in ([".json", ".svg"] if finding.bug == SHOWN_BUG else [".json"])]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.findings", description="Find each bug of models/rfc_v1.py again.")
    parser.add_argument("bugs", nargs="*", metavar="BUG", help="only these, without writing docs/results/findings.md: 2a, 7, N1")
    bugs = parser.parse_args().bugs
    entries = []
    try:
        findings = load_findings(LIST)
        unknown = set(bugs) - {finding.bug for finding in findings}
        if unknown:
            raise Wrong(
                f"error: there is no finding {', '.join(sorted(unknown))}; there are {', '.join(f.bug for f in findings)}"
            )
        for finding in findings:
            if bugs and finding.bug not in bugs:
                continue
            shown = look_for(PROJECT / MODEL, finding)
            for file in Findings(MADE).save(shown.trace, finding.stem, shown.program.sources):
                if file.name in kept(finding):
                    shutil.copy(file, FOLDER / file.name)
            entries.append(entry_of(shown))
            how = command(finding) if shown.by_check else "`check` shows another bug for this property here"
            print(f"{finding.bug}: {finding.property} in {len(shown.trace.steps)} steps: {finding.what}\n    {how}", flush=True)
    except Wrong as error:
        print(error, file=sys.stderr)
        return 1
    if not bugs:
        for old in {*FOLDER.glob("bug-*")} - {FOLDER / name for finding in findings for name in kept(finding)}:
            old.unlink()
        document = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(between_markers(document, content(entries, LINKED), BEGIN, END), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
