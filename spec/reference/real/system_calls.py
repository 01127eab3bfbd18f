# SPDX-License-Identifier: GPL-2.0-only
"""The memory system calls that Python's library lacks, by ctypes: mmap, munmap and madvise with addresses, mincore, userfaultfd.

Addresses and lengths are in bytes, multiples of PAGE_SIZE. Each call raises OSError with the kernel's errno. All of them
release the interpreter's lock while they run, as every foreign function of a ctypes.CDLL does.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import platform
import sys

PAGE_SIZE = mmap.PAGESIZE
MADV_DONTNEED = 4
MADV_DONTFORK = 10
MADV_NOHUGEPAGE = 15

USERFAULTFD_NUMBERS = {"x86_64": 323, "aarch64": 282}
"""arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h."""

_MAP_NORESERVE = 0x4000
_MAP_FAILED = ctypes.c_void_p(-1).value

_library = ctypes.CDLL(None, use_errno=True)
_library.mmap.restype = ctypes.c_void_p
_library.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
_library.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
_library.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
_library.syscall.restype = ctypes.c_long


def _failed(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")


def map_anonymous(length: int) -> int:
    """A new private, readable and writable area with no page in it; its address. Raises OSError."""
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_NORESERVE
    address = _library.mmap(None, length, mmap.PROT_READ | mmap.PROT_WRITE, flags, -1, 0)
    if address is None or address == _MAP_FAILED:
        raise _failed("mmap")
    return int(address)


def unmap(address: int, length: int) -> None:
    """Gives the area back, with its pages. Raises OSError."""
    if _library.munmap(address, length):
        raise _failed("munmap")


def advise(address: int, length: int, advice: int) -> None:
    """madvise(2). Raises OSError."""
    if _library.madvise(address, length, advice):
        raise _failed("madvise")


def resident(address: int, pages: int) -> tuple[bool, ...]:
    """mincore(2): for each page from address on, whether it is in memory. Raises OSError, also where no area is."""
    found = (ctypes.c_ubyte * pages)()
    if _library.mincore(ctypes.c_void_p(address), ctypes.c_size_t(pages * PAGE_SIZE), found):
        raise _failed("mincore")
    return tuple(bool(byte & 1) for byte in found)


def userfaultfd(flags: int) -> int:
    """userfaultfd(2): a new file descriptor. Raises OSError; ENOSYS also where its number is not known."""
    number = USERFAULTFD_NUMBERS.get(platform.machine())
    if not sys.platform.startswith("linux") or number is None:
        raise OSError(errno.ENOSYS, f"userfaultfd: its number on {sys.platform}, {platform.machine()} is not known here")
    descriptor = _library.syscall(ctypes.c_long(number), ctypes.c_int(flags))
    if descriptor < 0:
        raise _failed("userfaultfd")
    return int(descriptor)
