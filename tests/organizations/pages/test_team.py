"""The team: who is shown to whom, and what its buttons do on the next request."""

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from organizations.keys import digest_of
from organizations.models import ApiKey, Invitation, Membership, Organization, Role, User
from organizations.permissions import MANAGE_REVIEWS, MANAGE_TEAM, Grants
from organizations.services import create_person
from tests.api import Api
from tests.factories import NOW, make_key, make_member, make_person, make_role
from tests.localization.pages.people import HOSTILE, browser, page_of
from tests.organizations.acting import make_holder
from tests.organizations.mail_server import AWAY

ADA = "guest@example.com"


@pytest.fixture
def address(organization: Organization) -> str:
    return f"/orgs/{organization.pk}/team"


def said(client: Client, address: str, form: dict[str, str] | None = None) -> list[str]:
    """What the page says after a button was pressed."""
    answer = client.post(address, form or {}, follow=True)
    assert answer.status_code == 200
    return [str(message) for message in answer.context["messages"]]


def role_id(organization: Organization, name: str) -> str:
    return organization.roles.get(name=name).pk


def test_page_is_for_who_manages_the_team(organization: Organization, owner: User, reviewer: User, stranger: User, address: str) -> None:
    manager = make_holder(organization, MANAGE_TEAM)

    assert [browser(user).get(address).status_code for user in (owner, manager, reviewer, stranger, None)] == [200, 200, 403, 404, 302]
    assert "This needs the permission org:manage_team." in browser(reviewer).get(address).content.decode()
    links = [f'href="{address}"' in page_of(browser(user), f"/orgs/{organization.pk}/") for user in (owner, manager, reviewer)]
    assert links == [True, True, False]


def test_members_are_people_by_name_with_role_and_keys(as_owner: Client, organization: Organization, reviewer: User, address: str) -> None:
    make_key(organization)  # a service is no person
    make_key(organization, user=reviewer)
    make_key(organization, user=reviewer, expires_at=NOW)  # over
    make_member(organization, user=make_person(email="zoe@example.com"))

    rows = as_owner.get(address).context["members"]

    assert [(str(row.membership.user), row.membership.role.name, row.keys, row.is_self) for row in rows] == [
        ("Olive Owner", "Owner", 0, True),
        ("Rita Reviewer", "Reviewer", 1, False),
        ("zoe@example.com", "Full Access", 0, False),
    ]
    assert [str(row.membership.user) for row in as_owner.get(address, {"q": "RITA"}).context["members"]] == ["Rita Reviewer"]
    assert "No member is called so" in page_of(as_owner, address, q="100%_")


def test_inviting_shows_the_link_once_and_mails_it(as_owner: Client, organization: Organization, address: str) -> None:
    answer = as_owner.post(address, {"email": "Guest@Example.com", "role": role_id(organization, "Full Access")})

    issued = answer.context["issued"]
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.content.decode().count(issued.link) == 2  # to read, to copy
    assert Invitation.objects.get().digest == digest_of(issued.link.rpartition("/")[2])
    assert issued.link in mail.outbox[0].body
    later = page_of(as_owner, address)
    assert ADA in later
    assert issued.link not in later
    assert not as_owner.session.get("_messages")


def test_page_says_when_no_mail_went_out(as_owner: Client, organization: Organization, address: str, settings: Settings) -> None:
    settings.EMAIL_BACKEND = AWAY

    page = as_owner.post(address, {"email": ADA, "role": role_id(organization, "Full Access")}).content.decode()

    assert "No mail went out: The mail server did not take the mail." in page
    assert "/invitations/" in page
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("form", "errors"),
    [
        ({"email": "nobody", "role": "Full Access"}, {"email": ["Enter a valid email address."]}),
        ({"email": ADA, "role": ""}, {"role": ["This field is required."]}),
        ({"email": "owner@example.com", "role": "Full Access"}, {"email": ["owner@example.com is a member already."]}),
        ({"email": f"{'x' * 250}@example.com", "role": "Full Access"}, {"email": ["Ensure this value has at most 254 characters (it has 262)."]}),
    ],
)
def test_what_cannot_be_invited_is_said_at_its_field(
    as_owner: Client, organization: Organization, address: str, form: dict[str, str], errors: dict[str, list[str]]
) -> None:
    role = organization.roles.filter(name=form["role"]).first()

    answer = as_owner.post(address, {**form, "role": role.pk if role else ""})

    assert (answer.status_code, {name: list(found) for name, found in answer.context["form"].errors.items()}) == (400, errors)
    assert Invitation.objects.count() == 0


def test_sending_again_shows_a_new_link_and_withdrawing_ends_it(as_owner: Client, organization: Organization, address: str) -> None:
    first = as_owner.post(address, {"email": ADA, "role": role_id(organization, "Full Access")}).context["issued"]
    acts = f"{address}/invitations/{first.invitation.pk}"

    again = as_owner.post(f"{acts}/resend")

    assert again.headers["Cache-Control"] == "no-store"
    assert again.context["issued"].link != first.link
    assert said(as_owner, f"{acts}/withdraw") == [f"Withdrawn. The link for {ADA} does not work any more."]
    assert said(as_owner, f"{acts}/withdraw") == ["This invitation was accepted or withdrawn before, or it has expired."]
    assert said(as_owner, f"{acts}/resend") == ["This invitation was accepted or withdrawn before, or it has expired."]
    assert ADA not in page_of(as_owner, address)


def test_changed_role_holds_on_the_next_request(as_owner: Client, organization: Organization, address: str) -> None:
    member = make_holder(organization, MANAGE_TEAM)
    theirs = browser(member)
    assert theirs.get(address).status_code == 200
    role = make_role(organization, name="Review manager", grants=Grants(everywhere=frozenset({MANAGE_REVIEWS})))

    assert said(as_owner, f"{address}/{member.pk}/role", {"role": role.pk}) == [
        f"{member} has the role Review manager now, from their next click on."
    ]

    assert theirs.get(address).status_code == 403


def test_removed_member_is_out_on_the_next_request_with_their_keys(as_owner: Client, organization: Organization, address: str) -> None:
    member = make_member(organization).user
    _, text = make_key(organization, user=member)
    theirs = browser(member)
    assert (theirs.get(address).status_code, Api(text).get("/users/me").status) == (200, 200)

    said(as_owner, f"{address}/{member.pk}/remove")

    assert (theirs.get(address).status_code, Api(text).get("/users/me").status) == (404, 401)
    assert f"/{member.pk}/remove" not in page_of(as_owner, address)


def test_last_owner_stays_and_is_told_why(as_owner: Client, organization: Organization, owner: User, address: str) -> None:
    last = ["An organization needs an owner, and this is the last one."]

    assert said(as_owner, f"{address}/{owner.pk}/remove") == last
    assert said(as_owner, f"{address}/{owner.pk}/role", {"role": role_id(organization, "Full Access")}) == last


def test_who_gives_the_team_away_is_led_to_where_they_may_be(as_owner: Client, organization: Organization, owner: User, address: str) -> None:
    make_member(organization, "Owner")
    lesser = make_role(organization, name="Nothing")

    demoted = as_owner.post(f"{address}/{owner.pk}/role", {"role": lesser.pk})

    assert demoted.headers["Location"] == f"/orgs/{organization.pk}/"


def test_removing_oneself_leads_home(organization: Organization, address: str) -> None:
    member = make_member(organization).user

    assert browser(member).post(f"{address}/{member.pk}/remove").headers["Location"] == "/"


def test_manager_cannot_touch_owners_or_make_one(organization: Organization, owner: User, address: str) -> None:
    manager = browser(make_member(organization).user)
    owners = role_id(organization, "Owner")

    page = page_of(manager, address)
    answers = [
        manager.post(f"{address}/{owner.pk}/role", {"role": role_id(organization, "Full Access")}),
        manager.post(f"{address}/{owner.pk}/remove"),
        manager.post(f"{address}/{manager.session['_auth_user_id']}/role", {"role": owners}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert "Only an owner can make somebody an owner, or change or remove one." in answers[0].content.decode()
    assert owners not in page
    assert f"{owner.pk}/remove" not in page
    refused = manager.post(address, {"email": ADA, "role": owners})
    assert list(refused.context["form"].errors) == ["role"]
    assert Membership.objects.filter(role__kind=Role.Kind.OWNER).count() == 1


@pytest.mark.parametrize("act", ["{member}/role", "{member}/remove", "invitations/{invitation}/resend", "invitations/{invitation}/withdraw"])
def test_acts_are_posts_of_managers_on_rows_of_their_own(
    as_owner: Client, organization: Organization, reviewer: User, stranger: User, address: str, act: str
) -> None:
    elsewhere = stranger.memberships.get().organization
    as_owner.post(address, {"email": ADA, "role": role_id(organization, "Full Access")})
    path = act.format(member=reviewer.pk, invitation=Invitation.objects.get().pk)

    assert as_owner.get(f"{address}/{path}").status_code == 405
    assert browser(reviewer).post(f"{address}/{path}").status_code == 403
    assert browser(stranger).post(f"{address}/{path}").status_code == 404
    # Somebody else's row, from one's own organization.
    foreign = browser(stranger).post(f"/orgs/{elsewhere.pk}/team/{path}", {"role": role_id(elsewhere, "Full Access")})
    assert foreign.status_code == 404
    assert as_owner.post(f"{address}/{act.format(member='usr_x', invitation='inv_%0a')}").status_code == 404
    assert Membership.objects.filter(user=reviewer).exists()


def test_role_of_another_organization_cannot_be_given(as_owner: Client, reviewer: User, stranger: User, address: str) -> None:
    foreign = stranger.memberships.get().role

    assert as_owner.post(f"{address}/{reviewer.pk}/role", {"role": foreign.pk}).status_code == 404


def test_names_are_inert(as_owner: Client, organization: Organization, owner: User, address: str) -> None:
    Organization.objects.update(name=HOSTILE)
    User.objects.filter(pk=owner.pk).update(name=HOSTILE)
    make_role(organization, name=HOSTILE)
    as_owner.post(address, {"email": ADA, "role": role_id(organization, HOSTILE)})

    page = page_of(as_owner, address, q="<")

    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") > 3


def test_many_members_take_few_queries(as_owner: Client, organization: Organization, address: str, django_assert_max_num_queries) -> None:
    for number in range(20):
        member = create_person(email=f"member{number}@example.com", password=None, now=NOW)
        make_member(organization, user=member)
        as_owner.post(address, {"email": f"guest{number}@example.com", "role": role_id(organization, "Full Access")})
    assert ApiKey.objects.count() == 0

    with django_assert_max_num_queries(15):
        assert len(as_owner.get(address).context["members"]) == 21
