"""The whole product as real processes on loopback: a database of its own, web, workers; for end-to-end tests, faults and benchmarks.

    with Deployment(database="postgresql", settings={"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": model.base_url}) as product:
        product.start_web(); product.start_worker()
        group = product.submit({"sourceLocale": "en", "targetLocales": ["de"], "data": {"title": "Hello"}})

Nothing outlives the context: processes are ended by their recorded pids, the database is dropped.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
import redis
import requests

from script.run import WEB_OPTIONS

ROOT = Path(__file__).resolve().parents[2]
POSTGRESQL = os.environ.get("TEST_POSTGRESQL", "postgres://postgres@127.0.0.1:5432")
REDIS = os.environ.get("TEST_REDIS", "redis://127.0.0.1:6379")
SECONDS_TO_START = 30
SECONDS_TO_STOP = 30


class Deployment:
    """`database` is `postgresql` (with Redis, unless `with_redis` says no) or `sqlite`."""

    def __init__(self, database: str, *, settings: Mapping[str, str] | None = None, with_redis: bool | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="interlinear-"))
        self.database = database
        self.database_name = f"interlinear_{secrets.token_hex(6)}"
        self.redis_url = f"{REDIS}/{_redis_database()}" if (with_redis if with_redis is not None else database == "postgresql") else ""
        self.web_port = _free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **os.environ,
            "DATA_DIR": str(self.folder),
            "PORT": str(self.web_port),
            "DATABASE_URL": self._database_url(),
            "REDIS_URL": self.redis_url,
            "QUEUE_BROKER": "",
            "WEBHOOK_ALLOW_HTTP": "1",
            "WEBHOOK_ALLOW_LOOPBACK": "1",
            **(settings or {}),
        }
        self.demo: dict[str, Any] = {}
        self.session = requests.Session()

    def _database_url(self) -> str:
        return f"{POSTGRESQL}/{self.database_name}" if self.database == "postgresql" else f"sqlite:///{self.folder}/interlinear.sqlite3"

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def stream_url(self) -> str:
        return f"ws://127.0.0.1:{self.web_port}"

    def __enter__(self) -> Self:
        try:
            if self.database == "postgresql":
                with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE {self.database_name}")
            if self.redis_url:
                redis.Redis.from_url(self.redis_url).flushdb()
            self.manage("migrate", "--verbosity", "0")
            self.demo = json.loads(self.manage("demo", "--json"))
            self.session.headers["X-API-Key"] = self.demo["apiKey"]
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        for name in list(self.processes):
            self.stop(name)
        self.session.close()
        if self.database == "postgresql":
            with psycopg.connect(f"{POSTGRESQL}/postgres", autocommit=True) as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {self.database_name} WITH (FORCE)")
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- processes

    def manage(self, *arguments: str) -> str:
        """Runs a management command and returns what it printed. Raises CalledProcessError with the log shown."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, check=True, text=True).stdout

    def start_web(self, name: str = "web", *, port: int | None = None) -> int:
        """Starts daphne and waits until it answers; returns its port. Another beside the first gets a name of its own, and a free port: `port=0`."""
        port = self.web_port if port is None else port or _free_port()
        self._start(name, "-m", "daphne", *WEB_OPTIONS, "-b", "127.0.0.1", "-p", str(port), "config.asgi:application")
        self._wait_until(lambda: _is_answering(port), "the web process does not answer")
        return port

    def start_worker(self, name: str = "worker") -> None:
        self._start(name, "manage.py", "worker")

    def _start(self, name: str, *arguments: str) -> None:
        with self.log_path(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def log_path(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def stop(self, name: str) -> None:
        """SIGTERM, and SIGKILL to all that it started where that does not help."""
        process = self.processes.pop(name)
        children = descendants(process.pid)
        process.terminate()
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pid in children:
            _kill(pid)

    def kill(self, name: str) -> None:
        """SIGKILL to the process and everything below it, at once."""
        process = self.processes.pop(name)
        for pid in [process.pid, *descendants(process.pid)]:
            _kill(pid)
        process.wait()

    def queue_workers(self, name: str = "worker") -> list[int]:
        """The pids of the processes that run drains: those of the cluster that have no children, without its monitor and pusher."""
        live = descendants(self.processes[name].pid)
        return [pid for pid in live if not descendants(pid) and b"cluster" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    # ---- the API, as a client sees it

    def submit(self, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = self.session.post(f"{self.base_url}/jobs/localization", json=body, timeout=60)
        assert answer.status_code == 202, answer.text
        group: dict[str, Any] = answer.json()
        return group

    def get(self, path: str) -> dict[str, Any]:
        answer = self.session.get(f"{self.base_url}{path}", timeout=60)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def wait_for_group(self, group_id: str, *, seconds: float = 60, interval: float = 0.1) -> dict[str, Any]:
        """The group once it is finished."""
        found: dict[str, Any] = {}

        def finished() -> bool:
            found.update(self.get(f"/jobs/localization/groups/{group_id}"))
            return found["status"] in {"completed", "partial", "failed"}

        self._wait_until(finished, f"group {group_id} is not finished", seconds=seconds, interval=interval)
        return found

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Reads the database directly."""
        if self.database == "postgresql":
            with psycopg.connect(self._database_url()) as connection:
                return connection.execute(statement).fetchall()
        connection = sqlite3.connect(self.folder / "interlinear.sqlite3", timeout=20)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def _wait_until(self, condition: Any, message: str, *, seconds: float = SECONDS_TO_START, interval: float = 0.1) -> None:
        until = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > until:
                logs = "\n".join(self.log_path(name).read_text(errors="replace")[-3000:] for name in self.processes)
                raise TimeoutError(f"{message} after {seconds} s\n{logs}")
            time.sleep(interval)


def descendants(pid: int) -> list[int]:
    """All processes below `pid`."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found: list[int] = []
    pending = [pid]
    while pending:
        children = parents.get(pending.pop(), [])
        found += children
        pending += children
    return found


def proportional_memory(pids: list[int]) -> float:
    """MB of PSS: pages shared by n processes count 1/n in each."""
    total = 0
    for pid in pids:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of the processes so far."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += (int(fields[11]) + int(fields[12])) / ticks
    return total


def _is_answering(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _redis_database() -> int:
    """1 to 14; tests that run beside each other have databases of their own, since a deployment empties its."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return 1 + worker % 2 * 7 + secrets.randbelow(7)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
