"""What the e-mail about new reviews says: who is greeted, how many translations wait, of which engine, in which locales, until when, and where."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage

from localization.models import JobGroup
from organizations.models import Organization
from reviews.models import Digest, Notification, ReviewItem

LOCALES_NAMED = 20

_BODY = """\
Hello {name},

{count} by the engine “{engine}” {waits} for review in {organization}: {locales}.

The first goes on as the AI left it on {first_ships}, unless somebody has reviewed it by then.

{link}

You get this mail because you may review translations of this engine. There is one mail for each group of translations.
To mute the engine, choose your locales or switch these mails off, go to {profile}
"""


@dataclass(frozen=True, slots=True)
class News:
    """What waits of a group when its digest is sent."""

    organization: Organization
    engine_name: str
    items: int
    locales: tuple[str, ...]
    first_ships_at: datetime


def news_of(digest: Digest) -> News | None:
    """None where nothing of the group waits any more."""
    waiting = list(ReviewItem.objects.filter(group_id=digest.group_id, ended_at=None).order_by("due_at").values_list("target_locale", "due_at"))
    group = JobGroup.objects.select_related("organization").only("engine_name", "organization").filter(pk=digest.group_id).first()
    if not waiting or group is None:
        return None
    return News(
        organization=group.organization,
        engine_name=group.engine_name,
        items=len(waiting),
        locales=tuple(sorted({locale for locale, _ in waiting})),
        first_ships_at=waiting[0][1],
    )


def compose(news: News, notification: Notification) -> EmailMessage:
    """Plain text. The Message-ID is the notification's, so that a mail that was sent twice is recognized as one."""
    organization = " ".join(news.organization.name.split())  # a line break would end the header
    count = "1 translation" if news.items == 1 else f"{news.items} translations"
    body = _BODY.format(
        name=notification.user,
        count=count,
        waits="waits" if news.items == 1 else "wait",
        engine=news.engine_name,
        organization=organization,
        locales=_enumerate(news.locales),
        first_ships=_local(news.first_ships_at, news.organization.timezone),
        link=f"{settings.PUBLIC_URL}/orgs/{notification.organization_id}/human-reviewer",
        profile=f"{settings.PUBLIC_URL}/profile",
    )
    host = urlsplit(settings.PUBLIC_URL).hostname
    headers = {"Message-ID": f"<review-{notification.pk}-{notification.group_id}@{host}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(subject=f"{organization}: {count} to review", body=body, to=[notification.user.email], headers=headers)


def _enumerate(locales: tuple[str, ...]) -> str:
    more = f" and {len(locales) - LOCALES_NAMED} more" if len(locales) > LOCALES_NAMED else ""
    return ", ".join(locales[:LOCALES_NAMED]) + more


def _local(moment: datetime, timezone: str) -> str:
    """In the organization's zone, named."""
    return moment.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M %Z")
