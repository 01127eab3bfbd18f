# SPDX-License-Identifier: GPL-2.0-only
"""Page faults of this process, handed to this process: Linux userfaultfd(2), as far as a stack that grows needs it.

An area that is registered has no page until somebody maps one. Whoever touches it before that sleeps in the kernel's page
fault handler; what was touched, and by which thread, is read from the descriptor as a `Fault`; and the sleeper goes on when
a page has been mapped and it has been woken (`wake`). Pages are mapped without waking, so that the one who faulted goes on
when the fault routine has returned, and not while that is still under way.

The one who touches must have released the interpreter's lock (ctypes.memset does), or the thread that would map the page
never runs. Closing the descriptor ends every wait there is: the kernel then serves the faults itself, with pages of zeros.

Source: include/uapi/linux/userfaultfd.h, Documentation/admin-guide/mm/userfaultfd.rst; the ioctl numbers are those of the
generic encoding, which x86_64 and aarch64 have.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import time
from dataclasses import dataclass

from spec.reference.real import system_calls
from spec.reference.real.system_calls import PAGE_SIZE

_API = 0xAA
_USER_MODE_ONLY = 1
_FEATURE_THREAD_ID = 1 << 8
_FEATURE_MOVE = 1 << 16
_EVENT_PAGEFAULT = 0x12
_FLAG_WRITE = 1
_REGISTER_MISSING = 1
_DONT_WAKE = 1

_MESSAGE = struct.Struct("=BBHIQQII")
_RANGE = struct.Struct("=QQ")
_API_ARGUMENT = struct.Struct("=QQQ")
_REGISTER_ARGUMENT = struct.Struct("=QQQQ")
_COPY_ARGUMENT = struct.Struct("=QQQQq")

PATIENCE = 5.0
"""Seconds for which a page that the kernel cannot map just now (EAGAIN, EBUSY) is tried again."""


def _ioctl_number(direction: int, number: int, size: int) -> int:
    return direction << 30 | size << 16 | _API << 8 | number


_WRITE, _READ, _BOTH = 1, 2, 3
_IOCTL_NEW = _ioctl_number(0, 0x00, 0)
_IOCTL_API = _ioctl_number(_BOTH, 0x3F, _API_ARGUMENT.size)
_IOCTL_REGISTER = _ioctl_number(_BOTH, 0x00, _REGISTER_ARGUMENT.size)
_IOCTL_UNREGISTER = _ioctl_number(_READ, 0x01, _RANGE.size)
_IOCTL_WAKE = _ioctl_number(_READ, 0x02, _RANGE.size)
IOCTL_COPY = _ioctl_number(_BOTH, 0x03, _COPY_ARGUMENT.size)
_IOCTL_MOVE = _ioctl_number(_BOTH, 0x05, _COPY_ARGUMENT.size)
_COPY_NUMBER, _MOVE_NUMBER = 0x03, 0x05


class Unavailable(Exception):
    """userfaultfd cannot be used here; the text is the reason, in one line."""


class AlreadyMapped(Exception):
    """There is a page at this address already. The text has the address."""


@dataclass(frozen=True)
class Fault:
    """A touch of a page that is not there. address: of the page, not of the byte. thread: the kernel's id of the thread
    that sleeps (threading.get_native_id)."""

    address: int
    write: bool
    thread: int


class Userfault:
    """An open userfaultfd. Its methods may be called from any thread; they raise OSError where nothing else is said."""

    def __init__(self, descriptor: int, features: int) -> None:
        self._descriptor = descriptor
        self._move_feature = bool(features & _FEATURE_MOVE)
        self.can_move = self._move_feature
        """Whether pages can be moved (UFFDIO_MOVE, Linux 6.8): the kernel has it, and so has the area registered last."""

    def fileno(self) -> int:
        """The descriptor, for poll; -1 when closed."""
        return self._descriptor

    def close(self) -> None:
        """Closes it, once or more often. Whoever waits for a page goes on with one of zeros."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def register(self, address: int, length: int) -> None:
        """From now on the missing pages of the area are ours to map. On an error nothing is registered."""
        argument = bytearray(_REGISTER_ARGUMENT.pack(address, length, _REGISTER_MISSING, 0))
        fcntl.ioctl(self._descriptor, _IOCTL_REGISTER, argument)
        ioctls = _REGISTER_ARGUMENT.unpack(argument)[3]
        if not ioctls >> _COPY_NUMBER & 1:
            self.unregister(address, length)
            raise OSError(errno.EOPNOTSUPP, "userfaultfd: no page can be copied to such an area")
        self.can_move = self._move_feature and bool(ioctls >> _MOVE_NUMBER & 1)

    def unregister(self, address: int, length: int) -> None:
        """The kernel serves the area itself again. Who waits there is woken."""
        fcntl.ioctl(self._descriptor, _IOCTL_UNREGISTER, bytearray(_RANGE.pack(address, length)))

    def read(self) -> Fault | None:
        """The next fault, or None if there is none now. Never waits."""
        while True:
            try:
                message = os.read(self._descriptor, _MESSAGE.size)
            except BlockingIOError:
                return None
            event, _, _, _, flags, address, thread, _ = _MESSAGE.unpack(message)
            if event == _EVENT_PAGEFAULT:
                return Fault(address & -PAGE_SIZE, bool(flags & _FLAG_WRITE), thread)

    def copy(self, destination: int, source: int) -> None:
        """Maps a new page at destination, with what the page at source holds; wakes nobody. Raises AlreadyMapped."""
        self._place(IOCTL_COPY, destination, source)

    def move(self, destination: int, source: int) -> None:
        """Maps the page of source at destination, and no longer at source; wakes nobody. The area of destination must be
        registered. Raises AlreadyMapped; OSError with ENOENT if there is no page at source."""
        self._place(_IOCTL_MOVE, destination, source)

    def wake(self, address: int, length: int) -> None:
        """Whoever waits for a page of the area looks again."""
        fcntl.ioctl(self._descriptor, _IOCTL_WAKE, bytearray(_RANGE.pack(address, length)))

    def _place(self, request: int, destination: int, source: int) -> None:
        # One page at a time: such a request is done as a whole or not at all, so that to repeat it is safe. EAGAIN: the
        # kernel's picture of the area changed meanwhile. EBUSY: the page is shared or pinned for the moment.
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.ioctl(
                    self._descriptor, request, bytearray(_COPY_ARGUMENT.pack(destination, source, PAGE_SIZE, _DONT_WAKE, 0))
                )
                return
            except OSError as error:
                if error.errno == errno.EEXIST:
                    raise AlreadyMapped(f"there is a page at {destination:#x} already") from None
                if error.errno not in (errno.EAGAIN, errno.EBUSY) or time.monotonic() > deadline:
                    raise
                time.sleep(0)


def open_userfault() -> Userfault:
    """A new userfaultfd, for faults from user mode. Raises Unavailable, which says why not."""
    features = _features()
    if not features & _FEATURE_THREAD_ID:
        raise Unavailable("userfaultfd does not tell whose fault it is: the kernel is older than Linux 4.14")
    wanted = features & (_FEATURE_THREAD_ID | _FEATURE_MOVE)
    descriptor = _descriptor()
    try:
        fcntl.ioctl(descriptor, _IOCTL_API, bytearray(_API_ARGUMENT.pack(_API, wanted, 0)))
    except OSError as error:
        os.close(descriptor)
        raise Unavailable(f"userfaultfd: the kernel refuses its own features ({error.strerror})") from None
    return Userfault(descriptor, wanted)


def _features() -> int:
    # A descriptor has its features settled once, so what there is to choose from is asked of another one.
    descriptor = _descriptor()
    argument = bytearray(_API_ARGUMENT.pack(_API, 0, 0))
    try:
        fcntl.ioctl(descriptor, _IOCTL_API, argument)
    except OSError as error:
        raise Unavailable(f"userfaultfd: the kernel speaks another version of it ({error.strerror})") from None
    finally:
        os.close(descriptor)
    return int(_API_ARGUMENT.unpack(argument)[1])


def _descriptor() -> int:
    flags = os.O_CLOEXEC | os.O_NONBLOCK
    try:
        return system_calls.userfaultfd(flags | _USER_MODE_ONLY)
    except OSError as error:
        refused = error
    if refused.errno == errno.EINVAL:  # before Linux 5.11: no such flag
        try:
            return system_calls.userfaultfd(flags)
        except OSError as error:
            refused = error
    try:
        device = os.open("/dev/userfaultfd", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        raise Unavailable(_reason(refused)) from None
    try:
        return fcntl.ioctl(device, _IOCTL_NEW, flags | _USER_MODE_ONLY)
    except OSError:
        raise Unavailable(_reason(refused)) from None
    finally:
        os.close(device)


def _reason(refused: OSError) -> str:
    if refused.errno == errno.ENOSYS:
        return "userfaultfd is not there: the kernel was built without it, or a container hides it"
    if refused.errno == errno.EPERM:
        return "userfaultfd is not permitted: by seccomp in a container, or by vm.unprivileged_userfaultfd before Linux 5.11"
    return f"userfaultfd cannot be opened: {refused.strerror}"
