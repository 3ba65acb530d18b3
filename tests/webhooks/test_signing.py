"""Secrets and signatures, judged by the package that receivers use."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from organizations.models import Organization
from tests.factories import NOW, make_organization
from webhooks import signing
from webhooks.models import SigningSecret
from webhooks.signing import current_secret, live_secrets, rotate, signatures

BODY = '{"a":"ü"}'.encode()


def verify(secret: str, header: str) -> None:
    """As a receiver does, with its own clock."""
    headers = {"webhook-id": "ljb_1", "webhook-timestamp": str(_timestamp()), "webhook-signature": header}
    Webhook(secret).verify(BODY, headers)


def _timestamp() -> int:
    return int(datetime.now(UTC).timestamp())


def test_first_secret_is_made_once_and_kept(organization: Organization) -> None:
    secret = current_secret(organization, NOW)

    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert current_secret(organization, NOW + timedelta(days=9)) == secret
    assert current_secret(make_organization(name="Other"), NOW) != secret


def test_rival_who_makes_the_first_secret_in_between_wins(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    insert, rivals = signing._insert, []

    def insert_after_rival(*args: object) -> None:
        monkeypatch.setattr(signing, "_insert", insert)
        rivals.append(current_secret(organization, NOW))
        insert(organization, NOW)

    monkeypatch.setattr(signing, "_insert", insert_after_rival)

    assert [current_secret(organization, NOW)] == rivals
    assert SigningSecret.objects.count() == 1


def test_signature_is_accepted_by_receivers(organization: Organization) -> None:
    secret = current_secret(organization, NOW)

    verify(secret, signatures([secret], "ljb_1", _timestamp(), BODY))


@pytest.mark.parametrize("changed", [("ljb_2", 0, BODY), ("ljb_1", 1, BODY), ("ljb_1", 0, BODY + b" ")])
def test_signature_covers_id_time_and_body(organization: Organization, changed: tuple[str, int, bytes]) -> None:
    secret = current_secret(organization, NOW)
    event_id, seconds, body = changed

    with pytest.raises(WebhookVerificationError):
        verify(secret, signatures([secret], event_id, _timestamp() + 60 * seconds, body))


def test_rotation_signs_with_both_secrets_for_a_day(organization: Organization) -> None:
    old = current_secret(organization, NOW)
    new = rotate(organization, NOW)

    during = live_secrets([organization.pk], NOW + timedelta(hours=23, minutes=59))[organization.pk]
    after = live_secrets([organization.pk], NOW + timedelta(hours=24))[organization.pk]

    assert (during, after, current_secret(organization, NOW)) == ((new, old), (new,), new)
    header = signatures(during, "ljb_1", _timestamp(), BODY)
    assert header.count(" ") == 1
    verify(old, header)
    verify(new, header)


def test_two_rotations_in_a_row_keep_all_that_have_not_expired(organization: Organization) -> None:
    first = current_secret(organization, NOW)
    second = rotate(organization, NOW)
    third = rotate(organization, NOW + timedelta(hours=1))

    assert live_secrets([organization.pk], NOW + timedelta(hours=2)) == {organization.pk: (third, second, first)}
    assert live_secrets([organization.pk], NOW + timedelta(hours=24)) == {organization.pk: (third, second)}


def test_secrets_are_encrypted_at_rest(organization: Organization) -> None:
    secret = current_secret(organization, NOW)

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM webhooks_signingsecret")
        [(stored,)] = cursor.fetchall()

    assert secret.removeprefix("whsec_") not in stored
