"""Reads that the queue's API, pages and digests share."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from engines.grants import EngineGroupPermission, EngineUserPermission
from engines.models import Engine
from foundation.ids import is_id
from organizations.access import Actor
from organizations.models import Organization, OrganizationGroupPermission, OrganizationUserPermission, User
from organizations.permissions import ON_ENGINE, ON_ORGANIZATION, REVIEW_TRANSLATIONS
from reviews.managers import ReviewItemQuerySet
from reviews.models import Draft, Notification, ReviewItem

OPEN = "open"  # a filter's word: available or claimed
AVAILABLE, CLAIMED = ReviewItem.State.AVAILABLE, ReviewItem.State.CLAIMED


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of a page: `moment` is its deadline, or among ended items when it ended."""

    moment: datetime
    item_id: str

    @classmethod
    def of(cls, item: ReviewItem, *, state: str) -> "Place":
        return cls(item.ended_at if is_of_ended(state) and item.ended_at else item.due_at, item.pk)

    @classmethod
    def read(cls, text: str) -> "Place":
        """What `str` wrote. Raises ValueError for anything else."""
        moment, _, item_id = text.partition(" ")
        try:
            place = cls(datetime.fromisoformat(moment).astimezone(UTC), item_id)
        except OverflowError as exc:
            raise ValueError(text) from exc
        if not is_id(item_id, "rvw"):
            raise ValueError(text)
        return place

    def __str__(self) -> str:
        return f"{self.moment.isoformat()} {self.item_id}"


def in_state(state: str, now: datetime) -> Q:
    """A condition on items. A claim whose lease ran out counts as available before the sweep has seen it."""
    if state == OPEN:
        return Q(ended_at=None)
    if state == AVAILABLE:
        return Q(ended_at=None) & (Q(state=AVAILABLE) | Q(state=CLAIMED, lease_until__lte=now))
    if state == CLAIMED:
        return Q(ended_at=None, state=CLAIMED, lease_until__gt=now)
    return Q(ended_at__isnull=False, state=state)


def state_of(item: ReviewItem, now: datetime) -> str:
    """The state as people see it; `in_state` as a value."""
    return AVAILABLE if item.state == CLAIMED and item.lease_until is not None and item.lease_until <= now else item.state


def is_of_ended(state: str) -> bool:
    return state not in (OPEN, AVAILABLE, CLAIMED)


def queue(
    items: ReviewItemQuerySet, *, state: str = OPEN, locale: str | None = None, engine_id: str | None = None, now: datetime
) -> ReviewItemQuerySet:
    """What waits, the earliest deadline first; of ended states, what ended last first. Each item with its job's id and its engine's name."""
    items = items.filter(in_state(state, now))
    if locale:
        items = items.filter(target_locale=locale)
    if engine_id:
        items = items.filter(engine_id=engine_id)
    return with_names(items).order_by(*(("-ended_at", "-id") if is_of_ended(state) else ("due_at", "id")))


def after(items: ReviewItemQuerySet, place: Place, *, state: str) -> ReviewItemQuerySet:
    """The rows of `queue` that come after a place, along its index."""
    if is_of_ended(state):
        return items.filter(Q(ended_at__lt=place.moment) | Q(ended_at=place.moment, id__lt=place.item_id), ended_at__lte=place.moment)
    return items.filter(Q(due_at__gt=place.moment) | Q(due_at=place.moment, id__gt=place.item_id), due_at__gte=place.moment)


def with_names(items: ReviewItemQuerySet) -> ReviewItemQuerySet:
    """With the holder, and as columns: `job_id`, `engine_name`, `has_drafts`, `draft_author` (the id of who wrote the newest of them)."""
    drafts = Draft.objects.filter(item=OuterRef("pk"))
    return items.select_related("holder").annotate(
        job_id=F("step__job_id"),
        engine_name=F("step__job__group__engine_name"),
        has_drafts=Exists(drafts),
        draft_author=Subquery(drafts.order_by("-updated_at").values("author")[:1]),
    )


def reviewers_of(organization: Organization, engine_id: str) -> QuerySet[User]:
    """The people who may review an engine's translations now, by their role or directly: active members, no services."""
    everywhere = {"content_object": organization, "permission__codename": ON_ORGANIZATION[REVIEW_TRANSLATIONS]}
    on_engine = {"content_object__in": Engine.objects.filter(pk=engine_id), "permission__codename": ON_ENGINE[REVIEW_TRANSLATIONS]}
    may = (
        Exists(OrganizationGroupPermission.objects.filter(**everywhere, group__user=OuterRef("pk")))
        | Exists(OrganizationUserPermission.objects.filter(**everywhere, user=OuterRef("pk")))
        | Exists(EngineGroupPermission.objects.filter(**on_engine, group__user=OuterRef("pk")))
        | Exists(EngineUserPermission.objects.filter(**on_engine, user=OuterRef("pk")))
    )
    members = User.objects.filter(memberships__organization=organization, kind=User.Kind.PERSON, is_active=True)
    return members.filter(may).order_by("id")


def unread_count(actor: Actor) -> int:
    """How many notifications of the organization the person has not opened. One query, along an index of the unread."""
    return Notification.objects.filter(user=actor.user, organization=actor.organization, read_at=None).count()
