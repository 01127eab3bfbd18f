# SPDX-License-Identifier: GPL-2.0-only
"""`python -m checker` is the command `stackproof`."""

import os
import sys

INCONCLUSIVE = 3
INTERRUPTED = "error: interrupted before anything was found"
OUT_OF_MEMORY = "error: out of memory before the program was loaded; allow it more (ulimit -v)"


def _end(line: str) -> None:
    """End at once: half of the program may be there, so nothing of it is asked."""
    try:
        os.write(2, f"{line}\n".encode())
    finally:
        os._exit(INCONCLUSIVE)


try:  # it takes a moment to load, and until start() has it Ctrl-C is Python's
    import signal
    from types import FrameType
except KeyboardInterrupt:
    _end(INTERRUPTED)


def start() -> None:
    """Run the command line and exit. While the program is still being loaded, which takes a moment, a signal or want of memory
    ends it in one line."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _early)
    _open_closed_files()
    try:
        from checker.cli.main import load, main

        load(sys.argv[1:])
    except MemoryError:
        _end(OUT_OF_MEMORY)
    except (ImportError, OSError) as error:
        if not _is_memory(error):
            raise
        _end(OUT_OF_MEMORY)
    main()


def _open_closed_files() -> None:
    """Standard input, output or error that was closed is /dev/null, so that no other file takes its number."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _is_memory(error: Exception) -> bool:
    """Whether a module could not be loaded since its shared library found no room."""
    return any(words in str(error).lower() for words in ("cannot allocate memory", "failed to map segment"))


def _early(number: int, frame: FrameType | None) -> None:
    _end(INTERRUPTED)


if __name__ == "__main__":
    start()
