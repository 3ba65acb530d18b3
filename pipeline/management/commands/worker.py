"""`manage.py worker`: works on jobs and deliveries until SIGTERM or Ctrl+C."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from pipeline.worker import Worker


class Command(BaseCommand):
    help = "Works on jobs and deliveries: runs and watches the queue's processes, and sweeps up what was left lying."

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        worker.run()
