"""A page that needs a permission: who sees it, and what the others are told."""

import pytest
from django.test import Client

from organizations.models import Organization, User

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.dashboard.urls")]


def visit(client: Client, user: User | None, organization: Organization) -> tuple[int, str]:
    if user:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"/orgs/{organization.pk}/team")
    return answer.status_code, answer.content.decode()


def test_member_with_the_permission_sees_the_page(client: Client, organization: Organization, owner: User) -> None:
    status, page = visit(client, owner, organization)

    assert status == 200
    assert "<title> Team | Interlinear</title>" in " ".join(page.split())


def test_member_without_the_permission_is_told_which_and_who_grants_it(client: Client, organization: Organization, reviewer: User) -> None:
    status, page = visit(client, reviewer, organization)

    assert status == 403
    assert "This needs the permission org:manage_team. It can be granted by: Olive Owner." in page


def test_stranger_is_told_that_there_is_nothing(client: Client, organization: Organization, stranger: User) -> None:
    status, page = visit(client, stranger, organization)

    assert status == 404
    assert organization.name not in page


def test_anonymous_visitor_is_asked_to_log_in(client: Client, organization: Organization) -> None:
    assert visit(client, None, organization)[0] == 302


def test_lost_permission_holds_from_the_next_page_on(client: Client, organization: Organization, owner: User) -> None:
    assert visit(client, owner, organization)[0] == 200

    owner.groups.clear()

    assert visit(client, owner, organization)[0] == 403


def test_form_from_elsewhere_is_refused_in_words(organization: Organization) -> None:
    answer = Client(enforce_csrf_checks=True).post("/login", {"username": "owner@example.com", "password": "x"})

    assert answer.status_code == 403
    assert "out of date" in answer.content.decode()
