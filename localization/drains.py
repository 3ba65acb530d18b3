"""The rows of live drains."""

from datetime import datetime, timedelta

from localization.models import Drain

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
