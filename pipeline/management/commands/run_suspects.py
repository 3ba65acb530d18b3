"""`manage.py run_suspects`: runs, one at a time, the steps whose process died three times. Started by `manage.py worker`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from pipeline.drain import Drain
from pipeline.stopping import stop_requested


class Command(BaseCommand):
    help = "Runs, one at a time, the steps that were running when their process died three times."

    def handle(self, *args: Any, **options: Any) -> None:
        Drain(stop=stop_requested, slots=1, delivery_slots=1, suspects=True).run(budget=settings.DRAIN_BUDGET)
