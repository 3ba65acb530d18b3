"""What keys with fewer permissions see: the jobs of the engines they may use, as if there were no others."""

from dataclasses import dataclass
from typing import Any

import pytest

from engines.models import Engine
from organizations.models import Organization, User
from organizations.permissions import ACCESS_ENGINES, Grants
from tests.factories import make_engine, make_key, make_member, make_role
from tests.localization.calls import GROUPS, JOBS, Api, invalid, not_found, nothing_written

NO_DEFAULT = invalid(("engineId", "The organization has no default engine: name one."))


@dataclass(frozen=True)
class Submitted:
    """One group of each engine, as the owner's key was answered."""

    default: dict[str, Any]
    other: dict[str, Any]


@pytest.fixture
def other_engine(organization: Organization) -> Engine:
    return make_engine(organization, name="Other", is_default=False)


@pytest.fixture
def limited(organization: Organization, other_engine: Engine) -> Api:
    """A service key for the other engine only."""
    return Api(make_key(organization, engines=[other_engine])[1])


@pytest.fixture
def submitted(api: Api, other_engine: Engine) -> Submitted:
    return Submitted(api.submit().body, api.submit(engineId=other_engine.id).body)


def calls_on(group: dict[str, Any]) -> list[tuple[str, str]]:
    """Every call that names the group or its job; the one that ends it comes last."""
    group_path = f"{GROUPS}/{group['groupId']}"
    return [("GET", f"{JOBS}/{group['jobs'][0]['id']}"), ("GET", group_path), ("POST", f"{group_path}/ws-ticket"), ("POST", f"{group_path}/cancel")]


def refusals_on(group: dict[str, Any]) -> list[tuple[int, Any]]:
    return [not_found("job", "job", group["jobs"][0]["id"]), *[not_found("jobGroup", "job group", group["groupId"])] * 3]


def test_limited_key_lists_the_jobs_of_its_engine(limited: Api, submitted: Submitted, engine: Engine, other_engine: Engine) -> None:
    ids = [job["id"] for job in submitted.other["jobs"]]

    assert [job["id"] for job in limited.get(JOBS).body["items"]] == ids
    assert [job["id"] for job in limited.get(JOBS, engineId=other_engine.id).body["items"]] == ids
    assert limited.get(JOBS, engineId=engine.id).shown == (200, {"items": [], "nextCursor": None})


def test_limited_key_does_not_find_the_jobs_of_another_engine(limited: Api, submitted: Submitted) -> None:
    with nothing_written():
        answers = [limited.call(method, path).shown for method, path in calls_on(submitted.default)]

    assert answers == refusals_on(submitted.default)


def test_limited_key_may_do_all_with_the_jobs_of_its_engine(limited: Api, submitted: Submitted) -> None:
    assert [limited.call(method, path).status for method, path in calls_on(submitted.other)] == [200, 200, 201, 200]


def test_limited_key_submits_to_its_engine_only(limited: Api, engine: Engine, other_engine: Engine) -> None:
    with nothing_written():
        assert limited.submit(engineId=engine.id).shown == not_found("engine", "engine", engine.id)
        assert limited.submit().shown == NO_DEFAULT

    assert limited.submit(engineId=other_engine.id).status == 202


def test_key_for_the_default_engine_need_not_name_it(organization: Organization, engine: Engine) -> None:
    limited = Api(make_key(organization, engines=[engine])[1])

    assert limited.submit().status == 202


def test_personal_key_reaches_the_engines_of_its_owners_role(organization: Organization, submitted: Submitted, other_engine: Engine) -> None:
    role = make_role(organization, name="Shop", grants=Grants(chosen={ACCESS_ENGINES: (other_engine,)}))
    member = Api(make_key(organization, user=make_member(organization, role).user)[1])

    with nothing_written():
        assert [member.call(method, path).shown for method, path in calls_on(submitted.default)] == refusals_on(submitted.default)
    assert [member.call(method, path).status for method, path in calls_on(submitted.other)] == [200, 200, 201, 200]


def test_permission_that_is_taken_away_is_gone_at_once(organization: Organization, submitted: Submitted) -> None:
    membership = make_member(organization)
    member = Api(make_key(organization, user=membership.user)[1])
    seen = len(member.get(JOBS).body["items"])

    membership.user.groups.clear()

    assert (seen, member.get(JOBS).body["items"]) == (2, [])
    with nothing_written():
        assert member.submit().shown == NO_DEFAULT


def test_key_without_engine_permissions_sees_no_job(organization: Organization, reviewer: User, submitted: Submitted) -> None:
    reviewing = Api(make_key(organization, user=reviewer)[1])

    with nothing_written():
        assert reviewing.get(JOBS).shown == (200, {"items": [], "nextCursor": None})
        assert [reviewing.call(method, path).shown for method, path in calls_on(submitted.default)] == refusals_on(submitted.default)
        assert reviewing.submit().shown == NO_DEFAULT


def test_other_organization_sees_nothing(foreign_api: Api, submitted: Submitted) -> None:
    with nothing_written():
        assert foreign_api.get(JOBS).shown == (200, {"items": [], "nextCursor": None})
        assert [foreign_api.call(method, path).shown for method, path in calls_on(submitted.default)] == refusals_on(submitted.default)


def test_member_of_two_organizations_acts_in_the_one_of_the_key(organization: Organization, stranger: User, submitted: Submitted) -> None:
    make_member(organization, user=stranger)
    elsewhere = stranger.memberships.exclude(organization=organization).get().organization
    here, there = (Api(make_key(each, user=stranger)[1]) for each in (organization, elsewhere))

    assert len(here.get(JOBS).body["items"]) == 2
    assert there.get(JOBS).body["items"] == []
    with nothing_written():
        assert [there.call(method, path).shown for method, path in calls_on(submitted.other)] == refusals_on(submitted.other)
