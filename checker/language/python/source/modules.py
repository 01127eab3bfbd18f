# SPDX-License-Identifier: GPL-2.0-only
"""Source files: finding, reading and parsing a model and what it imports, and the definitions in each."""

from __future__ import annotations

import ast
import contextlib
import difflib
import functools
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import checker.language
from checker.language.errors import ModelError, UsageError, quoting, similar
from checker.language.tree import Position, line_of
from checker.language.types import LARGEST
from checker.project import PROJECT, bundled_models

LANGUAGE = "checker.language"
PYTHON_MODULES = {"enum": {"Enum", "IntFlag"}, "typing": {"Annotated"}, "__future__": {"annotations"}}


@dataclass(frozen=True)
class Import:
    """`from module import name`: the name is defined in another module."""

    module: str
    name: str
    position: Position


@dataclass
class Module:
    """A parsed source file. definitions: what each module-level name stands for, in source order; docstrings of types and
    constants are ignored. inherits: the module of the model that it takes all hooks from that it does not implement."""

    name: str
    path: Path
    display: str
    text: str
    doc: str
    definitions: dict[str, ast.stmt | Import] = field(default_factory=dict)
    imports: list[tuple[str, Position]] = field(default_factory=list)
    inherits: str | None = None

    @property
    def of_kernel(self) -> bool:
        """Whether it is part of the modelled kernel or of its properties."""
        return self.name.startswith("spec.") and not self.name.startswith("spec.protocol.")

    def position(self, node: ast.AST) -> Position:
        return Position(self.display, getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1)

    def error(self, node: ast.AST, message: str) -> ModelError:
        return ModelError(self.position(node), message)


KERNEL = "spec"
"""The folder of the kernel and of the properties."""

Roots = tuple[Path, ...]
"""Folders in which spec and models are looked for, the first one first. The kernel's properties are those of the first one."""

OWN: Roots = (PROJECT,)


def display_path(path: Path, roots: Roots = OWN) -> str:
    """The path as messages show it: from the root for the kernel and the bundled models, which are known everywhere under that
    name, and for the copy of a revision; else as given, so that an editor opens it from where the command ran. A file of the
    user's that would read like one of the project's, or like an option, gets a leading ./"""
    for root in roots:
        with contextlib.suppress(ValueError, RuntimeError):  # outside, or a loop of links, which only reading it says in words
            within = path.resolve().relative_to(root)
            if root != PROJECT or _is_bundled(within) or _is_here(root):
                return within.as_posix()
    shown = path.as_posix()
    return f"./{shown}" if _is_like_ours(path) or (shown.startswith("-") and shown != "-") else shown


def _is_like_ours(path: Path) -> bool:
    """Whether a path as the user gave it is also one of the project's, or its name that of a bundled model."""
    if path.is_absolute():
        return False
    return path.parts[:1] == (KERNEL,) or path.as_posix() in bundled_models() or (PROJECT / path).is_file()


def _is_bundled(within: Path) -> bool:
    """Whether a path from the top of the project is that of the kernel or of a bundled model."""
    return within.parts[:1] == (KERNEL,) or PROJECT / within in bundled_models().values()


def _is_here(folder: Path) -> bool:
    try:
        return Path.cwd() == folder
    except OSError:  # it was removed
        return False


Texts = Mapping[Path, str]
"""Texts to read in place of what files hold, by the resolved path of the file."""


def is_kernel(path: Path, roots: Roots = OWN) -> bool:
    """Whether a file is part of the modelled kernel."""
    try:
        return path.resolve().is_relative_to(roots[0] / "spec")
    except (OSError, ValueError, RuntimeError):  # no file has that name, or links lead to themselves
        return False


def read_source(path: Path) -> str:
    """The text of a source file; UsageError if it cannot be read."""
    try:
        if path.exists() and not path.is_file() and not path.is_dir():  # reading a pipe or a device may never end
            raise UsageError("this is not an ordinary file; name a model's Python source", path)
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(_missing(path), path) from None
    except IsADirectoryError:
        raise UsageError("this is a folder; name one model file", path) from None
    except UnicodeDecodeError:
        raise UsageError("not a text file in UTF-8; name a model's Python source", path) from None
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", path) from None
    except ValueError:  # a NUL, or half of a character
        raise UsageError("no file can have this name; name a model's Python source", path) from None


def _missing(path: Path) -> str:
    """What to tell somebody who names a file that is not there: which one may be meant."""
    bundled = bundled_models()
    beside = path.with_name(f"{path.name}.py")
    if beside.is_file():
        name = display_path(beside)
        return f"no bundled model has this name; to take the file {name}, type `{name}`"
    try:
        own = {file.stem: display_path(file) for file in sorted(path.parent.glob("*.py"))}
    except (OSError, ValueError):  # a folder that cannot be read has nothing to offer
        own = {}
    meant = difflib.get_close_matches(path.stem, [*bundled, *own], 1)
    shown = {name: name for name in bundled} | own
    hint = f"did you mean `{shown[meant[0]]}`? " if meant else ""
    return f"there is no such file; {hint}`stackproof list` names the bundled models"


def parse_module(name: str, path: Path, texts: Texts | None = None, roots: Roots = OWN) -> Module:
    """Read and parse one file; ModelError where it is not Python, or not a module of the language."""
    text = texts[path.resolve()] if texts and path.resolve() in texts else read_source(path)
    display = display_path(path, roots)
    if path.suffix != ".py":
        raise UsageError(
            "not a model; a model is a Python source file, its name ends in .py, or C: a patch, a mail with one, or a C file",
            path,
        )
    parsed = _parsed(display, text)
    with quoting({display: text}):
        module = Module(name, path, display, text, ast.get_docstring(parsed) or "")
        if not module.of_kernel:  # the kernel's own text is checked when it is written
            _check_constants(module, parsed)
        for statement in parsed.body:
            _define(module, statement)
    return module


@functools.lru_cache(maxsize=128)
def _parsed(display: str, text: str) -> ast.Module:
    """The syntax of a file; nobody changes it, so a model that is read for many sizes is parsed once."""
    try:
        return ast.parse(text)
    except SyntaxError as error:
        line, column = error.lineno or 1, error.offset or 1
        quoted = line_of(text, line) or ""
        before = quoted[: column - 1]
        column += len(before.encode(errors="surrogatepass")) - len(before)  # the parser counts characters
        raise ModelError(Position(display, line, column), f"not valid Python: {error.msg}", quoted) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ModelError(Position(display, 1, 1), f"not valid Python: {error}", "") from None


def _check_constants(module: Module, parsed: ast.Module) -> None:
    """ModelError for a number or text that can be written down but not be worked with."""
    for node in ast.walk(parsed):
        match node:
            case ast.Constant(value=int(value)) if value > LARGEST:
                raise module.error(node, f"this number has {value.bit_length():,} bits; {LARGEST.bit_length()} are the most")
            case ast.Constant(value=str(text)) if any("\ud800" <= character <= "\udfff" for character in text):
                raise module.error(node, "this text has half of a character in it (a surrogate), which no file can hold")


def check_with_python(module: Module) -> None:
    """ModelError for what Python parses and then refuses, as a keyword that is given twice: a model is valid Python. Where the
    language has words of its own for an error, they come first."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(module.text, module.display, "exec", dont_inherit=True)
    except SyntaxError as error:
        position = Position(module.display, error.lineno or 1, error.offset or 1)
        raise ModelError(position, f"not valid Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ModelError(Position(module.display, 1, 1), f"not valid Python: {error}", "") from None


def _define(module: Module, statement: ast.stmt) -> None:
    match statement:
        case ast.Expr(value=ast.Constant(value=str())):
            return
        case ast.ImportFrom(module=str(source), names=names, level=0):
            for alias in names:
                if alias.name == "*":
                    raise module.error(statement, "`import *` hides what is used; import each name")
                _check_import(module, statement, source, alias.name)
                _add(module, statement, alias.asname or alias.name, Import(source, alias.name, module.position(statement)))
            if source not in PYTHON_MODULES and source != LANGUAGE:
                module.imports.append((source, module.position(statement)))
        case ast.Expr(value=ast.Call(func=ast.Name(id="inherit")) as call) if "inherit" in module.definitions:
            _inherit(module, call)
        case ast.Import() | ast.ImportFrom():
            raise module.error(statement, "only `from module import name` is understood; write it so")
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            _add(module, statement, name, statement)
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            _add(module, statement, name, statement)
        case _:
            raise module.error(
                statement,
                f"`{ast.unparse(statement).splitlines()[0]}` has no meaning at module level; put it in a routine or action",
            )


def _inherit(module: Module, call: ast.Call) -> None:
    match call:
        case ast.Call(args=[ast.Constant(value=str(source))], keywords=[]) if source.split(".")[0] == "models":
            if module.inherits is not None:
                raise module.error(call, f"the model inherits from {module.inherits} already; import by name what is of another")
            module.inherits = source
            module.imports.append((source, module.position(call)))
        case _:
            raise module.error(call, 'a model inherits from one other model; write inherit("models.NAME")')


def _check_import(module: Module, statement: ast.stmt, source: str, name: str) -> None:
    if source in PYTHON_MODULES:
        if name not in PYTHON_MODULES[source]:
            known = ", ".join(sorted(PYTHON_MODULES[source]))
            raise module.error(statement, f"`{name}` of {source} is not part of the language; only {known} is")
    elif source == LANGUAGE:
        if name not in checker.language.__all__:
            hint = similar(name, checker.language.__all__)
            raise module.error(statement, f"the language has no `{name}`; docs/reference/language.md has its names{hint}")
    elif source.split(".")[0] not in ("spec", "models"):
        raise module.error(statement, f"models import from {LANGUAGE}, spec and models only, not from {source}")


def _add(module: Module, statement: ast.stmt, name: str, definition: ast.stmt | Import) -> None:
    if name == "__all__":
        return
    if name in module.definitions:
        raise module.error(statement, f"`{name}` is defined twice in this file; rename one")
    module.definitions[name] = definition


@dataclass
class ModuleSet:
    """The model and all modules it imports, each parsed once, in the order in which they are complete (imported first)."""

    main: Module
    modules: dict[str, Module] = field(default_factory=dict)

    def lineage(self) -> list[Module]:
        """The model, the one that it inherits from, the one that that inherits from, and so on."""
        found = [self.main]
        while found[-1].inherits is not None and (parent := self.modules[found[-1].inherits]) not in found:
            found.append(parent)
        return found

    def home(self, module: Module, name: str) -> tuple[Module, ast.stmt | None]:
        """Where a name of a module is defined, maybe in another one; None where that is not a file of the program."""
        definition = module.definitions[name]
        passed: set[Import] = set()
        while isinstance(definition, Import):
            target = self.modules.get(definition.module)
            if target is None or definition.name not in target.definitions or definition in passed:
                return module, None
            passed.add(definition)
            module, definition = target, target.definitions[definition.name]
        return module, definition


def _find(name: str, main: Path, position: Position, roots: Roots) -> Path:
    relative = Path(*name.split("."))
    beside = (main.resolve().parent, main.resolve().parent.parent)
    bundled_first = name.split(".")[0] == "spec"  # one kernel for all; a model stands beside the model that imports it
    for root in (*roots, *beside) if bundled_first else (*beside, *roots):
        for candidate in (root / relative.with_suffix(".py"), root / relative / "__init__.py"):
            if candidate.is_file():
                return candidate if main.is_absolute() else _from_here(candidate)
    raise ModelError(position, f"there is no module {name}; a model imports from {LANGUAGE}, spec and models")


def _from_here(path: Path) -> Path:
    """The path from the current folder if the file is inside it: who names a model so is told of all its files so."""
    try:
        return path.relative_to(Path.cwd())
    except (OSError, ValueError):
        return path


def _property_names(folder: Path) -> list[str]:
    """The properties that hold of every protocol in the kernel, by the names of their files; UsageError where none are, so that
    a model never passes for want of them."""
    found = sorted(file.stem for file in folder.glob("*.py") if file.stem != "__init__")
    if not found:
        raise UsageError("the properties of stackproof are not there; install it again", folder)
    return found


def load_modules(path: Path, texts: Texts | None = None, main: Module | None = None, roots: Roots = OWN) -> ModuleSet:
    """Parse a model and everything it imports. A model that imports the kernel answers to all of spec.properties. main: what
    stands for the model itself, where its text is not Python."""
    main = main or parse_module("__main__", path, texts, roots)
    loaded = ModuleSet(main)
    started: set[str] = set()

    def load(importer: Module, name: str, position: Position) -> None:
        if name in started:
            return
        started.add(name)
        with quoting({importer.display: importer.text}):
            found = _find(name, path, position, roots)
        module = parse_module(name, found, texts, roots)
        for imported in module.imports:
            load(module, *imported)
        loaded.modules[name] = module

    for imported in main.imports:
        load(main, *imported)
    if any(name == "spec.kernel" or name.startswith("spec.kernel.") for name in loaded.modules):
        for name in _property_names(roots[0] / "spec" / "properties"):
            load(main, f"spec.properties.{name}", Position(main.display, 1, 1))
    loaded.modules["__main__"] = main
    return loaded
