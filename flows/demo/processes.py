"""The processes of a demonstration: started on free loopback ports, waited for, and all stopped at the end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from casefile.errors import RedressError

HOST = "127.0.0.1"
START_SECONDS = 180.0
"""A fresh Prefect server migrates its database first, which takes about twenty seconds on a slow machine."""

STOP_SECONDS = 10.0


class DemoFailed(RedressError):
    """Something that the demonstration started did not come up, or a step failed."""


def free_port(wanted: int | None = None) -> int:
    """Return `wanted` if nothing listens there, else a port that is free now."""
    for port in ([wanted] if wanted else []) + [0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoFailed("No free port was found on the loopback address.")


@dataclass(slots=True)
class Processes:
    """What was started, in order; logs go to files in the demonstration's folder."""

    logs: Path
    environment: Mapping[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *arguments: str | Path) -> None:
        """Start a command of this virtual environment, in a session of its own so that Ctrl-C reaches us only."""
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [str(argument) for argument in arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )

    def start_python(self, name: str, module: str, *arguments: str | Path) -> None:
        """Start a module with this Python."""
        self.start(name, sys.executable, "-m", module, *arguments)

    def run(self, name: str, *arguments: str | Path) -> None:
        """Run a command to its end. Raises `DemoFailed` with the place of its log."""
        self.start(name, *arguments)
        if self.running.pop(name).wait() != 0:
            raise DemoFailed(f"{name} failed; see {self.logs / name}.log.")

    def wait_for_page(self, name: str, url: str) -> None:
        """Wait until a page answers. Raises `DemoFailed` when its process ends or takes too long."""
        self._wait(name, lambda: _answers(url))

    def wait_for_port(self, name: str, port: int) -> None:
        """Wait until something listens. Raises `DemoFailed` when its process ends or takes too long."""
        self._wait(name, lambda: _listens(port))

    def _wait(self, name: str, ready: object) -> None:
        assert callable(ready)
        until = time.monotonic() + START_SECONDS
        while not ready():
            if self.running[name].poll() is not None or time.monotonic() > until:
                raise DemoFailed(f"{name} did not start; see {self.logs / name}.log.")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop everything that was started, last first; nothing of it is left."""
        started: Sequence[subprocess.Popen[bytes]] = list(self.running.values())[::-1]
        for process in started:
            _signal_group(process, signal.SIGTERM)
        until = time.monotonic() + STOP_SECONDS
        for process in started:
            try:
                process.wait(timeout=max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(process, signal.SIGKILL)
                process.wait()
        for process in started:
            _signal_group(process, signal.SIGKILL)  # children that outlived their parent
        self.running.clear()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310  # our own loopback address
            return bool(response.status < 500)
    except (urllib.error.URLError, OSError):
        return False


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
