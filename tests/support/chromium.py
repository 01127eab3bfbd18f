# SPDX-License-Identifier: GPL-2.0-only
"""A headless Chromium that tests drive by its DevTools protocol, over two pipes: no port is opened and no package is needed.

https://chromedevtools.github.io/devtools-protocol/: messages are JSON, each ended by a NUL; the browser reads file descriptor 3 and
writes to 4 (--remote-debugging-pipe).
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-pipe", "--hide-scrollbars"),
)
PATIENCE = 60.0
"""Seconds that an answer of the browser may take."""

MOVE = """
import fcntl, os, sys
pipes = [fcntl.fcntl(int(pipe), fcntl.F_DUPFD, 10) for pipe in sys.argv[1:3]]
for wanted, pipe in zip((3, 4), pipes):
    os.dup2(pipe, wanted)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""A program that becomes the browser, with the two pipes as 3 and 4, whatever they are here."""

KEYS = {"ArrowDown": 40, "ArrowUp": 38, "ArrowRight": 39, "ArrowLeft": 37, "Home": 36, "End": 35, "Tab": 9, "Enter": 13}


def find_chromium() -> str | None:
    """The path of the browser; None where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


@contextmanager
def chromium(profile: Path) -> Iterator[Page]:
    """A browser with one page. profile: an empty folder for what it stores."""
    program = find_chromium()
    assert program is not None
    to_browser, commands = os.pipe()
    answers, from_browser = os.pipe()
    words = [program, *OPTIONS, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        [sys.executable, "-c", MOVE, str(to_browser), str(from_browser), *words],
        pass_fds=(to_browser, from_browser),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_browser)
    os.close(from_browser)
    try:
        yield Page(commands, answers)
    finally:
        os.close(commands)
        process.terminate()
        process.wait(PATIENCE)
        os.close(answers)


class Page:
    """A page of the browser, with what it has said on its console and what it has asked the network for."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        self._loaded = False
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(info["targetId"] for info in targets if info["type"] == "page")
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        """The result of a command."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (answer := self._receive()).get("id") != self._number:
            self._note(answer)
        assert "error" not in answer, (method, answer)
        return answer["result"]

    def _receive(self, patience: float = PATIENCE) -> dict[str, Any]:
        end = time.monotonic() + patience
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._answers], [], [], max(0.0, end - time.monotonic()))
            received = os.read(self._answers, 1 << 20) if ready else b""
            assert received, "the browser does not answer"
            self._rest += received
        message, _, self._rest = self._rest.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer

    def _note(self, event: dict[str, Any]) -> None:
        of = event.get("params", {})
        match event.get("method"):
            case "Runtime.exceptionThrown":
                self.errors.append(str(of["exceptionDetails"]))
            case "Runtime.consoleAPICalled":
                self.errors.append(str(of["args"]))
            case "Log.entryAdded":
                self.errors.append(of["entry"]["text"])
            case "Network.requestWillBeSent":
                self.requests.append(of["request"]["url"])
            case "Page.javascriptDialogOpening":
                self.dialogs.append(of["message"])
            case "Page.loadEventFired":
                self._loaded = True

    def open(self, url: str) -> float:
        """Loads a page anew; the seconds until it is there."""
        self._load("about:blank")
        self.errors.clear()
        self.requests.clear()
        begun = time.monotonic()
        self._load(url)
        self.evaluate("1")
        return time.monotonic() - begun

    def _load(self, url: str) -> None:
        self._loaded = False
        self.call("Page.navigate", url=url)
        while not self._loaded:
            self._note(self._receive())

    def evaluate(self, expression: str) -> Any:
        """The value of an expression of JavaScript in the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def key(self, name: str) -> None:
        """Presses a key."""
        code = KEYS.get(name, ord(name[0].upper()))
        text = {"text": name} if len(name) == 1 else {}
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=name, windowsVirtualKeyCode=code, **(text if kind == "keyDown" else {})
            )

    def size(self, width: int, height: int, *, dark: bool = False, media: str = "") -> None:
        """Makes the page of that size in pixels, in light or dark, for the screen or for print."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=media, features=[scheme])

    def screenshot(self, path: Path) -> None:
        """Writes what is seen as PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
