# SPDX-License-Identifier: GPL-2.0-only
"""What commands write is there whole or not at all, and what others have put beside it stays."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from checker import writing
from checker.cli.main import run
from checker.cli.saving import INDEX, Findings
from checker.language.errors import UsageError
from checker.project import PROJECT
from checker.verify.proof.certificates import MANIFEST, check_place, write_certificate
from tests.support.sampling import always

TRACE = PROJECT / "counterexamples" / "dks" / "I2.json"
MODEL = """
from checker.language import action, invariant, parameter

TOP = parameter(1, 0, 3, "where it stops")
up: bool = False


@action
def go() -> None:
    global up
    up = TOP > 0


@invariant("never-up", "up")
def never_up() -> bool:
    '''Never up.'''
    return not up


@invariant("small", "up at {TOP}")
def small() -> bool:
    '''Never up where it may be 2.'''
    return not (up and TOP == 2)
"""


def stackproof(*arguments: str, cwd: Path, most: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command. most: bytes that a file may have, as if the disk were full then; that is a process of its own."""
    if most is not None:
        return in_a_process(*arguments, cwd=cwd, most=most)
    out, errors, before = io.StringIO(), io.StringIO(), Path.cwd()
    os.chdir(cwd)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            status = run(list(arguments))
    finally:
        os.chdir(before)
    return subprocess.CompletedProcess(arguments, status, out.getvalue(), errors.getvalue())


def in_a_process(*arguments: str, cwd: Path, most: int = resource.RLIM_INFINITY) -> subprocess.CompletedProcess[str]:
    own = {"PYTHONPATH": str(PROJECT), "STACKPROOF_CACHE": str(cwd / "no cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "checker", *arguments],
        cwd=cwd,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    assert "Traceback" not in done.stderr
    return done


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# -- the helper --


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    writing.write(path, "first")
    with contextlib.suppress(KeyboardInterrupt), writing.replacing(path) as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert content(tmp_path) == {"file": b"first"}
    path.chmod(0o640)
    writing.write(path, b"second")
    assert content(tmp_path) == {"file": b"second"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_new_file_has_the_permissions_of_the_umask(tmp_path: Path) -> None:
    (tmp_path / "usual").write_text("")
    writing.write(tmp_path / "file", "")
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_link_is_followed_or_gives_way(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")
    writing.write(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"
    writing.write(tmp_path / "link", "own", follow=False)
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_text() == "new"


def test_what_is_no_plain_file_is_written_to_as_it_is(tmp_path: Path) -> None:
    writing.write(Path("/dev/null"), "x")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        writing.write(Path("/dev/full"), "x")
    log = tmp_path / "log"
    log.write_text("before\n")
    with log.open("ab") as file:
        writing.write(Path(f"/proc/self/fd/{file.fileno()}"), "x")
    assert log.read_text() == "before\nx"


def test_errors_name_what_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "nowhere" / "x", tmp_path / "folder", Path("/proc/x"), Path("a\0b")):
        with pytest.raises(OSError) as caught:  # noqa: PT011
            writing.write(path, "x")
        assert caught.value.filename == str(path)
        assert caught.value.strerror
    assert content(tmp_path) == {}


def test_files_that_belong_together_are_all_new_or_all_old(tmp_path: Path) -> None:
    first = {"a.txt": "1", "b.txt": "2", "index": "a b"}
    writing.write_all(tmp_path, first, {}, "index")
    (tmp_path / "theirs").write_text("theirs")
    (tmp_path / "b.txt").write_text("changed by somebody")
    before = content(tmp_path)
    (tmp_path / "c.txt").mkdir()
    with pytest.raises(OSError, match=r"c\.txt"):
        writing.write_all(tmp_path, {"a.txt": "3", "c.txt": "4", "index": "a c"}, {}, "index")
    (tmp_path / "c.txt").rmdir()
    writing.write_all(tmp_path, {"a.txt": "1", "index": "a"}, {n: writing.digest(t.encode()) for n, t in first.items()}, "index")
    assert content(tmp_path) == {**before, "index": b"a"}
    own = {"a.txt": writing.digest(b"1"), "../x": writing.digest(b"x"), "none.txt": ""}
    (tmp_path.parent / "x").write_text("x")
    writing.remove_own(tmp_path, own)
    assert "a.txt" not in content(tmp_path)
    assert (tmp_path.parent / "x").exists()


def test_nothing_else_in_the_program_writes_files() -> None:
    """Everything goes by checker/writing.py, but for what is in a temporary folder."""
    own = re.compile(
        r"write_text|write_bytes|os\.(replace|rename|unlink|open)\(|\.(replace|rename)\((self\.)?(path|target)\)|unlink\(|open\(.*[\"'][wax]b?\+?[\"']"
    )
    found = {
        (path.relative_to(PROJECT).as_posix(), line.strip())
        for path in (PROJECT / "checker").rglob("*.py")
        for line in path.read_text().splitlines()
        if own.search(line) and path.name != "writing.py"
    }
    allowed = {
        "checker/explicit/compiled/compiler.py",  # in a temporary folder
        "checker/caching.py",  # os.open to read
        "checker/explicit/compiled/checkpoint.py",  # os.open to read
        "checker/verify/known/store.py",  # old entries of the cache are removed
        "checker/cli/main.py",  # /dev/null
        "checker/__main__.py",
        "checker/cluster/ray_cluster.py",  # /dev/null
        "checker/cli/terminal/output.py",
    }
    assert {file for file, _ in found} <= allowed, found


# -- show --


def test_show_leaves_what_lies_beside_the_picture(tmp_path: Path) -> None:
    (tmp_path / "pic.dot").write_text("mine")
    assert stackproof("show", str(TRACE), "--svg", "pic.svg", cwd=tmp_path).returncode == 0
    assert sorted(content(tmp_path)) == ["pic.dot", "pic.svg"]
    assert (tmp_path / "pic.dot").read_text() == "mine"
    assert stackproof("show", str(TRACE), "--svg", "x.dot", cwd=tmp_path).returncode == 0
    assert (tmp_path / "x.dot").read_text().rstrip().endswith("</svg>")


def test_show_writes_to_stdout(tmp_path: Path) -> None:
    assert stackproof("show", str(TRACE), "--dot", "-", cwd=tmp_path).stdout.startswith("digraph")
    assert stackproof("show", str(TRACE), "--svg", "-", cwd=tmp_path).stdout.rstrip().endswith("</svg>")
    assert in_a_process("show", str(TRACE), "--svg", "/dev/stdout", cwd=tmp_path).stdout.rstrip().endswith("</svg>")
    assert content(tmp_path) == {}


def test_show_names_the_file_that_cannot_be_written(tmp_path: Path) -> None:
    for arguments in (
        ("--svg", "nowhere/x.svg"),
        ("--dot", "nowhere/x.dot"),
        ("--svg", "/dev/full"),
        ("--svg", "a", "--dot", "a"),
    ):
        done = stackproof("show", str(TRACE), *arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert arguments[1] in done.stderr
    assert content(tmp_path) == {}


# -- a full disk --


@pytest.mark.parametrize("most", always((0, 100), lambda most: most == 100))
@pytest.mark.parametrize(
    "arguments",
    [
        ("show", str(TRACE), "--svg", "out"),
        ("show", str(TRACE), "--dot", "out"),
        ("check", "model.py", "--save", "out"),
        ("simulate", "model.py", "--save", "out"),
        ("gate", "model.py", "--save", "out"),
        ("prove", "model.py", "--set", "TOP=0", "--certificates", "out"),
        ("workload", "--cpus", "1", "--tasks", "2", "--memory", "simulated", "--plot", "out"),
        ("conform", str(PROJECT / "models/rfc_v1.py"), "--stack-pages", "3", "--events", "touch", "--record", "out"),
    ],
    ids=lambda words: f"{words[0]} {words[-2]}",
)
def test_a_full_disk_leaves_nothing_torn(tmp_path: Path, arguments: tuple[str, ...], most: int) -> None:
    (tmp_path / "model.py").write_text(MODEL + "\nfrom checker.language import Expected\nEXPECTED = (Expected(settings={}),)\n")
    before = content(tmp_path)
    done = stackproof(*arguments, cwd=tmp_path, most=most)
    assert done.returncode == 2, done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "File too large" in done.stderr or "No usable temporary directory" in done.stderr
    left = content(tmp_path)
    # A finding that was saved before the disk was full is whole.
    assert all(len(text) > 0 for name, text in left.items() if name not in before), left.keys()
    assert not [name for name in left if Path(name).name.startswith(".stackproof")]
    for name, text in left.items():
        if name.endswith(".json"):
            json.loads(text)


def test_a_full_disk_keeps_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("before")
    assert stackproof("show", str(TRACE), "--svg", "out", cwd=tmp_path, most=1000).returncode == 2
    assert content(tmp_path) == {"out": b"before"}


# -- saved findings --


def test_findings_of_earlier_runs_go_and_others_stay(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(MODEL)
    check = ("check", "model.py", "--save", "out", "--set")
    stackproof(*check, "TOP=2", cwd=tmp_path)
    out = tmp_path / "out"
    assert sorted(content(out)) == [INDEX, "never-up.json", "never-up.svg", "small.json", "small.svg"]
    (out / "mine.json").write_text("{}")
    (out / "small.svg").write_text("changed")
    stackproof(*check, "TOP=1", cwd=tmp_path)
    assert sorted(content(out)) == [INDEX, "mine.json", "never-up.json", "never-up.svg", "small.svg"]
    assert sorted(json.loads((out / INDEX).read_text())["files"]) == ["never-up.json", "never-up.svg"]
    stackproof(*check, "TOP=0", cwd=tmp_path)
    assert sorted(content(out)) == [INDEX, "mine.json", "small.svg"]


@pytest.mark.parametrize(
    "index",
    [
        "no JSON",
        "[]",
        '{"schema": "another", "version": 1, "files": {}}',
        '{"schema": "stackproof-saved", "version": 1, "files": {"../victim": "0"}}',
        '{"schema": "stackproof-saved", "version": 1, "files": {"/victim": "0"}}',
        '{"schema": "stackproof-saved", "version": 1, "files": {"x": 0}}',
        '{"schema": "stackproof-saved", "version": 2, "files": {}}',
    ],
)
def test_an_index_of_somebody_else_is_refused_before_the_search(tmp_path: Path, index: str) -> None:
    (tmp_path / "model.py").write_text(MODEL)
    (tmp_path / INDEX).write_text(index)
    before = content(tmp_path)
    done = stackproof("check", "model.py", "--save", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert content(tmp_path) == before


def test_links_in_a_folder_of_findings_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(MODEL)
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "victim").write_text("victim")
    for name in ("never-up.json", "never-up.svg", INDEX):
        (out / name).symlink_to("../nowhere" if name == INDEX else "../victim")
    assert stackproof("check", "model.py", "--save", "out", cwd=tmp_path).returncode == 1
    assert (tmp_path / "victim").read_text() == "victim"
    assert not (tmp_path / "nowhere").exists()


def test_models_of_one_name_are_not_saved_into_one_folder(tmp_path: Path) -> None:
    text = MODEL + "\nfrom checker.language import Expected\nEXPECTED = (Expected(settings={}),)\n"
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "model.py").write_text(text)
    (tmp_path / "a" / "...py").write_text(text)
    for models in (("a/model.py", "b/model.py"), ("a/...py",)):
        before = content(tmp_path)
        done = stackproof("gate", *models, "--save", "out", cwd=tmp_path)
        assert done.returncode == 2
        assert "error: " in done.stderr
        assert content(tmp_path) == before


def test_no_name_leaves_the_folder(tmp_path: Path) -> None:
    from checker.trace.store import load_trace

    findings = Findings(tmp_path / "out")
    for stem in ("../x", "/x", ".x", "", "a/b", "a\nb", "x" * 200):
        with pytest.raises(UsageError, match="rename the property"):
            findings.save(load_trace(TRACE), stem, {})
    assert content(tmp_path) == {}


# -- certificates --


def test_a_certificate_takes_the_place_of_the_one_before_and_of_nothing_else(tmp_path: Path) -> None:
    write_certificate(tmp_path, {}, "1\n", {"safety.smt2": "a", "consecution-0.smt2": "b", "consecution-1.smt2": "c"})
    (tmp_path / "notes").write_text("mine")
    check_place(tmp_path)
    write_certificate(tmp_path, {}, "2\n", {"safety.smt2": "a", "consecution-0.smt2": "d"})
    assert sorted(content(tmp_path)) == sorted([MANIFEST, "consecution-0.smt2", "invariant.txt", "notes", "safety.smt2"])
    assert json.loads((tmp_path / MANIFEST).read_text())["files"].keys() == {"safety.smt2", "consecution-0.smt2", "invariant.txt"}


@pytest.mark.parametrize("name", ["mine.smt2", "invariant.txt", "safety.smt2", MANIFEST])
@pytest.mark.parametrize("with_certificate", [False, True])
def test_files_of_others_are_refused_before_the_proof_and_stay(tmp_path: Path, name: str, with_certificate: bool) -> None:
    (tmp_path / "model.py").write_text(MODEL)
    out = tmp_path / "out"
    out.mkdir()
    if with_certificate:
        write_certificate(out, {}, "1\n", {"safety.smt2": "a"})
    (out / name).write_text("mine")
    before = content(out)
    done = stackproof("prove", "model.py", "--set", "TOP=0", "--certificates", "out", cwd=tmp_path)
    assert done.returncode == 2
    assert name in done.stderr
    assert content(out) == before
    with pytest.raises(UsageError):
        write_certificate(out, {}, "2\n", {"safety.smt2": "b"})
    assert content(out) == before


@pytest.mark.parametrize("name", ["../victim", "/victim", "a/b.smt2", ".smt2", "victim", "certificate.json"])
def test_a_manifest_lists_files_of_its_folder_only(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    write_certificate(out, {}, "1\n", {"safety.smt2": "a"})
    (tmp_path / "victim").write_text("victim")
    manifest = json.loads((out / MANIFEST).read_text())
    manifest["files"][name] = writing.digest(b"victim")
    (out / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(UsageError, match="not a file of a certificate"):
        write_certificate(out, {}, "2\n", {"safety.smt2": "a"})
    assert (tmp_path / "victim").exists()
    assert "not a file of a certificate" in stackproof("certify", "out", cwd=tmp_path).stderr


# -- checkpoints --


def test_a_checkpoint_leaves_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "file.new").write_text("mine")
    arguments = (
        "check",
        str(PROJECT / "models/dks.py"),
        *("--set", "C=2", "--set", "T=2", "--set", "S=3", "--reduce", "none"),
        *("--engine", "compiled", "--max-states", "2000", "--checkpoint"),
    )
    done = stackproof(*arguments, "file", cwd=tmp_path)
    assert (tmp_path / "file").exists(), done.stderr
    assert (tmp_path / "file.new").read_text() == "mine"
    resumed = (*arguments[:-1], "--resume", "file")
    assert "The search relies on file, from which it resumed" in stackproof(*resumed, cwd=tmp_path).stdout
    os.mkfifo(tmp_path / "pipe")
    for refused in ((*arguments, "pipe"), (*arguments[:-1], "--resume", "pipe")):
        done = stackproof(*refused, cwd=tmp_path)
        assert done.returncode == 2
        assert "not a plain file" in done.stderr
