"""What one runs on a worker host: a django-q2 cluster as a child program, watched, and the sweep.

The cluster is started with exec, never forked: this process has connections and may have threads. It is given the read end of a pipe whose other end
lives here, so that its drains stop when this process says so or dies (`pipeline.stopping`), and the kernel ends it when this process dies.

django-q2 does not notice when all its idle workers are killed: its queue stays locked for good. Ready rows that age while no drain beats tell.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import Error, connection

from foundation.clock import database_now
from localization import drains
from pipeline.due import is_step_due, oldest_due
from pipeline.stopping import STOP_FD
from pipeline.sweep import sweep
from reviews.digests import send_due

log = structlog.get_logger(__name__)

STUCK = timedelta(seconds=8)  # of due work without a live drain, before the cluster counts as wedged
START_SECONDS = 10.0  # a cluster is given to start before it is watched; twice as long after every restart that was of no use
LONGEST_START_SECONDS = 160.0
ARENAS = "2"  # of glibc's allocator: with its default, a hundred threads that take turns keep 10 MB more
STOP_SECONDS = 20.0  # a cluster is given to stop
PR_SET_PDEATHSIG = 1


class Worker:
    """Runs until `stop` is called (from a signal handler)."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._started_at = 0.0
        self._patience = START_SECONDS
        self._read_end, self._write_end = os.pipe()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        self._start_cluster()
        threading.Thread(target=self._send_digests, name="digests", daemon=True).start()
        while not self._stopping.wait(settings.SWEEP_SECONDS):
            try:
                now = database_now()
                sweep(now=now)
                self._watch(now)
                self._run_suspects(now)
            except Error as exc:
                log.warning("sweep_missed", error=type(exc).__name__)
            finally:
                connection.close()
        os.close(self._write_end)
        for name in list(self._children):
            self._end(name)

    def _send_digests(self) -> None:
        """On a thread of its own: a slow mail server must not keep the sweep waiting."""
        while not self._stopping.wait(settings.SWEEP_SECONDS):
            try:
                send_due(now=database_now())
            except Error as exc:
                log.warning("digests_missed", error=type(exc).__name__)
            finally:
                connection.close()

    def _spawn(self, name: str, *command: str) -> None:
        self._children[name] = subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *command],
            pass_fds=(self._read_end,),
            env={"MALLOC_ARENA_MAX": ARENAS, **os.environ, STOP_FD: str(self._read_end)},
            preexec_fn=_end_with_parent,
        )

    def _start_cluster(self) -> None:
        self._started_at = time.monotonic()
        self._spawn("cluster", "cluster")

    def _end(self, name: str, *, patience: float = STOP_SECONDS) -> None:
        """Asks the child to end, and kills it with all it started where it does not within `patience` seconds."""
        child = self._children.pop(name)
        child.terminate()
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            log.warning("child_killed", child=name)
        os.killpg(child.pid, signal.SIGKILL) if _group_lives(child.pid) else None

    def _watch(self, now: datetime) -> None:
        """Restarts a cluster that died, or that does nothing about due work."""
        child = self._children["cluster"]
        is_young = time.monotonic() - self._started_at < self._patience
        oldest, beat = oldest_due(now=now), drains.last_beat()
        is_stuck = oldest is not None and now - oldest > STUCK and (beat is None or now - beat > STUCK)
        if not is_stuck:
            self._patience = START_SECONDS
        if child.poll() is None and (is_young or not is_stuck):
            return
        # A busy host takes longer to start a cluster: restarting it each time before it has would never end.
        self._patience = min(2 * self._patience, LONGEST_START_SECONDS)
        log.error("cluster_restarted", exit_code=child.poll(), stuck=is_stuck)
        self._end("cluster", patience=0)  # no drain beats: there is nothing to finish, and a wedged cluster would not answer
        self._start_cluster()

    def _run_suspects(self, now: datetime) -> None:
        """Steps that were running at the death of three processes run alone, one after the other, in a process of their own."""
        child = self._children.get("suspects")
        if child is not None and child.poll() is None:
            return
        if is_step_due(now=now, suspects=True):
            self._spawn("suspects", "run_suspects", "--skip-checks")


def _end_with_parent() -> None:
    """In the child, before exec: a process group of its own, and SIGTERM when the parent dies."""
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
