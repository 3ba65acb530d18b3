"""The sandbox's callbacks, as well-behaved or as bad as one asks for. Sent by a thread of its own, to this machine only.

normal     one for each change, at once           late       the same, some time after
doubled    each twice                             reordered  each change's after the next one's
broken     a body that cannot be read             none       nothing is told
"""

import json
import queue
import threading
import urllib.request
from collections import Counter
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit

from reviews.sandbox.book import Job

CALLED_BACK = ("available", "pending", "reviewable", "approved")  # the statuses that are told
MODES = ("normal", "late", "doubled", "reordered", "broken", "none")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
TRIES = 3
GARBAGE = b"job=%7B%22job_id%22%3A%5B%5B%00%FF&&&=\xff\xfe"
SECONDS = 5.0  # for one call


class Caller:
    """`sent` counts the answers by status, 0 for none. `late_seconds` is how late `late` is."""

    def __init__(self, mode: str = "normal", late_seconds: float = 1.0) -> None:
        self.mode = mode
        self.late_seconds = late_seconds
        self.sent: Counter[int] = Counter()
        self._waiting: queue.SimpleQueue[tuple[str, bytes, float] | None] = queue.SimpleQueue()
        self._kept: list[tuple[str, bytes]] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-callbacks", daemon=True)
        self._thread.start()

    def tell(self, job: Job) -> None:
        url = str(job.fields.get("callback_url") or "")
        if self.mode == "none" or job.status not in CALLED_BACK or urlsplit(url).hostname not in LOOPBACK:
            return
        body = GARBAGE if self.mode == "broken" else urlencode({"job": json.dumps(job.as_json())}).encode()
        if self.mode == "reordered":
            self._swap(url, body)
            return
        for _ in range(2 if self.mode == "doubled" else 1):
            self._waiting.put((url, body, self.late_seconds if self.mode == "late" else 0))

    def _swap(self, url: str, body: bytes) -> None:
        """Two by two, the later first. A last one alone is never sent."""
        self._kept.append((url, body))
        if len(self._kept) == 2:
            for kept in reversed(self._kept):
                self._waiting.put((*kept, 0))
            self._kept.clear()

    def close(self) -> None:
        self._stop.set()
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (call := self._waiting.get()) is not None and not self._stop.is_set():
            url, body, delay = call
            for _ in range(TRIES):
                if self._stop.wait(delay) or self._post(url, body) == 200:
                    break
                delay = max(delay, 0.2)

    def _post(self, url: str, body: bytes) -> int:
        request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
        try:
            with _OPENER.open(request, timeout=SECONDS) as answer:
                status: int = answer.status
        except HTTPError as exc:
            status = exc.code
            exc.close()
        except OSError:
            status = 0
        self.sent[status] += 1
        return status


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **options: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
