# SPDX-License-Identifier: GPL-2.0-only
"""Every relative link of every document leads to a file and, where it names one, to a heading of it; and every document that the
code names is there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from checker.project import PROJECT

FOLDERS = ("checker", "spec", "models", "tests", "tools", ".ci")
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), *(PROJECT / "counterexamples").glob("*.md")])
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]*))?\)")
NAMED = re.compile(r"(?<![\w/.])docs/[\w/.-]*\w")
FOUND_IN = (".py", ".c", ".h", ".toml", ".waivers", ".md", ".txt", "")


def links(text: str) -> list[tuple[str, str]]:
    """The relative links of a document, as path and anchor, either of which can be empty."""
    return LINK.findall(CODE.sub("", text))


def anchors(text: str) -> set[str]:
    """What the headings of a document are linked by."""
    found: dict[str, int] = {}
    for title in re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title)
        name = re.sub(r"[^\w -]", "", words.lower()).strip().replace(" ", "-")
        found[name] = found.get(name, 0) + 1
    return {name if n == 0 else f"{name}-{n}" for name, count in found.items() for n in range(count)}


def wrong(document: Path, text: str) -> list[str]:
    """The links of a document that lead nowhere."""
    found = []
    for path, anchor in links(text):
        target = (document.parent / path).resolve() if path else document
        if path and not (target.exists() and target.is_relative_to(PROJECT)):
            found.append(path)
        elif anchor and anchor not in anchors(target.read_text() if path else text):
            found.append(f"{path}#{anchor}")
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(PROJECT)))
def test_every_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    assert wrong(document, document.read_text()) == []


def test_links_that_lead_nowhere_are_found() -> None:
    text = "# One thing\n\n[a](#one-thing) [b](README.md) [c](#two)\n[d](docs/none.md) [e](docs/index.md#none) `[f](none.md)` [g](https://x.org/y)\n"
    assert wrong(PROJECT / "x.md", text) == ["#two", "docs/none.md", "docs/index.md#none"]
    assert anchors("# A `b`: c\n## Same\n## Same\n```\n# no\n```\n") == {"a-b-c", "same", "same-1"}


def test_every_document_is_linked_from_the_index() -> None:
    """By one link or several: nobody finds a document that nothing names."""
    seen, next_ = {PROJECT / "README.md"}, [PROJECT / "README.md"]
    while next_:
        document = next_.pop()
        for path, _ in links(document.read_text()):
            target = (document.parent / path).resolve() if path else document
            if target.suffix == ".md" and target not in seen:
                seen.add(target)
                next_.append(target)
    assert set(DOCUMENTS) - seen == set()


def test_every_document_that_is_named_in_code_is_there() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--", *FOLDERS, "Makefile", "*.md"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    files = [PROJECT / name for name in tracked.stdout.splitlines() if Path(name).suffix in FOUND_IN]
    assert len(files) > 300
    missing = {
        f"{file.relative_to(PROJECT)}: {named}"
        for file in files
        if file != Path(__file__) and file.is_file()
        for named in NAMED.findall(file.read_text())
        if not (PROJECT / named).exists()
    }
    assert missing == set()
