"""Whether there is work for a drain, of every kind of work row that one claims: steps, deliveries, external orders."""

from datetime import datetime

from django.db.models import Min

from foundation.lease import SUSPECT_CRASHES, Lease, WorkStatus
from localization.models import Step
from reviews.models import ExternalOrder
from webhooks.models import Delivery

WORK: tuple[type[Lease], ...] = (Step, Delivery, ExternalOrder)


def is_step_due(*, now: datetime, suspects: bool = False) -> bool:
    due = Step.objects.filter(status=WorkStatus.READY, run_after__lte=now)
    due = due.filter(crashes__gte=SUSPECT_CRASHES) if suspects else due.filter(crashes__lt=SUSPECT_CRASHES)
    return due.exists()


def is_work_due(*, now: datetime) -> bool:
    """Whether a drain would find something to claim."""
    others = (model for model in WORK if model is not Step)
    return is_step_due(now=now) or any(model._default_manager.filter(status=WorkStatus.READY, run_after__lte=now).exists() for model in others)


def oldest_due(*, now: datetime) -> datetime | None:
    """Since when the oldest ready row could have been running; None where nothing is due. Suspect steps run elsewhere and do not
    count."""
    moments = []
    for model in WORK:
        due = model._default_manager.filter(status=WorkStatus.READY, run_after__lte=now)
        due = due.filter(crashes__lt=SUSPECT_CRASHES) if model is Step else due
        moments.append(due.aggregate(at=Min("run_after"))["at"])
    return min((moment for moment in moments if moment), default=None)
