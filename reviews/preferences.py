"""How a person reviews and hears of reviews, in all their organizations: locales, mails, shortcuts, engines that are muted; and whom a digest tells.

The profile page reads and writes here. Without a row the defaults hold: all locales, mails on, all shortcuts.
"""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, QuerySet

from engines.models import Engine
from foundation.fields import LocaleField, StrictList, StrictSerializer
from organizations.models import Organization, User
from reviews.models import MutedEngine, ReviewerSettings
from reviews.queries import reviewers_of

MAX_LOCALES = 200


class _Locales(StrictSerializer):
    locales = StrictList(child=LocaleField(), max_items=MAX_LOCALES)


def read_settings(user: User) -> ReviewerSettings:
    """The person's settings, or the defaults as a row that is not saved."""
    return ReviewerSettings.objects.filter(user=user).first() or ReviewerSettings(user=user)


def change_settings(*, user: User, locales: Sequence[str], wants_mails: bool, uses_single_keys: bool) -> None:
    """All at once. Locales in any spelling; one that repeats another counts once.

    Raises rest_framework's ValidationError with the path `locales` for a tag that names no locale.
    """
    given = _Locales(data={"locales": list(locales)})
    given.is_valid(raise_exception=True)
    members = {
        "locales": list(dict.fromkeys(given.validated_data["locales"])),
        "wants_mails": wants_mails,
        "uses_single_keys": uses_single_keys,
    }
    ReviewerSettings.objects.update_or_create(user=user, defaults=members)


def mute_engine(*, user: User, engine: Engine) -> None:
    """No notification and no mail of its reviews from now on. Muting twice is muting once."""
    MutedEngine.objects.bulk_create([MutedEngine(user=user, engine=engine)], ignore_conflicts=True)


def unmute_engine(*, user: User, engine: Engine) -> None:
    MutedEngine.objects.filter(user=user, engine=engine).delete()


def muted_engines(user: User) -> QuerySet[Engine]:
    """Of all the person's organizations, by name."""
    return Engine.objects.filter(pk__in=MutedEngine.objects.filter(user=user).values("engine")).order_by("name", "id")


def people_to_tell(organization: Organization, engine_id: str, locales: Sequence[str]) -> list[User]:
    """Who may review the engine now and wants to hear of translations into these locales. One query, the settings of each with it."""
    muted = MutedEngine.objects.filter(user=OuterRef("pk"), engine=engine_id)
    people = reviewers_of(organization, engine_id).exclude(Exists(muted)).select_related("reviewer_settings")
    return [person for person in people if works_in_any(settings_of(person), locales)]


def works_in_any(settings: ReviewerSettings, locales: Sequence[str]) -> bool:
    return not settings.locales or not set(settings.locales).isdisjoint(locales)


def settings_of(user: User) -> ReviewerSettings:
    """Those that were read with the person, or the defaults; asks nothing where they were."""
    found: ReviewerSettings | None = getattr(user, "reviewer_settings", None)
    return found or ReviewerSettings(user=user)
