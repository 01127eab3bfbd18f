# SPDX-License-Identifier: GPL-2.0-only
"""Every error in a model's text is one line with its place, and says what is wrong and what to do."""

from __future__ import annotations

import ast
import pickle
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError, UsageError, similar
from checker.language.front.load import load_program
from checker.language.tree import Position
from checker.project import PROJECT
from tests.clients.test_llist import BEFORE_CLIENTS, ONE, TEXT, loaded
from tests.clients.test_llist import REFUSED as CLIENTS
from tests.language.c.test_errors import TEXTS, WITH_MANIFESTS, load_text, load_with_manifest, missing_manifest, model_in_python
from tests.language.refused.refused import Case
from tests.language.refused.refused_constraints import CONSTRAINTS
from tests.language.refused.refused_declarations import NAMES_AND_MODULES, VARIABLES
from tests.language.refused.refused_expressions import EXPRESSIONS
from tests.language.refused.refused_functions import FUNCTIONS_AND_HOOKS
from tests.language.refused.refused_properties import PROPERTIES_AND_OUTCOMES
from tests.language.refused.refused_records import RECORDS_AND_DECORATORS
from tests.language.refused.refused_runs import RUNS
from tests.language.refused.refused_statements import STATEMENTS
from tests.language.refused.refused_steps import STEPS, THE_INITIAL_STATE
from tests.language.refused.refused_structs import STRUCTS
from tests.language.refused.refused_symmetry import SYMMETRY
from tests.support.systems.small_programs import HEADER, model_file

CASES: list[Case] = [
    *NAMES_AND_MODULES,
    *VARIABLES,
    *RECORDS_AND_DECORATORS,
    *EXPRESSIONS,
    *STATEMENTS,
    *FUNCTIONS_AND_HOOKS,
    *PROPERTIES_AND_OUTCOMES,
    *STEPS,
    *RUNS,
    *CONSTRAINTS,
    *THE_INITIAL_STATE,
    *SYMMETRY,
    *STRUCTS,
]
ELSEWHERE = (
    "_missing(path)",
    "the properties of stackproof are not there",
    "this is a folder",
    "not a text file",
    "cannot be read: ",
    "not a model; a model is",
    "this is a part of the kernel",
    "is also defined in",
    "inherits from",
    "in another file already",
    "is out of range",
    "is not a number; ",
    "is none of its values; ",
    " is {_or(names)}; write",
    "has no parameter",
    "has no event",
    "declares no events",
    "no file can have this name",
    "not valid Python: {error}'",
    "this is not an ordinary file",
    "is an integer constant; write",
    "in two places; put them together",
    "is known in what runs at boot only",
    "are called at boot here",
    "`first` has no meaning yet",
)
"""Parts of messages that test_files_and_settings.py, test_named_values.py, tests/kernel/test_boot.py and, the last one,
test_all_sizes.py are about."""
NEVER = (
    "is defined in a way that has no meaning",
    "this has an effect, and here only a value",
    "whether this is enabled is not decided",
    "returns an address, or a pointer into an array; return what it belongs to",
    "is not what this parameter holds",
    "the translation took it for a fixed one",
    "this number does not fit into any integer type",
    "`, and its value is asked for",
    "has other parameters, or another result",
    "already; rename this function",
    "has no addresses; [addresses] is for those that have them",
)
"""Parts of messages that stand behind other errors: no text is known that reaches them."""


def refusal(text: str) -> tuple[Path, ModelError]:
    """The file that the text was written to, and the error."""
    path = model_file(HEADER + text.replace("«", ""))
    with pytest.raises(ModelError) as caught:
        lower(load_program(path))
    return path, caught.value


@pytest.mark.parametrize(("text", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_refused(text: str, message: str) -> None:
    before = (HEADER + text).partition("«")[0]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    path, error = refusal(text)
    assert str(error) == f"{path}:{line}:{column}: error: {message.replace('{file}', str(path))}"
    assert "\n" not in str(error)
    assert error.line == (HEADER + text.replace("«", "")).split("\n")[line - 1], "the line that the error points at"


def test_the_cases_have_names_of_their_own() -> None:
    names = [name for name, _, _ in CASES]
    assert len(set(names)) == len(names)


# -- every error is reached --


def error_sites() -> Iterator[tuple[str, ast.Call]]:
    """The calls that make an error in the text of the language and the IR, by file."""
    for folder in ("checker/language", "checker/ir", "spec/c"):
        for path in sorted((PROJECT / folder).rglob("*.py")):
            below = path.relative_to(PROJECT).parent.parts
            if (
                path.name == "errors.py"
                or ("c" in below and below[-1] in ("patch", "lexical", "parse"))
                or path.name == "source.py"
            ):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if (
                    called in ("error", "ModelError", "UsageError")
                    and ast.unparse(node) != "ModelError(self.position(node), message)"
                ):
                    yield str(path), node


def c_cases(folder: Path) -> Iterator[Callable[[], object]]:
    """Loads every text in C that is refused, and every manifest."""
    for number, (_, text, _) in enumerate(TEXTS):
        (folder / f"text{number}").mkdir()
        yield partial(load_text, folder / f"text{number}", text)
    for number, (_, manifest, text, _) in enumerate(WITH_MANIFESTS):
        (folder / f"manifest{number}").mkdir()
        yield partial(load_with_manifest, folder / f"manifest{number}", manifest, text)
    for number, (old, new, _) in enumerate(CLIENTS.values()):
        (folder / f"clients{number}").mkdir()
        yield partial(loaded, folder / f"clients{number}", 2, ONE.replace(old, new))
    (folder / "nobody").mkdir()
    yield partial(loaded, folder / "nobody", 2, BEFORE_CLIENTS)
    for number, call in enumerate(("preempt_disable()", "alloc_page(0)", "client_takes(GFP_KERNEL, 0)")):
        (folder / f"elsewhere{number}").mkdir()
        yield partial(loaded, folder / f"elsewhere{number}", 1, ONE, TEXT.replace("return !first;", f"{call}; return !first;"))
    yield partial(missing_manifest, folder)
    yield partial(model_in_python, folder)


def test_every_error_has_a_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    reached: set[tuple[str, int]] = set()
    original = UsageError.__init__

    def note(self: UsageError, *arguments: object) -> None:
        frame = sys._getframe(1)
        while frame is not None:
            reached.add((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back  # type: ignore[assignment]
        original(self, *arguments)

    monkeypatch.setattr(UsageError, "__init__", note)
    for _, text, _ in CASES:
        try:
            lower(load_program(model_file(HEADER + text.replace("«", ""))))
        except UsageError:
            continue
    for load in c_cases(tmp_path):
        with pytest.raises(UsageError):
            load()
    missing = []
    for path, node in error_sites():
        lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        text = ast.unparse(node)
        if not any((path, line) in reached for line in lines) and not any(part in text for part in ELSEWHERE + NEVER):
            missing.append(f"{path}:{node.lineno}: {text}")
    assert not missing, "\n".join(missing)


# -- how errors print --


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (UsageError("it is full; empty it"), "error: it is full; empty it"),
        (UsageError("it is full; empty it", Path("a/b.py")), "a/b.py: error: it is full; empty it"),
        (ModelError(Position("b.py", 2, 3), "it is full; empty it", "full = 1"), "b.py:2:3: error: it is full; empty it"),
    ],
    ids=["what", "where", "in a model"],
)
def test_an_error_says_where_and_what_in_another_process_too(error: UsageError, text: str) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert (str(error), str(copy), type(copy)) == (text, text, type(error))
    assert (copy.message, copy.position, copy.line) == (error.message, error.position, error.line)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("cpu", "CPUS"), ("stack-pages", "STACK_PAGES"), ("STACKPAGES", "STACK_PAGES"), ("irqs", "irq"), ("xyz", "")],
)
def test_a_name_that_may_have_been_meant_is_offered(name: str, hint: str) -> None:
    assert similar(name, ("CPUS", "STACK_PAGES", "irq")) == (f"; did you mean `{hint}`?" if hint else "")
