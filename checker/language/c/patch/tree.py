# SPDX-License-Identifier: GPL-2.0-only
"""The files that patches change, patch by patch: new, deleted, renamed and copied ones too, and their hashes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from checker.language.c.patch.applying import apply_hunks
from checker.language.c.patch.base import BaseFiles
from checker.language.c.patch.diff import FileDiff, holds_c
from checker.language.c.patch.known import KnownFile, has_hash, whole_file
from checker.language.c.patch.text import PatchError
from checker.language.c.source import RemovedLine, Repair

MOST_CHANGES = 1000
"""How often the patches may change one file."""


@dataclass
class Tree:
    """What is known of the files after the patches so far. base: None if there is none. files: by path, in order of their first
    mention. name: of the input."""

    name: str
    base: BaseFiles | None
    files: dict[str, KnownFile] = field(default_factory=dict)
    repairs: list[Repair] = field(default_factory=list)
    checked: set[str] = field(default_factory=set)
    unchecked: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    changes: dict[str, int] = field(default_factory=dict)

    def apply(self, diffs: list[FileDiff]) -> None:
        """Apply one patch. PatchError where it does not fit."""
        before = dict(self.files)
        written: set[str] = set()
        for diff in diffs:
            self.changes[diff.path] = self.changes.get(diff.path, 0) + 1
            if self.changes[diff.path] > MOST_CHANGES:
                raise self._error(diff, f"{diff.path} is changed more than {MOST_CHANGES} times; give fewer patches")
            self._apply(diff, before, written)

    def _error(self, diff: FileDiff, message: str) -> PatchError:
        return PatchError(self.name, diff.mail_line, message)

    def _apply(self, diff: FileDiff, before: dict[str, KnownFile], written: set[str]) -> None:
        """Apply the diff of one file. A rename or copy is of the file as it was before the patch, as git has it."""
        moved = diff.old_path != diff.new_path and diff.old_path is not None and diff.new_path is not None
        source = self._source(diff, before if moved else self.files)
        if diff.binary:
            self.skipped.append(diff.path)
            source = KnownFile(diff.path)
        self._check_before(diff, source)
        after, repair = apply_hunks(source, diff, diff.path, self.name)
        if repair is not None:
            self.repairs.append(repair)
        if diff.new_path is None:
            if after.pieces and after.whole:
                raise self._error(
                    diff, f"the patch deletes {diff.path}, and lines of it are left; give the base that it was made for"
                )
            after = KnownFile(diff.path, deleted=True, removed=after.removed)
        else:
            self._check_target(diff, moved, written)
            after = self._check_after(diff, after)
        if moved and not diff.copied and diff.old_path not in written and diff.old_path is not None:
            self.files[diff.old_path] = KnownFile(diff.old_path, deleted=True)
        self.files[diff.path] = after
        written.add(diff.path)

    def _source(self, diff: FileDiff, files: dict[str, KnownFile]) -> KnownFile:
        """The file that a diff is applied to."""
        path = diff.old_path
        if path is None:
            there = self.files.get(diff.path)
            lost: tuple[RemovedLine, ...] = there.removed if there is not None else ()
            return replace(whole_file(diff.path, ()), removed=lost)
        known = files.get(path)
        if known is None and self.base is not None:
            known = self.base.find(path)
            if known is None and self.base.only is None and not diff.binary:
                if holds_c(path):
                    raise self._error(diff, f"the base has no {path}; give the base that the patch was made for")
                self.unchecked[path] = "the base does not have it"
        if known is not None and known.deleted:
            raise self._error(diff, f"an earlier patch deletes {path}; give the patches of one series")
        return known or KnownFile(path)

    def _check_target(self, diff: FileDiff, moved: bool, written: set[str]) -> None:
        """A file that comes into being must not be there."""
        if diff.old_path is not None and not moved:
            return
        there = self.files.get(diff.path)
        if there is None and self.base is not None:
            there = self.base.find(diff.path)
        if there is not None and not there.deleted:
            who = "an earlier patch" if diff.path in self.files else "the base"
            raise self._error(
                diff, f"{diff.path} is new in this patch, and {who} has it already; give the base that it was made for"
            )

    def _check_before(self, diff: FileDiff, file: KnownFile) -> None:
        """The file must be the one that the patch was made for, if its hash is given."""
        if diff.old_path is None or not file.whole:
            return
        if diff.hash_before is None:
            if diff.hunks and diff.path not in self.checked:
                self.unchecked[diff.path] = "the patch has no `index` line for it"
        elif not file.exact:
            self.unchecked[diff.path] = "blanks of it were lost"
        elif not has_hash(file.blob(), diff.hash_before):
            what = "the base" if file.of_base else "what earlier patches leave"
            raise self._error(
                diff,
                f"{diff.old_path} of {what} is not the file that the patch was made for: its hash is not {diff.hash_before}; "
                "give the right base, or delete the patch's `index` line",
            )

    def _check_after(self, diff: FileDiff, file: KnownFile) -> KnownFile:
        """The result, which must be the author's if its hash is given."""
        if not file.whole or diff.hash_after is None or not diff.hunks:
            return file
        if has_hash(file.blob(), diff.hash_after):
            self.checked.add(diff.path)
            self.unchecked.pop(diff.path, None)
            return replace(file, exact=True)
        if not file.exact or not file.of_base:
            self.unchecked[diff.path] = (
                f"its text is not that of the hash {diff.hash_after}, as blanks were lost or it was edited"
            )
            return file
        raise self._error(
            diff,
            f"{diff.path} with this patch is not what its author had: the hash is not {diff.hash_after}; "
            "if the patch was edited, delete its `index` line, else save the raw mail, as with `b4 am`",
        )

    def notes(self) -> list[str]:
        """What a verdict must say."""
        notes = [f"binary change of {path} not read" for path in self.skipped]
        if self.checked:
            notes.append(f"git hash of the result agrees for {', '.join(sorted(self.checked))}")
        notes += [f"git hash of {path} not checked: {why}" for path, why in sorted(self.unchecked.items())]
        partial = [path for path, file in self.files.items() if holds_c(path) and not file.whole and not file.deleted]
        if partial:
            notes.append(f"only the lines that hunks show are known of {', '.join(partial)}")
        return notes
