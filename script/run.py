"""What `script/run` does once the requirements are installed: migrate, demo data, web and worker, one lesson in fourteen locales, then serve.

With `--review-sandbox` a provider of human review runs beside it, and the demo organization has an account there.

With `--once` it ends there: 0 when every locale was translated, 1 otherwise. Ctrl+C or SIGTERM ends all its processes cleanly.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

import requests

from script.live_table import LiveTable
from script.processes import Processes, is_port_free

ROOT = Path(__file__).resolve().parent.parent
LESSON = ROOT / "examples" / "lesson.json"
SHOWN_LOCALE = "es"
SECONDS_TO_START = 60
SECONDS_TO_FINISH = 300
# Streams may stay open for longer than a day.
WEB_OPTIONS = ("--websocket_timeout", "-1", "--access-log", os.devnull)
DEVELOPMENT = {"WEBHOOK_ALLOW_HTTP": "1", "WEBHOOK_ALLOW_LOOPBACK": "1", "PSEUDO_DELAY_MS": "400"}
SANDBOX_PORT = 8030
SANDBOX_ACCOUNT = {"publicKey": "sandbox-public", "privateKey": "sandbox-private"}


class Stopped(Exception):
    """Somebody asked to stop."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/run", description="Runs the product and translates one lesson into fourteen locales.")
    parser.add_argument("--once", action="store_true", help="end when all locales are done")
    parser.add_argument("--review-sandbox", action="store_true", help="run a review provider to try external reviews with")
    options = parser.parse_args()
    if options.review_sandbox:
        os.environ["REVIEW_ALLOW_LOOPBACK"] = "1"
    port = int(os.environ.setdefault("PORT", "8000"))
    for name, value in DEVELOPMENT.items():
        os.environ.setdefault(name, value)
    if not is_port_free(port):
        print(f"Port {port} is in use. Choose another: PORT=8001 script/run", file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    processes = Processes()
    try:
        return _run(processes, port, once=options.once, has_sandbox=options.review_sandbox)
    except Stopped:
        print("\nStopping.")
        return 1 if options.once else 0
    except subprocess.CalledProcessError as exc:
        print(f"`{' '.join(map(str, exc.cmd[1:]))}` failed.", file=sys.stderr)
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        processes.stop()


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def _run(processes: Processes, port: int, *, once: bool, has_sandbox: bool) -> int:
    base_url = f"http://127.0.0.1:{port}"
    _manage("migrate", "--verbosity", "0")
    demo = _demo()
    processes.start("web", "-m", "daphne", *WEB_OPTIONS, "-b", "127.0.0.1", "-p", str(port), "config.asgi:application")
    processes.start("worker", "manage.py", "worker")
    _wait_for_web(processes, base_url)
    client = requests.Session()
    client.headers["X-API-Key"] = demo["apiKey"]
    if has_sandbox:
        _start_sandbox(processes, client, base_url)
    is_done = _translate_lesson(processes, client, base_url)
    if once:
        return 0 if is_done else 1
    _print_addresses(base_url, demo)
    while (name := processes.find_dead()) is None:
        processes.wait(1)
    print(f"The {name} process ended; its log: {processes.log_path(name)}", file=sys.stderr)
    return 1


def _manage(*arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout


def _demo() -> dict[str, Any]:
    """The demo data, with a key that is known: an earlier run's, or a new one where that does not work any more."""
    demo: dict[str, Any] = json.loads(_manage("demo", "--json"))
    kept = Path(os.environ.get("DATA_DIR", ROOT / "var")) / "demo-key"
    if demo["apiKey"] is None and kept.exists():
        demo["apiKey"] = kept.read_text().strip()
    if demo["apiKey"] is None:
        demo = json.loads(_manage("demo", "--json", "--new-key"))
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.touch(mode=0o600)
    kept.write_text(demo["apiKey"])
    return demo


def _wait_for_web(processes: Processes, base_url: str) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        name = processes.find_dead()
        if name is not None:
            sys.exit(f"The {name} process ended:\n{processes.log_path(name).read_text()[-2000:]}")
        try:
            requests.get(f"{base_url}/health", timeout=5)
            return
        except requests.ConnectionError:
            processes.wait(0.1)
    sys.exit(f"{base_url} does not answer after {SECONDS_TO_START} s.")


def _start_sandbox(processes: Processes, client: requests.Session, base_url: str) -> None:
    """The provider, and the demo organization's account there."""
    keys = ("--public-key", SANDBOX_ACCOUNT["publicKey"], "--private-key", SANDBOX_ACCOUNT["privateKey"])
    processes.start("sandbox", "manage.py", "review_sandbox", "--port", str(SANDBOX_PORT), *keys)
    account = {**SANDBOX_ACCOUNT, "baseUrl": f"http://127.0.0.1:{SANDBOX_PORT}/v2/"}
    answer = client.put(f"{base_url}/review-credentials/gengo", json=account, timeout=30)
    if not answer.ok:
        sys.exit(f"The sandbox's account was refused: {answer.text}")
    print(f'\nReview sandbox  http://127.0.0.1:{SANDBOX_PORT}/ for groups with humanEdit {{"enabled": true, "mode": "external"}}')


def _translate_lesson(processes: Processes, client: requests.Session, base_url: str) -> bool:
    """Submits the lesson, shows its progress, prints one translation; returns whether every locale was translated."""
    answer = client.post(f"{base_url}/jobs/localization", data=LESSON.read_bytes(), headers={"Content-Type": "application/json"}, timeout=30)
    if answer.status_code != 202:
        print(f"The lesson was refused: {answer.text}", file=sys.stderr)
        return False
    group = answer.json()
    print(
        f"\nPOST /jobs/localization → 202 in {answer.elapsed.total_seconds() * 1000:.0f} ms: {len(group['jobs'])} jobs in group {group['groupId']}\n"
    )
    table = LiveTable()
    jobs: dict[str, dict[str, Any]] = {}
    until = time.monotonic() + SECONDS_TO_FINISH
    while time.monotonic() < until:
        for job in group["jobs"]:
            if jobs.get(job["id"], {}).get("completedAt") is None:
                jobs[job["id"]] = client.get(f"{base_url}/jobs/localization/{job['id']}", timeout=30).json()
        table.show(list(jobs.values()))
        if all(job["completedAt"] for job in jobs.values()):
            break
        processes.wait(0.2)
    shown = next((job for job in jobs.values() if job["targetLocale"] == SHOWN_LOCALE), None)
    if shown and shown["outputData"]:
        print(f"\nThe lesson in {SHOWN_LOCALE}, by {shown['steps'][0]['usage']['model']}:\n")
        print(json.dumps(shown["outputData"], indent=2, ensure_ascii=False))
    return all(job["status"].startswith("completed") for job in jobs.values())


def _print_addresses(base_url: str, demo: dict[str, Any]) -> None:
    people = "\n".join(f"  {user['role']:<12} {user['email']}  password {user['password']}" for user in demo["users"])
    print(
        f"\nDashboard   {base_url}/\nAPI docs    {base_url}/docs\nAPI key     {demo['apiKey']}\n\nLog in as\n{people}\n\n"
        f"Try         curl -H 'X-API-Key: {demo['apiKey']}' {base_url}/jobs/localization\n\nServing until Ctrl+C.",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
