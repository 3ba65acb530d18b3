"""Who sees the pages about jobs, and what the others are told."""

import pytest

from engines.models import Engine
from localization.models import JobGroup
from organizations.models import Organization, User
from tests.factories import make_engine, make_member
from tests.localization.pages.people import browser, make_editor, make_manager, page_of
from tests.localization.steps import jobs_of, make_group

PAGES = ["jobs", "jobs/new", "jobs/groups/{group}", "jobs/{job}"]


def addresses(group: JobGroup) -> list[str]:
    return [f"/orgs/{group.organization_id}/{page}".format(group=group.id, job=jobs_of(group)[0].id) for page in PAGES]


def statuses(user: User | None, group: JobGroup) -> list[int]:
    client = browser(user)
    return [client.get(address).status_code for address in addresses(group)]


def test_owner_and_full_access_see_every_page(organization: Organization, owner: User, engine: Engine) -> None:
    group = make_group(organization)

    assert statuses(owner, group) == [200] * 4
    assert statuses(make_member(organization).user, group) == [200] * 4


def test_editor_of_one_engine_sees_its_jobs_alone(organization: Organization, engine: Engine) -> None:
    other = make_engine(organization, name="Other", is_default=False)
    own, foreign = make_group(organization, engine=engine), make_group(organization, engine=other)
    editor = make_editor(organization, engine)

    assert statuses(editor, own) == [200] * 4
    assert statuses(editor, foreign) == [200, 200, 404, 404]
    listed = page_of(browser(editor), addresses(own)[0])
    assert own.id in listed
    assert foreign.id not in listed


def test_members_without_an_engine_are_told_what_is_missing(organization: Organization, reviewer: User, engine: Engine) -> None:
    group = make_group(organization)

    for user in (reviewer, make_manager(organization)):
        answer = browser(user).get(addresses(group)[0])
        assert statuses(user, group) == [403] * 4
        assert "This needs the permission engine:access. It can be granted by: Olive Owner." in answer.content.decode()


def test_stranger_cannot_tell_a_page_from_none(organization: Organization, stranger: User, engine: Engine) -> None:
    group = make_group(organization)

    assert statuses(stranger, group) == [404] * 4
    absent = browser(stranger).get(f"/orgs/{organization.pk}/jobs/ljb_0000000000000000000")
    assert browser(stranger).get(addresses(group)[3]).content == absent.content


def test_anonymous_visitor_is_asked_to_log_in(organization: Organization, engine: Engine) -> None:
    assert statuses(None, make_group(organization)) == [302] * 4


def test_groups_and_jobs_of_other_organizations_are_not_there(organization: Organization, owner: User, stranger: User, engine: Engine) -> None:
    elsewhere = stranger.memberships.get().organization
    make_engine(elsewhere)
    group = make_group(elsewhere)

    for address in addresses(group)[2:]:
        assert browser(owner).get(address.replace(elsewhere.pk, organization.pk)).status_code == 404


@pytest.mark.parametrize(
    "page", ["jobs/groups/x", "jobs/groups/ljg_0000000000000000000", "jobs/x", "jobs/ljb_%0a", "jobs/ljb_0000000000000000000/output.json"]
)
def test_ids_that_name_nothing_are_404(organization: Organization, owner: User, page: str) -> None:
    assert browser(owner).get(f"/orgs/{organization.pk}/{page}").status_code == 404


@pytest.mark.parametrize("act", ["groups/{group}/cancel", "groups/{group}/again", "{job}/replay/dlv_0000000000000000000"])
def test_acts_need_the_same_permission_and_a_post(
    organization: Organization, owner: User, reviewer: User, stranger: User, engine: Engine, act: str
) -> None:
    group = make_group(organization)
    address = f"/orgs/{organization.pk}/jobs/{act}".format(group=group.id, job=jobs_of(group)[0].id)

    assert browser(owner).get(address).status_code == 405
    assert browser(reviewer).post(address).status_code == 403
    assert browser(stranger).post(address).status_code == 404
    assert JobGroup.objects.count() == 1
    assert JobGroup.objects.get().cancelled_at is None


def test_navigation_shows_jobs_to_those_who_may_see_them(organization: Organization, owner: User, reviewer: User, engine: Engine) -> None:
    home, link = f"/orgs/{organization.pk}/", f'href="/orgs/{organization.pk}/jobs"'

    assert link in page_of(browser(owner), home)
    assert link in page_of(browser(make_editor(organization, engine)), home)
    assert link not in page_of(browser(reviewer), home)
