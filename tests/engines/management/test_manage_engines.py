"""Engines: made, read, listed, changed and deleted."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engines.models import Engine, MemoryEntry, ModelConfig
from organizations.models import AuditEvent, Organization
from tests.api import Api, not_found, refusal
from tests.engines.management.calls import ENGINES, LAYERS, nothing_written, version_of
from tests.factories import NOW, make_engine
from tests.localization.steps import completed, make_group, settle, start

DEFAULT_PIPELINE = {
    "preEdit": {"enabled": False},
    "humanEdit": {"enabled": False, "mode": "internal", "tier": "standard", "timeoutHours": 48, "maxCostUsd": None},
    "postEdit": {"enabled": False},
    "rephrase": {"enabled": False},
    "backTranslation": {"enabled": False},
}


def shown(organization: Organization, **members: Any) -> dict[str, Any]:
    return {
        "ownerOrganizationId": organization.pk,
        "name": "Shop",
        "description": "",
        "sourceLocales": [],
        "targetLocales": [],
        "enabled": True,
        "isDefault": False,
        "usesMemory": True,
        "onUnverified": "keep",
        "pipelineConfig": DEFAULT_PIPELINE,
        "layersVersion": 1,
        **members,
    }


def create(api: Api, organization: Organization, **members: Any) -> dict[str, Any]:
    answer = api.post(ENGINES, {"ownerOrganizationId": organization.pk, "name": "Shop", **members})
    assert answer.status == 201, answer.text
    return dict(answer.body)


def path_of(engine: Engine | dict[str, Any]) -> str:
    return f"{ENGINES}/{engine['id'] if isinstance(engine, dict) else engine.pk}"


def test_new_engine_is_answered_as_it_is_read(api: Api, organization: Organization) -> None:
    plain = {"description": "All of the shop.", "enabled": False, "usesMemory": False, "onUnverified": "fail"}
    respelt = {"name": " Shop ", "sourceLocales": ["en", "EN_us"], "targetLocales": ["zh-cn"], "pipelineConfig": {"humanEdit": {"timeoutHours": 1.5}}}

    answer = api.post(ENGINES, {"ownerOrganizationId": organization.pk, **plain, **respelt})

    pipeline = {**DEFAULT_PIPELINE, "humanEdit": {**DEFAULT_PIPELINE["humanEdit"], "timeoutHours": 1.5}}
    canonical = {"sourceLocales": ["en", "en-US"], "targetLocales": ["zh-CN"], "pipelineConfig": pipeline}
    engine_id, created_at = answer.body["id"], answer.body["createdAt"]
    assert answer.shown == (201, {"id": engine_id, **shown(organization, **plain, **canonical), "createdAt": created_at})
    again = api.get(f"{ENGINES}/{engine_id}")
    assert (again.shown, again.tag) == ((200, answer.body), answer.tag)


def test_new_engine_has_a_chain_for_every_pair(api: Api, organization: Organization, settings: Any) -> None:
    settings.DEFAULT_MODEL, settings.ANTHROPIC_API_KEY = "openai:gpt-5-mini", "sk-ant"

    engine = create(api, organization)

    rows = ModelConfig.objects.filter(engine_id=engine["id"]).values_list("source_locale", "target_locale", "provider", "rank")
    assert list(rows) == [("*", "*", "openai", 1), ("*", "*", "anthropic", 2)]


def test_first_engine_is_the_default_and_a_later_one_is_not(api: Api, organization: Organization) -> None:
    Engine.objects.all().delete()

    engines = [create(api, organization)["isDefault"], create(api, organization)["isDefault"]]

    assert engines == [True, False]


def test_new_default_takes_that_from_the_one_that_was(api: Api, organization: Organization, engine: Engine) -> None:
    new = create(api, organization, isDefault=True)

    assert (new["isDefault"], api.get(path_of(engine)).body["isDefault"]) == (True, False)


def test_organization_has_a_limit_of_engines(api: Api, organization: Organization) -> None:
    rows = [Engine(organization=organization, name=str(number), created_at=NOW) for number in range(Engine.objects.count(), 1000)]
    Engine.objects.bulk_create(rows, batch_size=500)

    with nothing_written():
        answer = api.post(ENGINES, {"ownerOrganizationId": organization.pk, "name": "Shop"})

    assert answer.shown == refusal(409, "ConflictError", "too_many_engines", "An organization has at most 1,000 engines.")


def test_engines_are_listed_newest_first_page_by_page(api: Api, organization: Organization, engine: Engine, foreign_api: Api) -> None:
    ids = sorted([engine.pk, *(make_engine(organization, name=str(number), is_default=False).pk for number in range(4))])

    first = api.get(ENGINES, limit=3).body
    make_engine(organization, name="late", is_default=False)
    second = api.get(ENGINES, limit=3, cursor=first["nextCursor"]).body

    assert [item["id"] for item in first["items"] + second["items"]] == ids[::-1]
    assert second["nextCursor"] is None
    assert second["items"][-1] == api.get(path_of(engine)).body
    assert foreign_api.get(ENGINES, cursor=first["nextCursor"]).body["code"] == "malformed_cursor"


def test_list_makes_as_many_queries_for_one_engine_as_for_many(api: Api, organization: Organization) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            assert api.get(ENGINES, limit=100).status == 200
        counts.append(len(captured))
        for _ in range(30):
            make_engine(organization, is_default=False)

    assert counts[0] - counts[1] in (0, 1)  # the first use of a key is noted
    assert counts[1] == 2


def test_changed_members_change_and_the_others_stay(api: Api, organization: Organization, engine: Engine) -> None:
    before = api.get(path_of(engine))

    answer = api.put(path_of(engine), {"name": "Shop", "enabled": False, "pipelineConfig": {"humanEdit": {"tier": "pro"}}}, if_match=before.tag)

    pipeline = {**DEFAULT_PIPELINE, "humanEdit": {**DEFAULT_PIPELINE["humanEdit"], "tier": "pro"}}
    assert answer.shown == (200, {**before.body, "name": "Shop", "enabled": False, "pipelineConfig": pipeline})
    assert answer.tag == api.get(path_of(engine)).tag != before.tag
    audit = AuditEvent.objects.get(action="engine.changed")
    assert (audit.organization_id, audit.target_type, audit.target_id) == (organization.pk, "engine", engine.pk)
    assert json.loads(audit.detail) == {
        "before": {"name": "Default", "enabled": True, "pipelineConfig": DEFAULT_PIPELINE},
        "after": {"name": "Shop", "enabled": False, "pipelineConfig": pipeline},
    }


def test_what_was_read_can_be_sent_back_and_writes_nothing(api: Api, engine: Engine) -> None:
    read = api.get(path_of(engine))
    with nothing_written():
        answer = api.put(path_of(engine), read.body, if_match=read.tag)

    assert answer.shown == (200, read.body)


@pytest.mark.parametrize(
    ("members", "raised"),
    [({"onUnverified": "fail"}, 1), ({"usesMemory": False}, 1), ({"name": "Shop", "enabled": False, "description": "x"}, 0)],
)
def test_version_is_raised_by_what_a_translation_could_show(api: Api, engine: Engine, members: dict[str, Any], raised: int) -> None:
    answer = api.put(path_of(engine), members, if_match=api.get(path_of(engine)).tag)

    assert answer.body["layersVersion"] == version_of(engine) == 1 + raised


def test_default_moves_to_another_engine(api: Api, engine: Engine, other_engine: Engine) -> None:
    answer = api.put(path_of(other_engine), {"isDefault": True}, if_match=api.get(path_of(other_engine)).tag)

    assert (answer.status, answer.body["isDefault"]) == (200, True)
    assert list(Engine.objects.filter(is_default=True)) == [other_engine]


def test_key_of_one_engine_does_not_make_it_everybodys_default(limited_api: Api, engine: Engine, other_engine: Engine) -> None:
    tag = limited_api.get(path_of(other_engine)).tag
    with nothing_written():
        answer = limited_api.put(path_of(other_engine), {"isDefault": True}, if_match=tag)

    sentence = "This needs the permission engine:access. It can be granted by: Olive Owner."
    assert answer.shown == refusal(403, "ForbiddenError", "forbidden", sentence)
    assert limited_api.put(path_of(other_engine), {"name": "Shop"}, if_match=tag).status == 200


def test_deleting_an_engine_removes_its_layers_and_memory(api: Api, organization: Organization, other_engine: Engine) -> None:
    for layer in LAYERS:
        layer.add(api, other_engine)
    entry = {"source_locale": "en", "target_locale": "de", "digest": "0" * 64, "origin": "human", "created_at": NOW, "updated_at": NOW}
    MemoryEntry.objects.create(engine=other_engine, source_text="a", target_text="b", **entry)
    read = api.get(path_of(other_engine))

    answer = api.delete(path_of(other_engine), if_match=read.tag)

    assert answer.shown == (204, None)
    assert api.get(path_of(other_engine)).shown == not_found("engine", "engine", other_engine.pk)
    left = {name: model.objects.filter(engine_id=other_engine.pk).count() for name, model in layer_models().items()}
    assert left == dict.fromkeys(left, 0)
    audit = AuditEvent.objects.get(action="engine.deleted")
    assert json.loads(audit.detail) == {"before": read.body}


def layer_models() -> dict[str, Any]:
    """What belongs to an engine, by name."""
    relations = [relation for relation in Engine._meta.related_objects if relation.field.name == "engine" and relation.field.db_constraint]
    return {relation.name: relation.related_model for relation in relations}


def test_engine_with_unfinished_groups_is_not_deleted(api: Api, organization: Organization, engine: Engine) -> None:
    make_group(organization)
    with nothing_written():
        answer = api.delete(path_of(engine), if_match=api.get(path_of(engine)).tag)

    sentence = "The engine has unfinished job groups: wait for them, or cancel them."
    assert answer.shown == refusal(409, "ConflictError", "engine_in_use", sentence)


def test_finished_jobs_keep_the_id_and_name_of_a_deleted_engine(api: Api, organization: Organization, engine: Engine) -> None:
    group = make_group(organization)
    settle(*map(completed, start()))
    jobs = api.get("/jobs/localization").body

    assert api.delete(path_of(engine), if_match=api.get(path_of(engine)).tag).status == 204

    group.refresh_from_db()
    assert (group.engine_id, group.engine_name, group.status) == (engine.pk, engine.name, "completed")
    assert api.get("/jobs/localization").body == jobs
    job = api.get(f"/jobs/localization/{jobs['items'][0]['id']}")
    assert (job.status, job.body["engineId"]) == (200, engine.pk)


def test_default_engine_may_be_deleted_and_then_there_is_none(api: Api, engine: Engine, other_engine: Engine) -> None:
    assert api.delete(path_of(engine), if_match=api.get(path_of(engine)).tag).status == 204

    assert [item["isDefault"] for item in api.get(ENGINES).body["items"]] == [False]
