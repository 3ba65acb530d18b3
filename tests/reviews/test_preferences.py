"""How a person reviews and hears of reviews, and what digests make of it."""

import pytest
from django.core import mail
from pytest_django import Settings
from rest_framework.exceptions import ValidationError

from engines.models import Engine
from foundation.api_errors import flatten
from organizations.access import Actor
from organizations.models import Organization, User
from reviews.digests import send_due
from reviews.models import Notification
from reviews.preferences import change_settings, mute_engine, muted_engines, read_settings, unmute_engine
from reviews.queries import unread_count
from tests.factories import NOW, make_engine, make_organization
from tests.reviews.work import MINUTE, acting, make_review, make_reviews, translator

pytestmark = pytest.mark.django_db

SENT = NOW + MINUTE


def settings_of(user: User) -> tuple[list[str], bool, bool]:
    found = read_settings(user)
    return found.locales, found.wants_mails, found.uses_single_keys


def change(user: User, *locales: str, wants_mails: bool = True) -> None:
    change_settings(user=user, locales=locales, wants_mails=wants_mails, uses_single_keys=True)


def told() -> tuple[set[str], set[str]]:
    """Who was notified, and who was mailed."""
    notified = Notification.objects.values_list("user__email", flat=True)
    return set(notified), {address for message in mail.outbox for address in message.to}


def test_without_a_row_the_defaults_hold(reviewer: User) -> None:
    assert settings_of(reviewer) == ([], True, True)


def test_locales_are_kept_canonical_and_once(reviewer: User) -> None:
    change_settings(user=reviewer, locales=["pt_br", "DE", "de"], wants_mails=False, uses_single_keys=False)
    assert settings_of(reviewer) == (["pt-BR", "de"], False, False)

    change_settings(user=reviewer, locales=[], wants_mails=True, uses_single_keys=True)
    assert settings_of(reviewer) == ([], True, True)


def test_tag_that_names_no_locale_is_refused_as_the_api_does_and_changes_nothing(reviewer: User) -> None:
    change(reviewer, "de")

    with pytest.raises(ValidationError) as refused:
        change(reviewer, "fr", "english", wants_mails=False)

    assert [(problem.path, problem.message) for problem in flatten(refused.value.detail)] == [("locales[1]", "Unknown language subtag 'english'.")]
    assert settings_of(reviewer) == (["de"], True, True)


def test_engines_are_muted_once_and_unmuted(organization: Organization, reviewer: User, owner: User) -> None:
    later, earlier = make_engine(organization, name="B"), make_engine(organization, name="A", is_default=False)
    for engine in (later, earlier, later):
        mute_engine(user=reviewer, engine=engine)
    assert list(muted_engines(reviewer)) == [earlier, later]

    unmute_engine(user=reviewer, engine=later)

    assert list(muted_engines(reviewer)) == [earlier]
    assert list(muted_engines(owner)) == []


def test_muted_engine_tells_neither_under_the_bell_nor_by_mail(organization: Organization, owner: User, reviewer: User, settings: Settings) -> None:
    other = make_engine(organization, name="Other")
    mute_engine(user=reviewer, engine=translator(organization))
    mute_engine(user=owner, engine=other)
    make_review(organization)

    send_due(now=SENT)

    assert told() == ({owner.email}, {owner.email})


def test_who_wants_no_mails_is_told_under_the_bell_alone(organization: Organization, owner: User, reviewer: User) -> None:
    change(reviewer, wants_mails=False)
    make_review(organization)

    send_due(now=SENT)

    assert told() == ({owner.email, reviewer.email}, {owner.email})
    assert Notification.objects.get(user=reviewer).emailed_at is None


def test_group_in_none_of_ones_locales_tells_nothing(organization: Organization, owner: User, reviewer: User) -> None:
    change(reviewer, "fr", "it")
    make_review(organization, "de")
    send_due(now=SENT)
    assert told() == ({owner.email}, {owner.email})

    make_reviews(organization, "de", "it", now=SENT)
    send_due(now=SENT + MINUTE)

    assert Notification.objects.filter(user=reviewer).count() == 1


def test_unread_notifications_are_counted_by_person_and_organization(
    organization: Organization, reviewer: User, owner: User, django_assert_num_queries
) -> None:
    engine: Engine = translator(organization)
    elsewhere = make_organization(owner=owner)
    rows = [(reviewer, organization, None), (reviewer, organization, NOW), (owner, organization, None), (reviewer, elsewhere, None)]
    for number, (user, where, read_at) in enumerate(rows):
        group = f"ljg_{number:019d}"
        Notification.objects.create(user=user, organization=where, group_id=group, engine_id=engine.pk, items=1, created_at=NOW, read_at=read_at)
    actor: Actor = acting(reviewer, organization)

    with django_assert_num_queries(1):
        assert unread_count(actor) == 1
