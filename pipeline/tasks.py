"""What django-q2 calls. Its messages are wake-ups without content: the rows say what there is to do."""

from django.conf import settings
from django.db import close_old_connections

from foundation.clock import database_now
from foundation.dispatch import wake
from localization.drains import has_spare_slots
from pipeline.drain import Drain
from pipeline.stopping import stop_requested


def drain() -> None:
    """Works until nothing is due; returns at once where another drain has slots to spare. Wakes a successor where work remains."""
    close_old_connections()
    if has_spare_slots(now=database_now()):
        return
    one = Drain(stop=stop_requested, slots=settings.DRAIN_SLOTS, delivery_slots=settings.DELIVERY_SLOTS)
    if one.run(budget=settings.DRAIN_BUDGET) and not stop_requested():
        wake()
