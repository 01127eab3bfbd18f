# SPDX-License-Identifier: GPL-2.0-only
"""Control of one-owner where a routine of the protocol is at work that the kernel does not call: an action of the model enters it, and it
gives the idle CPU a fresh page for the one in its first slot. protocol_at_work says so.

PLANTED=1: one of the old pages is not freed.
"""

from models.lifecycle import dynamic_stack, dynamic_stack_fault

from checker.language import (
    action,
    enter,
    every,
    function,
    has_frames,
    implements,
    in_routine,
    invariant,
    is_allocated,
    parameter,
    require,
    routine,
)
from spec.kernel import Cpu, Gfp, Page, __free_page, alloc_pages, protocol_at_work, this_cpu
from spec.kernel.sched.scheduler import in_scheduler
from spec.properties.one_owner import owners_of

__all__ = ["dynamic_stack", "dynamic_stack_fault"]

PLANTED = parameter(1, 0, 1, "0: no fault, 1: a page that was exchanged is not freed")

is_lost: bool = False


@routine
def exchange_page() -> None:
    global is_lost
    cpu = this_cpu()
    page = cpu.pool[0]
    if page:
        cpu.pool[0] = None
        if PLANTED == 1 and not is_lost:
            is_lost = True
        else:
            __free_page(page)
        cpu.pool[0] = alloc_pages(Gfp.ZERO)


@action
def timer(cpu: Cpu) -> None:
    """A timer of the protocol, on an idle CPU."""
    require(not has_frames(cpu) and cpu.stack is cpu.idle and not in_scheduler(cpu.idle))
    enter(cpu, exchange_page)


@implements(protocol_at_work)
@function
def is_exchanging() -> bool:
    return any(in_routine(cpu, exchange_page) for cpu in every(Cpu))


@invariant("reached-in-hand", "{page} is nobody's while it is exchanged")
def reached_in_hand(page: Page) -> bool:
    """Pages are in the hand of the routine."""
    return not is_exchanging() or not is_allocated(page) or owners_of(page) == 1
