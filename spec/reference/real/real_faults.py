# SPDX-License-Identifier: GPL-2.0-only
"""Accesses that make real page faults, under the caller's control.

Each access is one write of one byte by a thread of its own, with the interpreter's lock released. If its page is missing
the thread sleeps in the kernel's page fault handler, and the caller is told. The caller is the fault's handler thread: it
runs the protocol's fault routine, as slowly and as much interleaved with other faults as it likes, and then resumes the
access or refuses it. So a run is repeatable although the faults are real: between two calls every access has ended or
sleeps.

An access that the protocol refuses must end too, or its thread would sleep forever; and it must not end in a signal that
kills the whole process. So for a moment the page is a stand-in that belongs to nobody: the write goes there, the thread
goes on, and the stand-in is taken away again before `refuse` returns. In a kernel that is where the task dies.

Nothing here waits without a limit: after LIMIT seconds the userfaultfd is closed, with which the kernel lets everybody go
on, and Stuck is raised.
"""

from __future__ import annotations

import ctypes
import os
import select
import threading
import time

from spec.reference.real import system_calls
from spec.reference.real.system_calls import PAGE_SIZE
from spec.reference.real.userfaultfd import AlreadyMapped, Fault, Userfault

LIMIT = 10.0
"""Seconds that an access may take without a fault, or to end after one. It takes some microseconds."""


class Stuck(Exception):
    """An access did not go on. The page faults cannot be used any more; every thread that waited was let go."""


class Access:
    """One write of one byte, made by `PageFaults.begin`. fault: the page fault in which it sleeps; None when it has ended."""

    def __init__(self, owner: PageFaults, worker: _Worker, address: int, value: int) -> None:
        self._owner = owner
        self._worker = worker
        self._address = address
        self._value = value
        self.fault: Fault | None = None

    def resume(self) -> Fault | None:
        """The fault routine is done: lets the access go on. The fault in which it sleeps again if its page is still missing,
        or None: it has ended. Raises Stuck."""
        fault = self._sleeping()
        if self._worker.writing:
            self._owner.wake(fault.address)
        else:
            # Somebody else's fault on this page ended before this one, and with it this access was let go, perhaps onto
            # a stand-in. So it is made again.
            self._worker.start_write(self._address, self._value)
            self._owner.settle()
        return self._look()

    def refuse(self) -> None:
        """The fault routine refuses: ends the access without any effect. Raises Stuck."""
        fault = self._sleeping()
        if self._worker.writing:
            stands_in = self._owner.map_stand_in(fault.address)
            self._owner.wake(fault.address)
            if stands_in:
                system_calls.advise(fault.address, PAGE_SIZE, system_calls.MADV_DONTNEED)
        if self._worker.writing:
            raise self._owner.stuck(f"the refused access to {fault.address:#x} does not end")
        self._look()

    def start(self) -> None:
        """For PageFaults.begin."""
        self._worker.start_write(self._address, self._value)
        self._owner.settle()
        self._look()

    def _sleeping(self) -> Fault:
        if self.fault is None:
            raise RuntimeError("the access has ended")
        return self.fault

    def _look(self) -> Fault | None:
        self.fault = self._worker.fault
        if self.fault is None:
            self._owner.put_back(self._worker)
        return self.fault


class PageFaults:
    """Makes accesses, and hands over their faults. To be used from one thread; a context manager that closes it."""

    def __init__(self, userfault: Userfault) -> None:
        self._userfault = userfault
        self._workers: dict[int, _Worker] = {}
        self._idle: list[_Worker] = []
        self._poll = select.poll()
        self._poll.register(userfault.fileno(), select.POLLIN)
        self._ended = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._poll.register(self._ended, select.POLLIN)
        self._stand_in = system_calls.map_anonymous(PAGE_SIZE)
        self._closed = False

    def begin(self, address: int, value: int = 1) -> Access:
        """Writes one byte; the access has ended, or sleeps in a fault, when this returns. Raises Stuck."""
        if self._closed:
            raise Stuck("the page faults are closed")
        if self._idle:
            worker = self._idle.pop()
        else:
            worker = _Worker(self._ended)
            self._workers[worker.thread] = worker
        access = Access(self, worker, address, value)
        access.start()
        return access

    def threads(self) -> list[threading.Thread]:
        """Those that make the accesses: as many as accesses have slept at once."""
        return [worker.runner for worker in self._workers.values()]

    def close(self) -> None:
        """Ends all, once or more often: closes the userfaultfd, so that the kernel lets every sleeper go, and the threads."""
        if self._closed:
            return
        self._closed = True
        self._userfault.close()
        ended = [worker.stop() for worker in self._workers.values()]
        if all(ended):
            os.close(self._ended)
        system_calls.unmap(self._stand_in, PAGE_SIZE)

    def __enter__(self) -> PageFaults:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- for Access --

    def settle(self) -> None:
        """Returns when every access has ended or sleeps."""
        deadline = time.monotonic() + LIMIT
        while any(worker.writing and worker.fault is None for worker in self._workers.values()):
            if time.monotonic() > deadline:
                raise self.stuck(f"an access has neither ended nor faulted for {LIMIT:g} seconds")
            for descriptor, _ in self._poll.poll(1000.0):
                if descriptor == self._ended:
                    os.eventfd_read(self._ended)
            while (fault := self._userfault.read()) is not None:
                worker = self._workers.get(fault.thread)
                if worker is None or not worker.writing:
                    raise self.stuck(f"thread {fault.thread} touches {fault.address:#x}, which is not an access of ours")
                worker.fault = fault

    def wake(self, address: int) -> None:
        """Whoever sleeps for the page looks again; returns when they all have ended or sleep."""
        for worker in self._workers.values():
            if worker.writing and worker.fault is not None and worker.fault.address == address:
                worker.fault = None
        self._userfault.wake(address, PAGE_SIZE)
        self.settle()

    def map_stand_in(self, address: int) -> bool:
        """Maps a page of nobody; False if there is a page already, so that the access ends there."""
        try:
            self._userfault.copy(address, self._stand_in)
        except AlreadyMapped:
            return False
        return True

    def put_back(self, worker: _Worker) -> None:
        """The worker is free for another access."""
        self._idle.append(worker)

    def stuck(self, why: str) -> Stuck:
        """Closes everything; the exception to raise."""
        self.close()
        return Stuck(why)


class _Worker:
    """A thread that writes bytes, one after the other. fault: where its write sleeps, as far as the kernel has told."""

    def __init__(self, ended: int) -> None:
        self._ended = ended
        self._order = threading.Semaphore(0)
        self._address: int | None = None
        self._value = 0
        self.writing = False
        self.fault: Fault | None = None
        self.runner = threading.Thread(target=self._run, name="access", daemon=True)
        self.runner.start()
        # start() returns when the thread runs; its native id is set before that.
        self.thread = self.runner.native_id or 0

    def start_write(self, address: int, value: int) -> None:
        self._address, self._value = address, value
        self.fault = None
        self.writing = True
        self._order.release()

    def stop(self) -> bool:
        """Ends the thread, which the kernel must have let go; whether it has ended."""
        self._address = None
        self._order.release()
        self.runner.join(LIMIT)
        return not self.runner.is_alive()

    def _run(self) -> None:
        while True:
            self._order.acquire()
            address = self._address  # read once: `stop` may take it away at any time
            if address is None:
                return
            ctypes.memset(address, self._value, 1)
            self.fault = None
            self.writing = False
            os.eventfd_write(self._ended, 1)
