"""One notification and one mail for each group and person who may review it; a mail server that is away delays, and repeats nothing."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import ClassVar

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from pytest_django import Settings

from engines.models import Engine
from localization.models import JobGroup
from localization.transitions import cancel_group
from organizations.access import Actor
from organizations.models import Organization, User
from organizations.permissions import REVIEW_TRANSLATIONS, Grants
from reviews.deciding import approve_review
from reviews.digests import send_due
from reviews.models import Digest, Notification, ReviewItem
from reviews.timeouts import end_due
from tests.factories import NOW, make_engine, make_key, make_member, make_organization, make_person, make_role
from tests.reviews.work import HOUR, MINUTE, WAIT, claimed, fresh, make_review, make_reviews, reviewer_of, translator

pytestmark = pytest.mark.django_db

SENT = NOW + MINUTE


class Server(EmailBackend):
    """Django's backend for tests, which may be away, or refuse somebody."""

    is_away: ClassVar[bool] = False
    takes: ClassVar[int] = 1000  # mails before it goes away
    refuses: ClassVar[set[str]] = set()

    def open(self) -> bool:
        if Server.is_away:
            raise ConnectionRefusedError
        return True

    def send_messages(self, messages: list[EmailMessage]) -> int:  # type: ignore[override]
        if Server.takes <= 0:
            raise ConnectionResetError
        if Server.refuses & {address for message in messages for address in message.to}:
            raise SMTPRecipientsRefused({})
        Server.takes -= 1
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def server(settings: Settings, owner: User) -> type[Server]:
    """The owner may review too, and is told."""
    settings.EMAIL_BACKEND = "tests.reviews.test_send_digests.Server"
    settings.PUBLIC_URL = "https://words.example"
    Server.is_away, Server.takes, Server.refuses = False, 1000, set()
    return Server


def mailed() -> list[str]:
    return [address for message in mail.outbox for address in message.to]


def digest() -> Digest:
    return Digest.objects.get()


def test_reviewers_are_told_once_of_a_group_of_many_locales(organization: Organization, rita: Actor) -> None:
    items = make_reviews(organization, "de", "fr", "it")

    assert send_due(now=SENT - timedelta(microseconds=1)) == 0
    assert [send_due(now=SENT), send_due(now=SENT + HOUR)] == [1, 0]

    assert sorted(mailed()) == ["owner@example.com", "reviewer@example.com"]
    notification = Notification.objects.get(user=rita.user)
    assert (notification.items, notification.locales, notification.group_id, notification.engine_id) == (
        3,
        ["de", "fr", "it"],
        items[0].group_id,
        items[0].engine_id,
    )
    assert (notification.created_at >= SENT, notification.emailed_at is not None, notification.read_at) == (True, True, None)
    assert digest().status == "completed"


def test_mail_says_who_what_until_when_and_where_and_nothing_of_the_texts(organization: Organization, rita: Actor) -> None:
    make_reviews(organization, "fr", "de")

    send_due(now=SENT)

    [message] = [message for message in mail.outbox if message.to == ["reviewer@example.com"]]
    assert message.subject == "Acme: 2 translations to review"
    assert message.body == (
        "Hello Rita Reviewer,\n\n"
        "2 translations by the engine “Translator” wait for review in Acme: de, fr.\n\n"
        "The first goes on as the AI left it on 2026-03-03 12:00 UTC, unless somebody has reviewed it by then.\n\n"
        f"https://words.example/orgs/{organization.pk}/human-reviewer\n\n"
        "You get this mail because you may review translations of this engine. There is one mail for each group of translations.\n"
        "To mute the engine, choose your locales or switch these mails off, go to https://words.example/profile\n"
    )


def test_time_is_in_the_organizations_zone(organization: Organization) -> None:
    Organization.objects.filter(pk=organization.pk).update(timezone="Asia/Tokyo", name="Two\nlines")
    make_review(organization)

    send_due(now=SENT)

    assert "2026-03-03 21:00 JST" in mail.outbox[0].body
    assert mail.outbox[0].subject == "Two lines: 1 translation to review"


def test_only_active_people_who_may_review_that_engine_are_told(organization: Organization, rita: Actor, stranger: User) -> None:
    engine, other = translator(organization), make_engine(organization, name="Other")
    of_engine = reviewer_of(organization, engine)
    of_other = reviewer_of(organization, other)
    gone = reviewer_of(organization)
    User.objects.filter(pk=gone.user.pk).update(is_active=False)
    make_member(organization)  # Full Access, which reviews nothing
    role = make_role(organization, name="Service", grants=Grants(everywhere=frozenset({REVIEW_TRANSLATIONS})))
    make_key(organization, role=role)
    elsewhere = make_organization(name="Third", owner=make_person())
    reviewer_of(elsewhere)
    make_review(organization)

    send_due(now=SENT)

    assert sorted(mailed()) == sorted(["owner@example.com", rita.user.email, of_engine.user.email])
    assert Notification.objects.count() == 3
    assert of_other.user.email not in mailed()


def test_digest_whose_items_have_all_ended_sends_nothing(organization: Organization, rita: Actor) -> None:
    decided, cancelled, timed_out = (make_review(organization, wait=wait) for wait in (WAIT, WAIT, MINUTE / 2))
    claimed(rita, decided)
    approve_review(actor=rita, item=fresh(decided), fence=1, now=NOW)
    cancel_group(JobGroup.objects.get(pk=cancelled.group_id), now=NOW)
    ReviewItem.objects.filter(pk=cancelled.pk).update(state="cancelled", ended_at=NOW)
    end_due(now=SENT)
    assert fresh(timed_out).state == "timed_out"

    assert send_due(now=SENT) == 3

    assert mailed() == []
    assert Notification.objects.count() == 0
    assert set(Digest.objects.values_list("status", flat=True)) == {"skipped"}


def test_mail_server_that_is_away_delays_and_loses_no_notification(organization: Organization, rita: Actor, server: type[Server]) -> None:
    make_review(organization)
    server.is_away = True

    send_due(now=SENT)
    assert (Notification.objects.count(), digest().status) == (2, "ready")
    assert timedelta(0) <= digest().run_after - SENT - MINUTE < timedelta(seconds=20)
    assert send_due(now=SENT + MINUTE / 2) == 0
    server.is_away = False
    assert send_due(now=SENT + 2 * MINUTE) == 1

    assert sorted(mailed()) == ["owner@example.com", "reviewer@example.com"]
    assert (Notification.objects.count(), digest().status) == (2, "completed")


def test_server_that_goes_away_in_the_middle_mails_nobody_twice(organization: Organization, rita: Actor, server: type[Server]) -> None:
    third = reviewer_of(organization)
    make_review(organization)
    server.takes = 2

    send_due(now=SENT)
    assert len(mailed()) == 2
    server.takes = 1000
    send_due(now=SENT + 2 * MINUTE)

    assert sorted(mailed()) == sorted(["owner@example.com", "reviewer@example.com", third.user.email])


def test_address_that_is_refused_does_not_keep_the_others(organization: Organization, rita: Actor, server: type[Server]) -> None:
    make_review(organization)
    server.refuses = {"owner@example.com"}

    send_due(now=SENT)

    assert mailed() == ["reviewer@example.com"]
    assert digest().status == "ready"
    server.refuses = set()
    send_due(now=SENT + 2 * MINUTE)
    assert mailed() == ["reviewer@example.com", "owner@example.com"]


def test_retries_are_ever_rarer_and_end_after_a_day(organization: Organization, server: type[Server]) -> None:
    make_review(organization, wait=72 * HOUR)
    server.is_away = True
    moment, waits = SENT, []
    while digest().status == "ready":
        assert send_due(now=moment) == 1
        waits.append(round((digest().run_after - moment).total_seconds() / 60))
        moment = digest().run_after

    assert waits[:8] == [1, 2, 4, 8, 16, 32, 64, 120]
    assert digest().status == "failed"
    assert moment <= NOW + 24 * HOUR
    assert Notification.objects.count() == 1


def test_who_may_no_longer_review_gets_no_late_mail(organization: Organization, rita: Actor, server: type[Server]) -> None:
    make_review(organization)
    server.is_away = True
    send_due(now=SENT)
    server.is_away = False
    User.objects.filter(pk=rita.user.pk).update(is_active=False)

    send_due(now=SENT + 2 * MINUTE)

    assert mailed() == ["owner@example.com"]


def test_digest_of_a_process_that_died_is_sent_by_the_next(organization: Organization) -> None:
    make_review(organization)
    Digest.objects.update(status="running", fence=1, attempts=1, lease_until=SENT + MINUTE)

    assert send_due(now=SENT) == 0
    assert send_due(now=SENT + MINUTE) == 1

    assert mailed() == ["owner@example.com"]


def test_process_that_lost_its_digest_sends_nothing_more(
    organization: Organization, rita: Actor, server: type[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_review(organization)
    first = Server.send_messages

    def slow(self: Server, messages: list[EmailMessage]) -> int:
        Digest.objects.update(fence=9)  # another process took it meanwhile
        return first(self, messages)

    monkeypatch.setattr(Server, "send_messages", slow)

    send_due(now=SENT)

    assert len(mailed()) == 1
    assert digest().status == "running"


def test_notification_that_is_there_is_no_second(organization: Organization, rita: Actor) -> None:
    item = make_review(organization)
    Notification.objects.create(
        user=rita.user, organization=organization, group_id=item.group_id, engine_id=item.engine_id, items=1, created_at=NOW, emailed_at=NOW
    )

    send_due(now=SENT)

    assert mailed() == ["owner@example.com"]
    assert Notification.objects.filter(user=rita.user).count() == 1


def test_engines_name_is_that_of_the_submission(organization: Organization) -> None:
    make_review(organization)
    Engine.objects.update(name="Renamed")

    send_due(now=SENT)

    assert "“Translator”" in mail.outbox[0].body
