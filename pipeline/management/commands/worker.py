"""`manage.py worker`: works on jobs and deliveries until SIGTERM or Ctrl+C."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from pipeline.worker import Worker


class Command(BaseCommand):
    # Checks load every URL and view, which would stay in memory; `manage.py check` is where they are asked for.
    requires_system_checks = ()
    help = "Works on jobs and deliveries: runs and watches the queue's processes, and sweeps up what was left lying."

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        worker.run()
