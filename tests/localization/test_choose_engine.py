"""Which engine a submission gets: the one it names, else the organization's default."""

import pytest

from engines.models import Engine
from localization.models import JobGroup
from organizations.models import Organization
from tests.factories import make_engine
from tests.localization.calls import Api, invalid, not_found, nothing_written, refusal

DISABLED = refusal(403, "ForbiddenError", "engine_disabled", "This engine is disabled.")
NO_DEFAULT = invalid(("engineId", "The organization has no default engine: name one."))


def test_default_engine_is_taken_where_none_is_named(api: Api, organization: Organization, engine: Engine) -> None:
    make_engine(organization, name="Other", is_default=False)

    api.submit()

    group = JobGroup.objects.get()
    assert (group.engine_id, group.engine_name) == (engine.id, "Default")


def test_named_engine_is_taken(api: Api, organization: Organization) -> None:
    other = make_engine(organization, name="Other", is_default=False)

    api.submit(engineId=other.id)

    group = JobGroup.objects.get()
    assert (group.engine_id, group.engine_name) == (other.id, "Other")


def test_organization_without_a_default_must_name_one(api: Api, organization: Organization) -> None:
    Engine.objects.update(is_default=False)

    with nothing_written():
        refused = api.submit()

    assert refused.shown == NO_DEFAULT


def test_organization_without_an_engine_is_told(api: Api) -> None:
    Engine.objects.all().delete()

    with nothing_written():
        refused = api.submit()

    assert refused.shown == NO_DEFAULT


def test_strangers_engine_does_not_exist(api: Api, foreign_api: Api, organization: Organization) -> None:
    foreign = Engine.objects.exclude(organization=organization).get()

    for engine_id in (foreign.id, "eng_0000000000000000000"):
        with nothing_written():
            assert api.submit(engineId=engine_id).shown == not_found("engine", "engine", engine_id)


def test_strangers_engine_does_not_exist_when_it_is_disabled(api: Api, foreign_api: Api, organization: Organization) -> None:
    foreign = Engine.objects.exclude(organization=organization).get()
    Engine.objects.filter(pk=foreign.pk).update(enabled=False)

    with nothing_written():
        assert api.submit(engineId=foreign.id).shown == not_found("engine", "engine", foreign.id)


@pytest.mark.parametrize("is_named", [True, False], ids=["named", "default"])
def test_disabled_engine_refuses(api: Api, engine: Engine, is_named: bool) -> None:
    Engine.objects.update(enabled=False)

    with nothing_written():
        refused = api.submit(engineId=engine.id if is_named else ...)

    assert refused.shown == DISABLED


def test_disabled_engine_still_shows_its_jobs(api: Api) -> None:
    submitted = api.submit().body
    Engine.objects.update(enabled=False)

    assert api.get(f"/jobs/localization/{submitted['jobs'][0]['id']}").status == 200
    assert len(api.get("/jobs/localization").body["items"]) == 1


def test_deleted_engine_leaves_its_finished_jobs(api: Api, engine: Engine) -> None:
    submitted = api.submit(targetLocales=["en"]).body
    engine_id = engine.id
    engine.delete()

    job = api.get(f"/jobs/localization/{submitted['jobs'][0]['id']}")
    group = api.get(f"/jobs/localization/groups/{submitted['groupId']}")
    items = api.get("/jobs/localization", engineId=engine_id).body["items"]

    assert (job.body["engineId"], group.body["engineId"], len(items)) == (engine_id, engine_id, 1)
    assert JobGroup.objects.get().engine_name == "Default"
