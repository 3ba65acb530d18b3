"""`manage.py cluster`: django-q2's cluster with what its processes need loaded before they are forked. Started by `manage.py worker`."""

import gc
import sys
from typing import Any

from django_q.management.commands.qcluster import Command as QueueCommand

from engines.providers.registry import import_configured
from pipeline import tasks as tasks


class Command(QueueCommand):  # type: ignore[misc]  # django-q2 is untyped
    # Checks load every URL and view, which would stay in memory; `manage.py check` is where they are asked for.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        import_configured()
        # What is loaded now stays out of later collections, which would touch, and so copy, every page the processes share.
        gc.collect()
        gc.freeze()
        # A hundred threads take turns: with Python's 5 ms, each of the dozen waits of a webhook call stands behind the others for that long.
        sys.setswitchinterval(0.001)
        super().handle(*args, **options)
