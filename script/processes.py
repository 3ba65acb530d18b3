"""The processes that `script/run` starts, each with a log of its own, and their clean end."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_STOP = 30


class Processes:
    """Started children run in sessions of their own, so that Ctrl+C in the terminal reaches only this program, which ends them in order."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._pause = threading.Event()

    def start(self, name: str, *arguments: str) -> None:
        with self.log_path(name).open("wb") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def log_path(self, name: str) -> Path:
        folder = Path(os.environ.get("DATA_DIR", ROOT / "var")) / "log"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.log"

    def find_dead(self) -> str | None:
        """The name of a process that has ended by itself."""
        return next((name for name, process in self._running.items() if process.poll() is not None), None)

    def wait(self, seconds: float) -> None:
        self._pause.wait(seconds)

    def stop(self) -> None:
        """SIGTERM to all; SIGKILL to the session of whoever stays."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def is_port_free(port: int) -> bool:
    """Whether the web process will be able to listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
