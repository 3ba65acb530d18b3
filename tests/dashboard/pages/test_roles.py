"""The pages of roles: what each may do in words, and a form that gives no more than its sender holds."""

import pytest
from django.test import Client

from engines.models import Engine
from organizations.models import AuditEvent, Organization, Role, User
from organizations.permissions import (
    ACCESS_ENGINES,
    MANAGE_BILLING,
    MANAGE_REVIEWS,
    MANAGE_TEAM,
    REVIEW_TRANSLATIONS,
    Grants,
    grants_of,
)
from tests.factories import make_engine, make_key, make_member, make_role
from tests.localization.pages.people import HOSTILE, browser, page_of
from tests.organizations.acting import make_holder


@pytest.fixture
def address(organization: Organization) -> str:
    return f"/orgs/{organization.pk}/roles"


@pytest.fixture
def as_owner(owner: User) -> Client:
    return browser(owner)


def form_of(name: str, *codenames: str, **fields: object) -> dict[str, object]:
    """What a browser sends for a role that may do this."""
    return {"name": name, "access_engine": "none", "review_translations": "none", **dict.fromkeys(codenames, "on"), **fields}


def test_pages_are_for_who_manages_the_team(organization: Organization, owner: User, reviewer: User, stranger: User, address: str) -> None:
    manager = make_holder(organization, MANAGE_TEAM)
    role = make_role(organization)

    for page in (address, f"{address}/new", f"{address}/{role.pk}"):
        assert [browser(user).get(page).status_code for user in (owner, manager, reviewer, stranger, None)] == [200, 200, 403, 404, 302]
    assert browser(reviewer).post(f"{address}/{role.pk}/delete").status_code == 403
    assert browser(owner).get(f"{address}/{role.pk}/delete").status_code == 405
    foreign = stranger.memberships.get().role
    assert browser(owner).get(f"{address}/{foreign.pk}").status_code == 404
    assert browser(owner).post(f"{address}/{foreign.pk}/delete").status_code == 404


def test_list_says_in_words_what_each_role_may(as_owner: Client, organization: Organization, reviewer: User, address: str) -> None:
    engine = make_engine(organization, name="Web")
    grants = Grants(
        everywhere=frozenset({MANAGE_REVIEWS}), chosen={ACCESS_ENGINES: (engine, make_engine(organization, name="App", is_default=False))}
    )
    role = make_role(organization, name="Lead", grants=grants)
    make_key(organization, role=role)

    rows = {row.role.name: row for row in as_owner.get(address).context["rows"]}

    assert list(rows) == ["Owner", "Full Access", "Lead", "Reviewer"]
    assert rows["Lead"].may == ["Manage reviews", "Use engines: App, Web"]
    assert rows["Full Access"].may == ["Manage the team", "Manage settings", "Use engines: every one"]
    assert [(row.keys, [str(person) for person in row.people]) for row in rows.values()] == [
        (0, ["Olive Owner"]),
        (0, []),
        (1, []),
        (0, ["Rita Reviewer"]),
    ]


def test_form_makes_a_role(as_owner: Client, organization: Organization, address: str) -> None:
    engine = make_engine(organization)

    answer = as_owner.post(
        f"{address}/new",
        form_of(" Lead  reviewer ", "manage_reviews", review_translations="every", access_engine="chosen", access_engine_on=[engine.pk]),
    )

    assert answer.headers["Location"] == address
    role = organization.roles.get(name="Lead reviewer")
    assert grants_of(role.group) == Grants(frozenset({MANAGE_REVIEWS, REVIEW_TRANSLATIONS}), {ACCESS_ENGINES: (engine,)})
    assert AuditEvent.objects.latest("sequence").action == "role.created"


def test_form_begins_with_what_the_role_may_and_saves_both(as_owner: Client, organization: Organization, address: str) -> None:
    engine = make_engine(organization)
    role = make_role(organization, name="Lead", grants=Grants(frozenset({MANAGE_TEAM}), {REVIEW_TRANSLATIONS: (engine,)}))

    fresh = as_owner.get(f"{address}/{role.pk}").context["form"]
    assert {name: fresh[name].value() for name in ("name", "manage_team", "manage_billing", "access_engine", "review_translations")} == {
        "name": "Lead",
        "manage_team": True,
        "manage_billing": False,
        "access_engine": "none",
        "review_translations": "chosen",
    }
    as_owner.post(f"{address}/{role.pk}", form_of("Chief", "manage_billing"))

    assert Role.objects.get(pk=role.pk).name == "Chief"
    assert grants_of(role.group) == Grants(frozenset({MANAGE_BILLING}))
    assert list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True))[-2:] == ["role.renamed", "role.permissions_changed"]
    recorded = AuditEvent.objects.count()
    as_owner.post(f"{address}/{role.pk}", form_of("Chief", "manage_billing"))
    assert AuditEvent.objects.count() == recorded


def test_saved_permission_holds_on_the_next_request(as_owner: Client, organization: Organization, address: str) -> None:
    member = make_holder(organization, MANAGE_TEAM)
    theirs, role = browser(member), organization.roles.get(name="Holder")
    assert theirs.get(address).status_code == 200

    as_owner.post(f"{address}/{role.pk}", form_of("Holder"))

    assert theirs.get(address).status_code == 403


@pytest.mark.parametrize(
    ("form", "errors"),
    [
        (form_of(""), {"name": ["This field is required."]}),
        (form_of("Owner"), {"name": ["There is a role named Owner already."]}),
        (form_of("Lead", access_engine="chosen"), {"access_engine_on": ["Choose at least one engine."]}),
        (form_of("Lead", access_engine="some"), {"access_engine": ["Select a valid choice. some is not one of the available choices."]}),
        (
            form_of("Lead", access_engine="chosen", access_engine_on=["eng_0000000000000000000"]),
            {
                "access_engine_on": [
                    "Select a valid choice. eng_0000000000000000000 is not one of the available choices.",
                    "Choose at least one engine.",
                ]
            },
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    as_owner: Client, organization: Organization, address: str, form: dict[str, object], errors: dict[str, list[str]]
) -> None:
    role = make_role(organization, name="Editor")

    for page in (f"{address}/new", f"{address}/{role.pk}"):
        answer = as_owner.post(page, form)
        assert (answer.status_code, {name: list(found) for name, found in answer.context["form"].errors.items()}) == (400, errors)
    assert list(organization.roles.filter(kind=Role.Kind.CUSTOM)) == [role]


def test_manager_gives_no_more_than_they_hold(organization: Organization, address: str) -> None:
    manager = browser(make_holder(organization, MANAGE_TEAM))
    role = make_role(organization, name="Lead", grants=Grants(frozenset({MANAGE_BILLING})))

    form = manager.get(f"{address}/new").context["form"]
    kept = manager.get(f"{address}/{role.pk}").context["form"]

    assert [name for name in ("manage_team", "manage_billing", "delete_organization") if "disabled" in str(form[name])] == [
        "manage_billing",
        "delete_organization",
    ]
    assert "disabled" not in str(kept["manage_billing"])
    assert manager.post(f"{address}/new", form_of("Rich", "manage_billing")).status_code == 403
    assert manager.post(f"{address}/{role.pk}", form_of("Renamed", "manage_billing", "manage_settings")).status_code == 403
    assert Role.objects.get(pk=role.pk).name == "Lead"  # both or neither
    assert manager.post(f"{address}/{role.pk}", form_of("Lead", "manage_billing", "manage_team")).status_code == 302


def test_owner_role_is_shown_and_cannot_be_edited(as_owner: Client, organization: Organization, address: str) -> None:
    role = organization.roles.get(kind=Role.Kind.OWNER)
    held = grants_of(role.group)

    assert "This role cannot be edited" in page_of(as_owner, f"{address}/{role.pk}")
    answer = as_owner.post(f"{address}/{role.pk}", form_of("Boss"))

    assert "The owner&#x27;s role cannot be edited." in answer.content.decode()
    assert (Role.objects.get(pk=role.pk).name, grants_of(role.group)) == ("Owner", held)


def test_full_access_is_edited_but_keeps_its_name(as_owner: Client, organization: Organization, address: str) -> None:
    role = organization.roles.get(kind=Role.Kind.FULL_ACCESS)

    as_owner.post(f"{address}/{role.pk}", form_of("Boss", "manage_settings"))

    assert Role.objects.get(pk=role.pk).name == "Full Access"
    assert grants_of(role.group) == Grants(frozenset({"org:manage_settings"}))


def test_role_is_deleted_once_nobody_has_it(as_owner: Client, organization: Organization, address: str) -> None:
    role = make_role(organization, name="Lead")
    membership = make_member(organization, role)

    used = as_owner.post(f"{address}/{role.pk}/delete", follow=True)
    membership.delete()
    free = as_owner.post(f"{address}/{role.pk}/delete", follow=True)

    assert [str(message) for answer in (used, free) for message in answer.context["messages"]] == [
        "Lead is in use by 1 member.",
        "The role Lead is deleted.",
    ]


def test_names_are_inert(as_owner: Client, organization: Organization, owner: User, address: str) -> None:
    engine = make_engine(organization, name=HOSTILE)
    role = make_role(organization, name=HOSTILE, grants=Grants(chosen={ACCESS_ENGINES: (engine,)}))
    User.objects.filter(pk=make_member(organization, role).user_id).update(name=HOSTILE)

    page = (
        page_of(as_owner, address)
        + page_of(as_owner, f"{address}/{role.pk}")
        + as_owner.post(f"{address}/new", form_of(HOSTILE * 9)).content.decode()
    )

    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") > 6


def test_many_roles_and_engines_take_few_queries(as_owner: Client, organization: Organization, address: str, django_assert_max_num_queries) -> None:
    engines = tuple(make_engine(organization, name=f"Engine {number}", is_default=False) for number in range(12))
    for number in range(8):
        role = make_role(organization, name=f"Role {number}", grants=Grants(chosen={ACCESS_ENGINES: engines, REVIEW_TRANSLATIONS: engines}))
        make_member(organization, role)
        make_key(organization, role=role)
    assert Engine.objects.count() == 12

    for page in (address, f"{address}/new", f"{address}/{role.pk}"):
        with django_assert_max_num_queries(15):
            as_owner.get(page)
