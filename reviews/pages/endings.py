"""How reviews ended, for the history, its file and the page of one review: the outcome in words, who brought it about, how long it took."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ObjectDoesNotExist

from localization.models import Step
from reviews.models import Decision, ReviewItem


@dataclass(frozen=True, slots=True)
class Ending:
    """`who` decided or shipped, empty where nobody did; `took` is from the claim to the decision; `reason` is why a manager shipped it."""

    item: ReviewItem
    decision: Decision | None
    outcome: str
    who: str
    reason: str = ""

    @property
    def person_id(self) -> str:
        """Of who decided; empty where nobody did, or their account is gone."""
        return (self.decision and self.decision.reviewer_id) or ""

    @property
    def took(self) -> timedelta | None:
        return self.decision.decided_at - self.decision.claimed_at if self.decision else None

    @property
    def changed(self) -> int | None:
        """Texts; None where nobody decided."""
        return self.decision.changed if self.decision else None


def describe_endings(items: Sequence[ReviewItem]) -> list[Ending]:
    """Of ended items with their decisions (`select_related("decision")`). One query where some were shipped."""
    details = _details(items)
    return [_describe(item, decision_of(item), details) for item in items]


def describe_ending(item: ReviewItem, decision: Decision | None) -> Ending:
    """Of one ended item, whose decision is read already."""
    return _describe(item, decision, _details([item]))


def _details(items: Sequence[ReviewItem]) -> Mapping[int, str]:
    """What the steps of those that were shipped say of it."""
    shipped = [item.step_id for item in items if item.state == ReviewItem.State.SHIPPED]
    return dict(Step.objects.filter(pk__in=shipped).values_list("id", "detail")) if shipped else {}


def _describe(item: ReviewItem, decision: Decision | None, details: Mapping[int, str]) -> Ending:
    if decision:
        return Ending(item, decision, _decided(decision), decision.reviewer_label)
    if item.state == ReviewItem.State.SHIPPED:
        said = json.loads(details.get(item.step_id, "{}"))
        return Ending(item, None, "Shipped", str(said.get("shippedBy", "")), str(said.get("shippedBecause", "")))
    return Ending(item, None, item.state.replace("_", " ").capitalize(), "")


def decision_of(item: ReviewItem) -> Decision | None:
    try:
        return item.decision
    except ObjectDoesNotExist:
        return None


def _decided(decision: Decision) -> str:
    return f"{decision.changed:,} key{'' if decision.changed == 1 else 's'} edited" if decision.changed else "Approved as it was"
