"""A translator that works by itself: some seconds after a job is available, or was sent back, it hands in the draft, as it is or marked."""

import heapq
import threading
import time

from reviews.external_texts import DRAFT_HEADING
from reviews.sandbox.book import Book, Job, ProtocolError

MODES = ("draft", "marked")
MARK = " ✓"


class Automatic:
    """`mode` is one of MODES, or empty: nobody works. May be changed at any time."""

    def __init__(self, book: Book, mode: str = "", seconds: float = 0) -> None:
        self.mode = mode
        self.seconds = seconds
        self._book = book
        self._due: list[tuple[float, str]] = []
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="sandbox-translator", daemon=True)
        self._thread.start()

    def see(self, job: Job) -> None:
        if self.mode and job.status in ("available", "revising"):
            with self._changed:
                heapq.heappush(self._due, (time.monotonic() + self.seconds, job.id))
                self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        while (job_id := self._next()) is not None:
            try:
                [job] = self._book.read_jobs([job_id])
                self._book.submit(job_id, draft_of(job) + (MARK if self.mode == "marked" else ""))
            except ProtocolError:
                continue  # somebody else was first

    def _next(self) -> str | None:
        with self._changed:
            while not self._is_closed:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[1]
                self._changed.wait(wait)
        return None


def draft_of(job: Job) -> str:
    """The draft at the end of the job's comment, or the source where there is none."""
    _, heading, draft = str(job.fields.get("comment", "")).partition(f"{DRAFT_HEADING}\n")
    return draft if heading else str(job.fields["body_src"])
