# SPDX-License-Identifier: GPL-2.0-only
"""A search on a cluster: as engines.explore, with what a cluster does not do refused."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

from checker.cluster.search import ClusterSearch
from checker.counting import counted
from checker.explicit.compiled.c.expressions import Unsupported
from checker.explicit.compiled.c.generate import Generated, generate
from checker.explicit.engines import EngineError, Explored, Method
from checker.explicit.reduction.canonical import Distinguished
from checker.explicit.reduction.reductions import PARTIAL_ORDER
from checker.explicit.search.real_paths import RealPaths
from checker.explicit.search.results import Finding, Limits, Progress, told_once
from checker.explicit.search.search import Search
from checker.ir import system as ir

MEMBER = "#define CLUSTER 1\n"
"""Before the C of a search, this makes it that of a member of several (c/exchange.c)."""


def explore_on_cluster(
    system: ir.System,
    properties: frozenset[str],
    method: Method,
    limits: Limits,
    progress: Progress | None = None,
    announce: Callable[[Finding], None] | None = None,
) -> Explored:
    """Search a system on the cluster of the method, which this process is connected to. EngineError where the model or the
    method does not suit a cluster, ClusterError where that cannot be used."""
    assert method.cluster is not None
    if PARTIAL_ORDER in method.reductions:
        raise EngineError("a search on a cluster has no partial-order reduction; leave out one of them")
    begun = time.monotonic()
    portable = Search(system, properties, method.reductions)
    known: dict[str, Finding] = {}
    announced = told_once(known, announce)
    while True:
        try:
            search = ClusterSearch(portable, member_of(portable, method.compact), properties, method.cluster)
            result = search.run(limits.later(time.monotonic() - begun), progress, announced)
            break
        except Distinguished as reason:
            portable.drop_pages(str(reason))
        except Unsupported as error:
            raise EngineError(str(error)) from None
    result.findings = {**result.findings, **known}
    result.dropped = portable.dropped
    result.statistics = dataclasses.replace(result.statistics, seconds=time.monotonic() - begun)
    engine = f"compiled, {counted(search.workers, 'worker')} of a cluster"
    return Explored(result, engine, portable.reductions, unused=portable.unused, initials=len(set(portable.firsts)))


def member_of(portable: RealPaths, compact: bool) -> Generated:
    """The C of a member of a distributed search. Unsupported where C cannot hold the system."""
    generated = generate(portable.transitions, portable.canonical, compact)
    return dataclasses.replace(generated, source=MEMBER + generated.source)
