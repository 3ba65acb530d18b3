"""Logging in, finding one's organization, and what strangers are told."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from organizations.models import Organization, User
from tests.factories import PASSWORD, make_key, make_organization, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.dashboard.urls")]


@pytest.fixture
def as_owner(client: Client, owner: User) -> Client:
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def log_in(client: Client, email: str, password: str, address: str = "/login") -> tuple[int, str]:
    answer = client.post(address, {"username": email, "password": password})
    return answer.status_code, answer.headers.get("Location", "")


def test_anonymous_visitor_is_sent_to_the_login_and_back(client: Client, organization: Organization, owner: User) -> None:
    wanted = f"/orgs/{organization.pk}/"

    sent = client.get(wanted).headers["Location"]

    assert sent == f"/login?next={wanted}"
    assert log_in(client, "owner@example.com", PASSWORD, sent) == (302, wanted)


def test_home_leads_to_the_persons_organization(as_owner: Client, organization: Organization) -> None:
    answer = as_owner.get("/")

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/orgs/{organization.pk}/")


def test_person_without_an_organization_is_told_so(client: Client) -> None:
    client.force_login(make_person(email="new@example.com"), backend="django.contrib.auth.backends.ModelBackend")

    answer = client.get("/")

    assert answer.status_code == 200
    assert "is in no organization" in answer.content.decode()


def test_stranger_cannot_tell_an_organization_from_none(client: Client, organization: Organization, stranger: User) -> None:
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")

    other, none = client.get(f"/orgs/{organization.pk}/"), client.get("/orgs/org_0000000000000000000/")

    assert (other.status_code, none.status_code) == (404, 404)
    assert other.content == none.content
    assert "There is nothing here" in other.content.decode()


def test_other_organizations_of_a_person_are_a_click_away(as_owner: Client, organization: Organization, owner: User) -> None:
    other = make_organization(name="Second", owner=owner)

    page = as_owner.get(f"/orgs/{organization.pk}/").content.decode()

    assert f'href="/orgs/{other.pk}/"' in page


def test_address_is_read_without_case(client: Client, owner: User) -> None:
    assert log_in(client, "OWNER@Example.com", PASSWORD) == (302, "/")


def test_wrong_password_and_unknown_address_read_alike(client: Client, owner: User) -> None:
    wrong = client.post("/login", {"username": "owner@example.com", "password": "wrong"}).context["form"].non_field_errors()
    unknown = client.post("/login", {"username": "nobody@example.com", "password": "wrong"}).context["form"].non_field_errors()

    assert wrong == unknown == ["This e-mail address and password do not match an account."]


def test_service_cannot_log_in(client: Client, organization: Organization) -> None:
    key, _ = make_key(organization)
    User.objects.filter(pk=key.user.pk).update(password=User.objects.get(email="owner@example.com").password)

    assert log_in(client, key.user.email, PASSWORD)[0] == 200
    assert "_auth_user_id" not in client.session


def test_closed_account_cannot_log_in(client: Client, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)

    assert log_in(client, "owner@example.com", PASSWORD)[0] == 200


def test_address_is_locked_after_ten_failures_whatever_its_case(client: Client, owner: User) -> None:
    for number in range(10):
        log_in(client, "owner@example.com" if number % 2 else "Owner@Example.COM", "wrong")

    answer = client.post("/login", {"username": "owner@example.com", "password": PASSWORD})

    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_login_never_leads_to_another_host(client: Client, owner: User) -> None:
    assert log_in(client, "owner@example.com", PASSWORD, "/login?next=https://evil.example/") == (302, "/")


def test_logging_out_is_a_post(as_owner: Client) -> None:
    assert as_owner.get("/logout").status_code == 405

    answer = as_owner.post("/logout")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")
    assert as_owner.get("/").headers["Location"] == "/login?next=/"


def test_admin_is_only_a_frame(as_owner: Client) -> None:
    assert admin.site._registry == {}
    assert as_owner.get("/admin/").headers["Location"] == "/"
    assert as_owner.get("/admin/login/?next=/orgs/").headers["Location"] == "/login?next=/orgs/"
    assert as_owner.get("/admin/organizations/user/").status_code == 404
    assert as_owner.get(reverse("admin:password_change")).status_code == 200


@pytest.mark.parametrize("address", ["/login", "/orgs/{0}/"])
def test_pages_load_nothing_from_elsewhere(as_owner: Client, organization: Organization, address: str) -> None:
    if address == "/login":
        as_owner.logout()

    answer = as_owner.get(address.format(organization.pk))

    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'src="http' not in page
    assert 'rel="stylesheet" href="http' not in page
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "interlinear/shell.css" in page
