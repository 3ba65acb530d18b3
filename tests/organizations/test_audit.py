"""The audit log: every act appends, and the database lets nobody change it."""

import json

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from organizations import audit_trigger
from organizations.access import Actor
from organizations.audit import Author, author_of, erasing
from organizations.models import AuditEvent, Organization, User
from organizations.services import set_default_webhook_url
from tests.factories import AUTHOR, NOW, make_key, make_organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def trigger(db: None) -> None:
    """The trigger as the migration installs it; gone with the test's transaction."""
    for function in (audit_trigger.install, audit_trigger.remove, audit_trigger.install):
        function(None, connection.schema_editor(atomic=False))


def test_act_is_recorded_with_before_and_after(organization: Organization) -> None:
    author = Author(id="usr_1", label="Olive", request_id="r1", ip="192.0.2.7", user_agent="curl/8")

    set_default_webhook_url(organization=organization, url="https://shop.example/hook", author=author, now=NOW)

    row = AuditEvent.objects.latest("sequence")
    assert json.loads(row.detail) == {"before": "", "after": "https://shop.example/hook"}
    assert (row.organization_id, row.action, row.target_type, row.target_id, row.at) == (
        organization.pk,
        "organization.default_webhook_url_changed",
        "organization",
        organization.pk,
        NOW,
    )
    assert (row.actor_id, row.actor_label, row.request_id, str(row.ip), row.user_agent) == ("usr_1", "Olive", "r1", "192.0.2.7", "curl/8")


def test_author_of_a_request_is_the_key_before_its_user(organization: Organization, owner: User) -> None:
    key, _ = make_key(organization, name="CI")
    request = RequestFactory().get("/", headers={"User-Agent": "x" * 400}, REMOTE_ADDR="192.0.2.7")

    by_key = author_of(request, Actor(key.user, organization, key))
    by_person = author_of(request, Actor(owner, organization))

    assert by_key == Author(id=key.pk, label="CI", ip="192.0.2.7", user_agent="x" * 300)
    assert by_person == Author(id=owner.pk, label="Olive Owner", ip="192.0.2.7", user_agent="x" * 300)


@pytest.mark.usefixtures("trigger")
def test_row_cannot_be_changed(organization: Organization) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(organization_id=organization.pk).update(actor_label="nobody")


@pytest.mark.usefixtures("trigger")
def test_row_cannot_be_deleted(organization: Organization) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(organization_id=organization.pk).delete()


@pytest.mark.usefixtures("trigger")
def test_erasing_an_organization_takes_its_rows_and_no_others(organization: Organization) -> None:
    other = make_organization(name="Other")

    with pytest.raises(DatabaseError, match="append-only"), erasing(organization.pk):
        AuditEvent.objects.filter(organization_id=other.pk).delete()
    with erasing(organization.pk):
        AuditEvent.objects.filter(organization_id=organization.pk).delete()

    assert set(AuditEvent.objects.values_list("organization_id", flat=True)) == {other.pk}
    set_default_webhook_url(organization=organization, url="", author=AUTHOR, now=NOW)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(organization_id=organization.pk).delete()


@pytest.mark.usefixtures("trigger")
def test_rows_are_still_appended(organization: Organization) -> None:
    before = AuditEvent.objects.count()

    set_default_webhook_url(organization=organization, url="", author=AUTHOR, now=NOW)

    assert AuditEvent.objects.count() == before + 1
