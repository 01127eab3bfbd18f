# SPDX-License-Identifier: GPL-2.0-only
"""Random programs, compiled by a C compiler and run: many in one file."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from .random.numbers import PRELUDE
from .random.programs import Program

Values = tuple[int, ...]
"""What is compared of a call: its result, then each variable at file scope, arrays element by element."""

_KERNEL = """\
#include <stdio.h>
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define xchg(p, v) __atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST)
#define cmpxchg(p, o, n) ({ __typeof__(*(p)) old_ = (o); \\
	__atomic_compare_exchange_n((p), &old_, (n), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); old_; })
"""
"""What the kernel's macros are to a compiler that has no kernel (include/asm-generic/rwonce.h, include/linux/compiler.h)."""

FLAGS = ("-std=gnu11", "-O0", "-w", "-pipe")
CHECKED = ("-fsanitize=undefined,address", "-fno-sanitize-recover=all")
"""The compiler's own checks for undefined behaviour."""


def find_compiler() -> str | None:
    """A C compiler, None if there is none."""
    return shutil.which("gcc") or shutil.which("cc")


def run(programs: Sequence[Program], compiler: str, checked: bool = False) -> Mapping[int, list[Values]]:
    """What each call of each program gives, by the program's number. checked: with the compiler's checks for undefined behaviour,
    which then raises ValueError."""
    text = "\n".join([PRELUDE, _KERNEL, *(p.text + _calls(p) for p in programs), _main(programs)])
    output = built_and_run(text, compiler, (*FLAGS, *(CHECKED if checked else ())))
    found: dict[int, list[Values]] = {}
    for line in output.splitlines():
        number, *values = map(int, line.split())
        found.setdefault(number, []).append(tuple(values))
    return found


def built_and_run(text: str, compiler: str, flags: Sequence[str], given: str = "") -> str:
    """Compile a program and run it; what it prints. ValueError with what the compiler or the program says if one fails."""
    with tempfile.TemporaryDirectory(prefix="stackproof-validation-") as folder:
        source, binary = Path(folder) / "programs.c", Path(folder) / "programs"
        source.write_text(text, encoding="utf-8")
        done = subprocess.run([compiler, *flags, "-o", str(binary), str(source)], capture_output=True, text=True)
        if done.returncode != 0:
            raise ValueError(f"the compiler refuses a program:\n{done.stderr[:4000]}")
        ran = subprocess.run([str(binary)], capture_output=True, text=True, input=given, timeout=300)
        if ran.returncode != 0:
            raise ValueError(f"a program ends with status {ran.returncode}:\n{ran.stderr[:4000]}")
        return ran.stdout


def _calls(program: Program) -> str:
    """A function that calls the program's entry, and prints."""
    printed = []
    for variable in program.statics:
        if variable.length is None:
            printed.append(f'\tprintf(" %lld", (long long){variable.name});')
        else:
            printed += [f'\tprintf(" %lld", (long long){variable.name}[{n}]);' for n in range(variable.length)]
    lines = [f"static void show_{program.number}(long long result)", "{"]
    lines += [f'\tprintf("{program.number} %lld", result);', *printed, '\tprintf("\\n");', "}"]
    lines += [f"static void run_{program.number}(void)", "{"]
    lines += [f"\tshow_{program.number}({program.entry}({', '.join(map(str, given))}));" for given in program.given]
    return "\n".join([*lines, "}"])


def _main(programs: Sequence[Program]) -> str:
    return "\n".join(["int main(void)", "{", *(f"\trun_{program.number}();" for program in programs), "\treturn 0;", "}"])
