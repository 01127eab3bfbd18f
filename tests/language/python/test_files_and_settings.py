# SPDX-License-Identifier: GPL-2.0-only
"""Errors outside a model's own text: files that cannot be read, other modules, parameters, events and settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.ir.lowering.lower import lower
from checker.language.errors import ModelError, UsageError
from checker.language.front.inputs import Inputs
from checker.language.front.load import load_program
from checker.project import PROJECT
from checker.trace.machine import Machine
from tests.support.systems.small_programs import HEADER

FIRST = HEADER.count("\n") + 1
"""The first line after the header."""

SIZES = """
SIZE = parameter(2, 1, 4, "pages")
LATE = event("late", "it comes late")
"""


def refused(path: Path, settings: dict[str, int] | None = None, events: list[str] | None = None) -> str:
    """The message; the path's folder in it is replaced by DIR."""
    with pytest.raises(UsageError) as caught:
        load_program(path, settings, events)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(str(path.parent), "DIR")


def written(directory: Path, name: str, text: str) -> Path:
    path = directory / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# -- files --


def test_a_missing_file(tmp_path: Path) -> None:
    expected = "DIR/model.py: error: there is no such file; `stackproof list` names the bundled models"
    assert refused(tmp_path / "model.py") == expected


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "model.py").mkdir()
    assert refused(tmp_path / "model.py") == "DIR/model.py: error: this is a folder; name one model file"


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_bytes(b"g = '\xff\xfe'\n")
    assert refused(tmp_path / "model.py") == "DIR/model.py: error: not a text file in UTF-8; name a model's Python source"


def test_what_reading_may_never_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.py")
    assert refused(tmp_path / "model.py") == "DIR/model.py: error: this is not an ordinary file; name a model's Python source"
    assert refused(Path("/dev/zero")).endswith("this is not an ordinary file; name a model's Python source")


def test_a_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "model.py").symlink_to("model.py")
    assert refused(tmp_path / "model.py") == "DIR/model.py: error: cannot be read: Too many levels of symbolic links"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_bytes(b"\xef\xbb\xbf" + (HEADER + "g: bool = False\n").encode())
    assert load_program(tmp_path / "model.py").sources[str(tmp_path / "model.py")].startswith(HEADER[:9])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('A = "\\ud800"\n', "this text has half of a character in it (a surrogate), which no file can hold"),
        (f"A = 0x1{'0' * 64}\n", "this number has 257 bits; 256 are the most"),
        (f"A = {'9' * 5000}\n", "not valid Python: Exceeds the limit (4300 digits) for integer string conversion"),
        ("A0 = 3\n" + "".join(f"A{i + 1} = A{i} * A{i}\n" for i in range(40)), "this can have more than 256 bits"),
    ],
    ids=["surrogate", "number", "digits", "products"],
)
def test_a_constant_that_cannot_be_worked_with(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, "model.py", HEADER + text)
    assert message in refused(path)


def test_a_path_that_leads_through_a_file(tmp_path: Path) -> None:
    written(tmp_path, "file", "")
    assert refused(tmp_path / "file" / "model.py") == "DIR/model.py: error: cannot be read: Not a directory"


def test_a_file_that_is_no_python(tmp_path: Path) -> None:
    message = refused(written(tmp_path, "model.c", "int x;\n"))
    assert message.startswith("DIR/model.c: error: this does not define dynamic_stack_fault, so that nothing says what it is")
    expected = (
        "DIR/model.xyz: error: not a model; a model is a Python source file, its name ends in .py, "
        "or C: a patch, a mail with one, or a C file"
    )
    for text in ("A = 1\n", "from checker.language import action\n", "Dear all,\nthere is nothing here.\n"):
        assert refused(written(tmp_path, "model.xyz", text)) == expected
    assert refused(written(tmp_path, "model.xyz", "<html>A = 1\n")).startswith("DIR/model.xyz: error: this is a page in HTML; ")


def test_a_part_of_the_kernel() -> None:
    path = Path(__file__).parents[3] / "spec" / "kernel" / "memory.py"
    assert refused(path) == "DIR/memory.py: error: this is a part of the kernel, not a model; name a model that imports it"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("g = (\n", "DIR/model.py:1:5: error: not valid Python: '(' was never closed"),
        ("g = 1\n  h = 2\n", "DIR/model.py:2:2: error: not valid Python: unexpected indent"),
        ("g = 1\0\n", "DIR/model.py:1:1: error: not valid Python: source code string cannot contain null bytes"),
    ],
)
def test_text_that_is_no_python(tmp_path: Path, text: str, expected: str) -> None:
    assert refused(written(tmp_path, "model.py", text)) == expected


def test_text_that_is_nested_too_deep(tmp_path: Path) -> None:
    message = refused(written(tmp_path, "model.py", "A = " + "-" * 100_000 + "1\n"))
    assert message.startswith("DIR/model.py:1:1: error: not valid Python: ")


def test_an_empty_file(tmp_path: Path) -> None:
    program = load_program(written(tmp_path, "model.py", ""))
    assert program.actions == {}
    assert program.properties == {}


# -- other modules --


def test_an_error_in_a_module_that_the_model_imports(tmp_path: Path) -> None:
    written(tmp_path, "models/parts.py", HEADER + "K = unknown\n")
    path = written(tmp_path, "models/model.py", HEADER + "from models.parts import K\nX = K\n")
    message = refused(path)
    assert message == f"DIR/parts.py:{FIRST}:5: error: `unknown` is not defined; define it or import it"


def test_a_name_that_a_module_does_not_have(tmp_path: Path) -> None:
    written(tmp_path, "models/parts.py", HEADER + "Pages = Annotated[int, Range(0, 3)]\n")
    path = written(tmp_path, "models/model.py", HEADER + "from models.parts import Page\ng: Page = 0\n")
    expected = f"DIR/model.py:{FIRST}:1: error: models.parts has no `Page`; did you mean `Pages`?"
    assert refused(path) == expected


def test_the_same_name_in_two_modules(tmp_path: Path) -> None:
    written(tmp_path, "models/parts.py", HEADER.replace("rule", "other") + "g: Small = 0\nK = 3\n")
    text = HEADER.replace("Small =", "Tiny =") + "from models.parts import K, g as h\ng: Tiny = 0\n"
    message = refused(written(tmp_path, "models/model.py", text))
    assert message in (
        f"DIR/model.py:{FIRST + 1}:1: error: `g` is also defined in {tmp_path}/models/parts.py; rename one of them".replace(
            str(tmp_path / "models"), "DIR"
        ),
        f"DIR/parts.py:{FIRST}:1: error: `g` is also defined in {tmp_path}/models/model.py; rename one of them".replace(
            str(tmp_path / "models"), "DIR"
        ),
    )


def test_the_same_parameter_in_two_modules(tmp_path: Path) -> None:
    written(tmp_path, "models/parts.py", HEADER.replace("rule", "other") + SIZES + "K = SIZE\n")
    text = HEADER.replace("Small =", "Tiny =") + SIZES.replace('LATE = event("late"', 'LATE2 = event("late2"')
    message = refused(written(tmp_path, "models/model.py", text + "from models.parts import K\nX = K\n"))
    assert message.endswith(": error: there is a parameter SIZE in another file already; rename one")


def test_modules_that_import_each_other(tmp_path: Path) -> None:
    written(tmp_path, "models/one.py", "from models.two import B\nA = B + 1\n")
    written(tmp_path, "models/two.py", "from models.one import A\nB = A + 1\n")
    message = refused(written(tmp_path, "models/model.py", "from models.one import A\nX = A\n"))
    assert message.startswith(("DIR/one.py:", "DIR/two.py:"))
    assert message.endswith("is defined by itself; break the circle")


# -- parameters, events and settings --


def test_settings_and_events(tmp_path: Path) -> None:
    path = written(tmp_path, "model.py", HEADER + SIZES)
    assert [p.value for p in load_program(path).parameters] == [2]
    assert [p.value for p in load_program(path, {"SIZE": 4}).parameters] == [4]
    assert [e.enabled for e in load_program(path).events] == [True]
    assert [e.enabled for e in load_program(path, None, []).events] == [False]


@pytest.mark.parametrize("value", [0, 5, -1, 10**9])
def test_a_setting_that_is_out_of_range(tmp_path: Path, value: int) -> None:
    path = written(tmp_path, "model.py", HEADER + SIZES)
    expected = f"error: SIZE = {value} is out of range; SIZE (pages) can be 1 to 4"
    assert refused(path, {"SIZE": value}) == expected


def test_a_setting_of_an_unknown_parameter(tmp_path: Path) -> None:
    path = written(tmp_path, "model.py", HEADER + SIZES)
    assert refused(path, {"SIZES": 3}) == "error: DIR/model.py has no parameter SIZES; it has SIZE; did you mean `SIZE`?"
    empty = written(tmp_path, "empty.py", HEADER)
    assert refused(empty, {"SIZE": 3}) == "error: DIR/empty.py has no parameter SIZE; it has none"


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    assert refused(tmp_path / "a\0b.py").endswith("no file can have this name; name a model's Python source")


def test_an_unknown_event(tmp_path: Path) -> None:
    path = written(tmp_path, "model.py", HEADER + SIZES)
    assert refused(path, None, ["lat"]) == "error: DIR/model.py has no event lat; it has late; did you mean `late`?"
    empty = written(tmp_path, "empty.py", HEADER)
    assert refused(empty, None, ["late"]) == (
        "error: DIR/empty.py declares no events, and its actions may always happen; leave out --events"
    )


def test_what_a_switched_off_event_leaves_out_is_not_looked_at(tmp_path: Path) -> None:
    text = HEADER + SIZES + "g: Small = 0\n@action\ndef step() -> None:\n    global g\n    if LATE:\n        g = unknown\n"
    path = written(tmp_path, "model.py", text)
    with pytest.raises(ModelError):
        load_program(path)
    program = load_program(path, None, [])
    assert program.variables["g"].constant


# -- what a model adds to the kernel --

KERNEL = (
    HEADER.replace('rule = demand("rule"', 'kernel_rule = demand("kernel-rule"')
    + """
KEPT = constant_of_model(1, "pages kept")
ALL = KEPT + 1
@record(count=ALL)
class Page:
    use: Small = 0
@initial
def boot() -> None:
    for i in range(ALL):
        page = instance(Page, i)
        page.use = i + 5
"""
)


def adding(tmp_path: Path, text: str) -> Path:
    """A model with this text, beside a kernel of its own in spec/parts.py."""
    written(tmp_path, "spec/parts.py", KERNEL)
    header = HEADER.replace("Small =", "Tiny =") + "from spec.parts import Page\n"
    return written(tmp_path, "models/model.py", header + text)


def cells_of(path: Path) -> dict[str, str]:
    """The cells of the initial state, as the replayer makes it; the IR has to give them the same values."""
    program = load_program(path)
    machine = Machine(program)
    variables = {name: variable.initial for name, variable in lower(program).variables.items()}
    cells = machine.cells()
    assert [cells[f"page{i}.use"] for i in range(len(variables["Page.use"]))] == [str(n) for n in variables["Page.use"]]
    return cells


NAMED = """
ARCH = parameter("generic", ("generic", "arm64"), "the architecture")
ON_ARM = ARCH == "arm64"
"""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", "generic"),
        ('ARCH = "arm64"\n', "arm64"),
        ("from spec.parts import ARCH\n", "generic"),
        ("from models.other import ARCH\n", "arm64"),
        ('inherit("models.other")\n', "arm64"),
        ('inherit("models.other")\nARCH = "generic"\n', "generic"),
    ],
)
def test_a_model_gives_a_parameter_of_the_kernel_its_default(tmp_path: Path, text: str, value: str) -> None:
    written(tmp_path, "spec/parts.py", KERNEL + NAMED)
    imported = "from spec.parts import Page\n"
    other = HEADER.replace("Small =", "Tiny =").replace('demand("rule"', 'demand("others"')
    written(tmp_path, "models/other.py", other + imported + 'ARCH = "arm64"\n')
    path = written(
        tmp_path,
        "models/model.py",
        HEADER.replace("Small =", "Little =").replace('demand("rule"', 'demand("own"') + imported + text,
    )
    (parameter,) = load_program(path).parameters
    assert (parameter.default, parameter.value) == (value, value)
    (parameter,) = load_program(path, {"ARCH": "generic"}).parameters
    assert (parameter.default, parameter.value) == (value, "generic")


@pytest.mark.parametrize("text", ['ARCH = "arm"\n', "ARCH = 3\n"])
def test_a_default_that_the_kernel_does_not_have(tmp_path: Path, text: str) -> None:
    written(tmp_path, "spec/parts.py", KERNEL + NAMED)
    header = HEADER.replace("Small =", "Tiny =") + "from spec.parts import Page\n"
    message = refused(written(tmp_path, "models/model.py", header + text))
    assert '`ARCH` (the architecture) is generic or arm64; write `ARCH = "generic"`, or another name' in message
    assert message.startswith(f"DIR/model.py:{header.count(chr(10)) + 1}:1: error: ")


OWN_INITIAL = """
@initial
def fill() -> None:
    for i in (True, False):
        page = 7
        if i:
            instance(Page, 0).use = page
"""


def test_the_initial_code_of_a_model_runs_after_that_of_the_kernel(tmp_path: Path) -> None:
    """Both use locals of the same names and of different types."""
    assert cells_of(adding(tmp_path, "")) == {"page0.use": "5", "page1.use": "6"}
    assert cells_of(adding(tmp_path, OWN_INITIAL)) == {"page0.use": "7", "page1.use": "6"}


def test_initial_code_counts_where_it_is_imported_by_name(tmp_path: Path) -> None:
    adding(tmp_path, OWN_INITIAL + "K = 1\n").rename(tmp_path / "models" / "base.py")
    heading = "from models.base import K, fill\n__all__ = ['fill']\n"
    assert cells_of(written(tmp_path, "models/model.py", heading))["page0.use"] == "7"
    assert cells_of(written(tmp_path, "models/model.py", heading.replace(", fill", "")))["page0.use"] == "5"


def test_a_model_has_one_initial_code(tmp_path: Path) -> None:
    message = refused(adding(tmp_path, OWN_INITIAL + OWN_INITIAL.replace("fill", "fill_again")))
    line = FIRST + 1 + 2
    assert message == f"DIR/model.py:{line + 7}:1: error: there is an @initial at DIR/model.py:{line}:1 already"


def test_a_constant_of_the_model(tmp_path: Path) -> None:
    assert len(cells_of(adding(tmp_path, ""))) == 2
    assert len(cells_of(adding(tmp_path, "KEPT = 2\n"))) == 3
    assert len(cells_of(adding(tmp_path, 'KEPT = parameter(3, 0, 4, "pages kept by this model")\n'))) == 4
    assert len(cells_of(adding(tmp_path, "from spec.parts import KEPT\nMORE = KEPT\n"))) == 2


def test_a_constant_of_the_model_that_is_imported_by_name(tmp_path: Path) -> None:
    adding(tmp_path, "KEPT = 3\nK = 1\n").rename(tmp_path / "models" / "base.py")
    assert len(cells_of(written(tmp_path, "models/model.py", "from models.base import K, KEPT\n"))) == 4
    assert len(cells_of(written(tmp_path, "models/model.py", "from models.base import K\n"))) == 2


@pytest.mark.parametrize("text", ["KEPT = True\n", "KEPT = Annotated[int, Range(0, 3)]\n"])
def test_a_constant_of_the_model_that_is_no_integer(tmp_path: Path, text: str) -> None:
    expected = "`KEPT` (pages kept) is an integer constant; write `KEPT = 1`, or another name"
    assert refused(adding(tmp_path, text)) == f"DIR/model.py:{FIRST + 1}:1: error: {expected}"


def test_a_constant_of_the_model_in_a_model_has_its_default(tmp_path: Path) -> None:
    program = load_program(
        written(tmp_path, "model.py", HEADER + 'K = constant_of_model(3, "k")\n@record(count=K)\nclass R:\n    x: Small = 0\n')
    )
    assert program.records["R"].count == 3


def test_the_properties_of_the_kernel_are_never_missed_in_silence(tmp_path: Path) -> None:
    """An installation without them is no reason to say that a protocol is right."""
    with pytest.raises(UsageError, match="the properties of stackproof are not there"):
        load_program(Path(__file__).parents[3] / "models" / "rfc_v1.py", inputs=Inputs(roots=(tmp_path, PROJECT)))
