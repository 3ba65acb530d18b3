"""A table in the terminal that is drawn again in place; where the output is no terminal, a line for each job that ends."""

import sys
from datetime import datetime
from typing import Any

BAR = 20
MARKS = {"queued": "○", "processing": "●", "completed": "✔", "completed_with_warnings": "▲", "failed": "✘"}
FINAL = ("completed", "completed_with_warnings", "failed")


class LiveTable:
    """Shows jobs, as the API answers them, in the order they are given."""

    def __init__(self) -> None:
        self._drawn = 0
        self._told: set[str] = set()

    def show(self, jobs: list[dict[str, Any]]) -> None:
        if not sys.stdout.isatty():
            for job in jobs:
                if job["status"] in FINAL and job["id"] not in self._told:
                    self._told.add(job["id"])
                    print(_line(job), flush=True)
            return
        if self._drawn:
            sys.stdout.write(f"\x1b[{self._drawn}F")
        lines = [f"{'locale':<8} {'stage':<14} {'progress':<{BAR + 2}} {'time':>7}", *(_line(job) for job in jobs)]
        sys.stdout.write("".join(f"\x1b[2K{line}\n" for line in lines))
        sys.stdout.flush()
        self._drawn = len(lines)


def _line(job: dict[str, Any]) -> str:
    steps = job["steps"]
    ended = sum(step["completedAt"] is not None for step in steps)
    share = 1.0 if job["status"] in FINAL else (ended + 0.5 * (job["status"] == "processing")) / max(1, len(steps))
    stage = job["status"] if job["status"] in FINAL or not steps else steps[-1]["stepId"]
    bar = "█" * round(share * BAR)
    seconds = f"{_seconds(job):6.1f}s" if job["startedAt"] else "       "
    return f"{job['targetLocale']:<8} {MARKS[job['status']]} {stage:<12} {bar:░<{BAR}}   {seconds}{'  ' + job['error'] if job['error'] else ''}"


def _seconds(job: dict[str, Any]) -> float:
    """From the submission to the end, or until now."""
    end = datetime.fromisoformat(job["completedAt"]) if job["completedAt"] else datetime.now().astimezone()
    return max(0.0, (end - datetime.fromisoformat(job["createdAt"])).total_seconds())
