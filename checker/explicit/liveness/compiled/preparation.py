# SPDX-License-Identifier: GPL-2.0-only
"""Gets the graph in C ready, beside the portable engine that has begun to explore the same one."""

from __future__ import annotations

import ctypes

from checker.explicit.compiled.c.expressions import Unsupported
from checker.explicit.compiled.compiler import Build, CompilerError
from checker.explicit.liveness.compiled.generate import GeneratedGraph, generate_graph
from checker.explicit.liveness.run_graph import RunGraph


class Preparation:
    """Of one system. A context: at its end the compiler, if it is still at work, is stopped. remark: why there will be no
    library, once that is known."""

    def __init__(self, portable: RunGraph) -> None:
        self.portable = portable
        self.remark: str | None = None
        self.generated: GeneratedGraph | None = None
        self.library: ctypes.CDLL | None = None
        self.build: Build | None = None

    def __enter__(self) -> Preparation:
        return self

    def __exit__(self, *_: object) -> None:
        if self.build is not None:
            self.build.close()

    def ready(self, seconds: float = 0.0) -> bool:
        """Whether the library is there, within so many seconds. The first call generates the source and starts the compiler."""
        if self.library is None and self.remark is None:
            try:
                if self.build is None:
                    self.generated = generate_graph(self.portable.steps, self.portable.conditions)
                    self.build = Build(self.generated.source)
                if self.build.wait(seconds):
                    self.library = self.build.library()
            except (Unsupported, CompilerError) as error:
                self.remark = str(error)
        return self.library is not None
