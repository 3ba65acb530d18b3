"""A person's own settings, in all their organizations."""

import pytest
from django.test import Client

from engines.models import Engine
from organizations.models import AuditEvent, Organization, User
from organizations.permissions import REVIEW_TRANSLATIONS, Grants
from reviews.preferences import muted_engines, read_settings
from tests.factories import make_engine, make_member, make_organization, make_person, make_role
from tests.localization.pages.people import HOSTILE, browser, make_editor, page_of


@pytest.fixture
def as_reviewer(reviewer: User) -> Client:
    return browser(reviewer)


def test_profile_is_for_who_is_logged_in(as_reviewer: Client, organization: Organization) -> None:
    assert Client().get("/profile").headers["Location"] == "/login?next=/profile"
    for page in ("name", "reviewing"):
        assert Client().post(f"/profile/{page}").headers["Location"].startswith("/login")
        assert as_reviewer.get(f"/profile/{page}").status_code == 405
    assert 'href="/profile"' in page_of(as_reviewer, f"/orgs/{organization.pk}/")


def test_profile_shows_ones_organizations_with_role_and_keys(as_reviewer: Client, organization: Organization, reviewer: User, stranger: User) -> None:
    make_member(make_organization(name="Second"), user=reviewer)

    page = page_of(as_reviewer, "/profile")

    found = [(one.organization.name, one.role.name) for one in as_reviewer.get("/profile").context["memberships"]]
    assert found == [("Acme", "Reviewer"), ("Second", "Full Access")]
    assert f'href="/orgs/{organization.pk}/api-keys"' in page
    assert "Elsewhere" not in page


def test_person_without_an_organization_has_a_profile(db: None) -> None:
    client = browser(make_person(email="new@example.com"))

    assert "You are in no organization." in page_of(client, "/profile")
    assert client.post("/profile/name", {"name": "New"}).status_code == 302


@pytest.mark.usefixtures("organization")
def test_new_name_is_used_at_once_and_recorded_in_each_organization(as_reviewer: Client, reviewer: User) -> None:
    other = make_organization(name="Second")
    make_member(other, user=reviewer)

    as_reviewer.post("/profile/name", {"name": " Rita  Writer "})

    assert User.objects.get(pk=reviewer.pk).name == "Rita Writer"
    assert "Rita Writer" in page_of(as_reviewer, "/profile")
    events = AuditEvent.objects.filter(action="person.renamed")
    assert {(event.organization_id, event.actor_id, event.detail) for event in events} == {
        (membership.organization_id, reviewer.pk, '{"before": "Rita Reviewer", "after": "Rita Writer"}') for membership in reviewer.memberships.all()
    }
    as_reviewer.post("/profile/name", {"name": "Rita Writer"})
    assert events.count() == 2
    assert as_reviewer.post("/profile/name", {"name": " "}).status_code == 400


def test_reviewing_is_set_in_ones_own_spelling(as_reviewer: Client, reviewer: User) -> None:
    fresh = as_reviewer.get("/profile").context["reviewing_form"]
    assert {name: fresh[name].value() for name in ("locales", "wants_mails", "uses_single_keys")} == {
        "locales": "",
        "wants_mails": True,
        "uses_single_keys": True,
    }

    as_reviewer.post("/profile/reviewing", {"locales": "DE, pt_BR\n de", "uses_single_keys": "on"})

    settings = read_settings(reviewer)
    assert (settings.locales, settings.wants_mails, settings.uses_single_keys) == (["de", "pt-BR"], False, True)
    assert as_reviewer.get("/profile").context["reviewing_form"]["locales"].value() == "de, pt-BR"


def test_locale_that_is_none_is_named_and_nothing_is_saved(as_reviewer: Client, reviewer: User) -> None:
    answer = as_reviewer.post("/profile/reviewing", {"locales": "de, english"})

    assert answer.status_code == 400
    assert answer.context["reviewing_form"].errors == {"locales": ["Unknown language subtag 'english'."]}
    assert read_settings(reviewer).wants_mails


def test_engines_one_reviews_are_muted_and_unmuted(as_reviewer: Client, organization: Organization, reviewer: User, stranger: User) -> None:
    engine = make_engine(organization, name="Web")
    other = make_organization(name="Second")
    chosen, hidden = make_engine(other, name="App"), make_engine(other, name="Hidden", is_default=False)
    role = make_role(other, name="Reviewer", grants=Grants(chosen={REVIEW_TRANSLATIONS: (chosen,)}))
    make_member(other, role, user=reviewer)

    assert [row.engine.name for row in as_reviewer.get("/profile").context["engines"]] == ["Web", "App"]
    for row in (engine, chosen):
        as_reviewer.post(f"/profile/engines/{row.pk}/mute")
    assert list(muted_engines(reviewer)) == [chosen, engine]
    as_reviewer.post(f"/profile/engines/{chosen.pk}/unmute")

    assert [(row.engine.name, row.is_muted) for row in as_reviewer.get("/profile").context["engines"]] == [("Web", True), ("App", False)]
    for pk in (hidden.pk, "eng_x", make_engine(stranger.memberships.get().organization).pk):
        assert as_reviewer.post(f"/profile/engines/{pk}/mute").status_code == 404
    assert as_reviewer.get(f"/profile/engines/{engine.pk}/mute").status_code == 405


def test_who_reviews_nothing_is_not_asked_how(organization: Organization) -> None:
    editor = browser(make_editor(organization, make_engine(organization)))

    page = page_of(editor, "/profile")

    assert "Shortcuts of a single letter" not in page
    assert not editor.get("/profile").context["reviews_anything"]


def test_names_are_inert_in_the_profile(as_reviewer: Client, organization: Organization, reviewer: User) -> None:
    Organization.objects.update(name=HOSTILE)
    make_engine(organization, name=HOSTILE)
    as_reviewer.post("/profile/name", {"name": HOSTILE})

    page = page_of(as_reviewer, "/profile") + as_reviewer.post("/profile/reviewing", {"locales": HOSTILE}).content.decode()

    assert HOSTILE not in page


def test_profile_takes_few_queries(as_reviewer: Client, organization: Organization, reviewer: User, django_assert_max_num_queries) -> None:
    for number in range(8):
        make_engine(organization, name=f"Engine {number}", is_default=False)
        make_member(make_organization(name=f"Organization {number}"), user=reviewer)
    assert Engine.objects.count() == 8

    with django_assert_max_num_queries(15):
        as_reviewer.get("/profile")
