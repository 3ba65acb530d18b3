"""Keeps what a drain holds: renews its leases and reports that it lives, on a thread of its own with a connection of its own."""

import threading
from collections.abc import Callable, Collection
from typing import Any

import structlog
from django.conf import settings
from django.db import Error, connection

from engines.limits import set_live_processes
from foundation.clock import database_now
from foundation.lease import Lease, renew
from localization import drains
from localization.models import Drain

log = structlog.get_logger(__name__)

BEAT_SECONDS = 1.0  # of the drain's row; leases are renewed three times in their length


class Heartbeat:
    """`held` gives the (primary key, fence) pairs a drain holds of each model; `lost` is told which of them are not held any more."""

    def __init__(
        self,
        drain: Drain,
        held: Callable[[], dict[type[Lease], Collection[tuple[Any, int]]]],
        lost: Callable[[type[Lease], set[tuple[Any, int]]], None],
    ) -> None:
        self.drain = drain
        self.used = 0
        self._held = held
        self._lost = lost
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        renewal = settings.LEASE.total_seconds() / 3
        interval = min(BEAT_SECONDS, renewal)
        since_renewal = 0.0
        while not self._stop.wait(interval):
            since_renewal += interval
            try:
                self._beat()
                if since_renewal >= renewal:
                    since_renewal = 0.0
                    self._renew()
            except Error as exc:
                log.warning("heartbeat_missed", error=type(exc).__name__)
            finally:
                connection.close()

    def _beat(self) -> None:
        now = database_now()
        Drain.objects.filter(pk=self.drain.pk).update(used=self.used, beat_at=now)
        set_live_processes(drains.count_live(now=now))

    def _renew(self) -> None:
        for model, claims in self._held().items():
            if claims:
                kept = renew(model, list(claims), now=database_now(), lease=settings.LEASE)
                gone = {claim for claim in claims if claim[0] not in kept}
                if gone:
                    self._lost(model, gone)
