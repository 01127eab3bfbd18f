# SPDX-License-Identifier: GPL-2.0-only
"""The controls of the property catalogue: which faults are planted, and what the checker has to say of them.

A control is a model that is right but for one planted fault, which PLANTED selects. It violates the property that it
controls, and only that one; with PLANTED=0 it violates nothing. Its own invariants, whose names begin with `reached`, say
that what the property speaks of never happens: that they are violated in the sound model is the proof that the property
does not hold there for want of an occasion.
"""

from __future__ import annotations

from tests.properties.recorded_execution import OF_EXECUTION
from tests.properties.recorded_locks import OF_LOCKS
from tests.properties.recorded_pages import OF_PAGES

RECORDED = (*OF_PAGES, *OF_EXECUTION, *OF_LOCKS)
