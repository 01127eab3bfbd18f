# SPDX-License-Identifier: GPL-2.0-only
"""What the outcome of a search depends on, as one digest.

Two searches with one key have one outcome. So all that can make a difference is in it: the texts of the model and of the kernel,
the configuration, the options, and stackproof's own code. Comments and the recorded results of a model are left out.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import platform
from pathlib import Path

from checker.explicit.engines import Method
from checker.language.front.inputs import STANDARD_INPUT
from checker.language.tree import Program, is_python
from checker.project import own_code
from checker.verify.request import Request

FORMAT = 2
"""Of what is kept under a key."""

RECORDS = ("EXPECTED", "RECORDED")
KERNEL = "spec/"


def key_of(program: Program, request: Request, method: Method) -> str | None:
    """The key of a search; None where not all that it depends on can be named. program: the model, with any settings."""
    more = _foreign(program, request)
    if more is None or method.checkpoints is not None:
        return None
    settings = {parameter.name: parameter.default for parameter in program.parameters} | dict(request.settings)
    names = [event.name for event in program.events]
    whole = {
        "format": FORMAT,
        "stackproof": own_code(),
        "python": [platform.python_version(), platform.machine()],
        "model": program.model,
        "texts": texts_of(program),
        "foreign": more,
        "settings": sorted(settings.items()),
        "events": sorted(names if request.events is None else request.events),
        "properties": None if request.properties is None else sorted(request.properties),
        "liveness_states": request.liveness_states,
        "engine": method.engine,
        "reductions": sorted(method.reductions),
        "compact": method.compact,
    }
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def texts_of(program: Program) -> list[tuple[str, str]]:
    """Each file of a program, with the digest of what of it can matter to a search."""
    return sorted((file, _digest(file, text)) for file, text in program.sources.items())


def exact_texts(program: Program) -> dict[str, str]:
    """Each file of a program, with the digest of its text."""
    return {file: hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest() for file, text in program.sources.items()}


@functools.lru_cache(maxsize=512)
def _digest(file: str, text: str) -> str:
    if is_python(file) and not file.startswith(KERNEL):
        parsed = ast.parse(text)
        parsed.body = [statement for statement in parsed.body if not _is_record(statement)]
        text = ast.dump(parsed)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _is_record(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name in RECORDS
    return False


def _foreign(program: Program, request: Request) -> list[str] | None:
    """What reading C text takes beside the text; None where that is more than can be told, as a kernel tree is."""
    if program.translation is None:
        return []
    inputs = request.inputs
    if inputs.base is not None or inputs.changed is not None or request.model == STANDARD_INPUT:
        return None
    builtin = sorted((inputs.roots[0] / "spec" / "c").glob("*.toml"))
    files = [request.model, *builtin, request.model.with_name("manifest.toml"), inputs.manifest, inputs.config]
    return [_of_file(file) for file in files]


def _of_file(path: Path | None) -> str:
    if path is None or not path.is_file():
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()
