"""The rows of live drains, and whether there is anything for one to do."""

from datetime import datetime, timedelta

from django.db.models import Min

from foundation.lease import SUSPECT_CRASHES, WorkStatus
from localization.models import Drain, Step
from webhooks.models import Delivery

FRESH = timedelta(seconds=5)  # since the last beat of a drain that counts as alive


def register(*, host: str, pid: int, slots: int, now: datetime) -> Drain:
    return Drain.objects.create(host=host, pid=pid, slots=slots, started_at=now, beat_at=now)


def register_again(drain: Drain, *, now: datetime) -> None:
    Drain.objects.bulk_create([drain])
    Drain.objects.filter(pk=drain.pk).update(beat_at=now)


def unregister(drain: Drain) -> None:
    Drain.objects.filter(pk=drain.pk).delete()


def forget_dead(*, now: datetime) -> int:
    """Deletes the rows of drains that stopped beating a while ago."""
    return Drain.objects.filter(beat_at__lt=now - 12 * FRESH).delete()[0]


def has_spare_slots(*, now: datetime) -> bool:
    """Whether a live drain has slots free: then it finds new work by itself."""
    return any(drain.used < drain.slots for drain in Drain.objects.filter(beat_at__gt=now - FRESH))


def count_live(*, now: datetime) -> int:
    """How many drains report."""
    return Drain.objects.filter(beat_at__gt=now - FRESH).count()


def last_beat() -> datetime | None:
    """When a drain last reported; None where none is known."""
    return Drain.objects.order_by("-beat_at").values_list("beat_at", flat=True).first()


def is_step_due(*, now: datetime, suspects: bool = False) -> bool:
    due = Step.objects.filter(status=WorkStatus.READY, run_after__lte=now)
    due = due.filter(crashes__gte=SUSPECT_CRASHES) if suspects else due.filter(crashes__lt=SUSPECT_CRASHES)
    return due.exists()


def is_work_due(*, now: datetime) -> bool:
    """Whether a drain would find a step or a delivery to claim."""
    return is_step_due(now=now) or Delivery.objects.filter(status=WorkStatus.READY, run_after__lte=now).exists()


def oldest_due(*, now: datetime) -> datetime | None:
    """Since when the oldest ready step or delivery could have been running; None where nothing is due. Suspects run elsewhere and do not count."""
    steps = Step.objects.filter(status=WorkStatus.READY, run_after__lte=now, crashes__lt=SUSPECT_CRASHES)
    deliveries = Delivery.objects.filter(status=WorkStatus.READY, run_after__lte=now)
    moments = [rows.aggregate(at=Min("run_after"))["at"] for rows in (steps, deliveries)]
    return min((moment for moment in moments if moment), default=None)
