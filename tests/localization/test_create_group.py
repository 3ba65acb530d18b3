"""`POST /jobs/localization`: what is accepted, what is stored of it, what is answered."""

from typing import Any

import pytest

from engines.models import Engine
from engines.pipeline_config import DEFAULTS
from localization.models import Job, JobGroup, Step
from localization.services import digest_of
from organizations.models import Organization
from tests.localization.calls import GROUPS, HUNDRED_LOCALES, JOBS, Api, count_rows, make_body, time_of

EVERY_FIELD: dict[str, Any] = {
    "sourceLocale": "EN",
    "targetLocales": ["pt_BR", "de", "zh-cn", "sr_Latn-RS"],
    "data": {"title": "Hello", "id": "x1"},
    "context": "A shop's front page. " * 2,
    "hints": {"title": ["Home", "Title"], "absent.key": [], "": [""]},
    "lockedKeys": ["id", "meta.**"],
    "callbackUrl": "https://hooks.example/in?a=b",
    "idempotencyKey": "order-1",
    "pipelineConfig": {"humanEdit": {"mode": "internal", "tier": "pro", "timeoutHours": 1.5, "maxCostUsd": 20}, "preEdit": {"enabled": False}},
}


def stored(group_id: str) -> dict[str, Any]:
    return JobGroup.objects.values().get(pk=group_id)


def defaults(organization: Organization, engine: Engine) -> dict[str, Any]:
    """The row of `make_body()`, without its id, digest and time."""
    return {
        "organization_id": organization.id,
        "engine_id": engine.id,
        "engine_name": "Default",
        "source_locale": "en",
        "source": '{"title":"Hello"}',
        "context": "",
        "hints": "{}",
        "locked_keys": [],
        "callback_url": "",
        "pipeline_config": DEFAULTS,
        "idempotency_key": None,
        "status": "pending",
        "total_jobs": 1,
        "completed_jobs": 0,
        "completed_with_warnings_jobs": 0,
        "failed_jobs": 0,
        "seq": 1,
        "cancelled_at": None,
        "completed_at": None,
    }


def without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def test_answer_names_the_group_and_its_jobs_in_the_order_of_the_locales(api: Api) -> None:
    answer = api.submit(targetLocales=["fr", "DE", "pt_BR"])

    group = JobGroup.objects.get()
    jobs = [{"id": job.id, "targetLocale": job.target_locale, "status": "queued"} for job in Job.objects.order_by("id")]
    assert answer.shown == (202, {"groupId": group.id, "status": "pending", "createdAt": time_of(group), "jobs": jobs})
    assert [job["targetLocale"] for job in answer.body["jobs"]] == ["fr", "de", "pt-BR"]


def test_every_field_is_stored(api: Api, organization: Organization, engine: Engine) -> None:
    body = {**EVERY_FIELD, "engineId": engine.id}

    answer = api.post(JOBS, body)

    assert answer.status == 202
    human = {"enabled": False, "mode": "internal", "tier": "pro", "timeoutHours": 1.5, "maxCostUsd": 20}
    assert without(stored(answer.body["groupId"]), "id", "request_digest", "created_at") == {
        **defaults(organization, engine),
        "source": '{"title":"Hello","id":"x1"}',
        "context": EVERY_FIELD["context"],
        "hints": '{"title":["Home","Title"],"absent.key":[],"":[""]}',
        "locked_keys": ["id", "meta.**"],
        "callback_url": "https://hooks.example/in?a=b",
        "idempotency_key": "order-1",
        "pipeline_config": {**DEFAULTS, "humanEdit": human},
        "total_jobs": 4,
    }
    assert [job["targetLocale"] for job in answer.body["jobs"]] == ["pt-BR", "de", "zh-CN", "sr-Latn-RS"]


@pytest.mark.parametrize("optional", [..., None], ids=["left out", "null"])  # null is what clients send for what they have not
def test_optional_fields_have_defaults(api: Api, organization: Organization, engine: Engine, optional: Any) -> None:
    names = ("context", "hints", "lockedKeys", "callbackUrl", "idempotencyKey", "engineId", "pipelineConfig")

    answer = api.submit(**dict.fromkeys(names, optional))

    assert without(stored(answer.body["groupId"]), "id", "request_digest", "created_at") == defaults(organization, engine)


def test_request_overrides_the_engines_pipeline_member_by_member(api: Api, engine: Engine) -> None:
    Engine.objects.update(pipeline_config={"humanEdit": {"mode": "external", "timeoutHours": 12}, "rephrase": {"enabled": True}})

    answer = api.submit(pipelineConfig={"humanEdit": {"timeoutHours": 0.25}, "rephrase": {"enabled": False}})

    human = {"enabled": False, "mode": "external", "tier": "standard", "timeoutHours": 0.25, "maxCostUsd": None}
    assert stored(answer.body["groupId"])["pipeline_config"] == {**DEFAULTS, "humanEdit": human}


def test_submission_writes_its_rows_and_wakes_a_worker(api: Api) -> None:
    before = count_rows()

    answer = api.submit(targetLocales=["de", "fr", "es"])

    assert answer.status == 202
    written = {name: count - before[name] for name, count in count_rows().items()}
    assert written == {"JobGroup": 1, "Job": 3, "Step": 3, "Event": 1, "Delivery": 0, "Endpoint": 0, "StreamTicket": 0, "OrmQ": 1}
    steps = Step.objects.values_list("job_id", "stage", "status", "attempts").order_by("id")
    assert list(steps) == [(job["id"], "localize", "ready", 0) for job in answer.body["jobs"]]


def test_a_hundred_locales_are_a_hundred_jobs_in_their_order(api: Api) -> None:
    answer = api.submit(targetLocales=HUNDRED_LOCALES)

    assert answer.status == 202
    assert [job["targetLocale"] for job in answer.body["jobs"]] == HUNDRED_LOCALES
    group = api.get(f"{GROUPS}/{answer.body['groupId']}").body
    assert [(job["id"], job["targetLocale"]) for job in group["jobs"]] == [(job["id"], job["targetLocale"]) for job in answer.body["jobs"]]


IGNORED = {
    "params": {"fast": True},
    "sessionId": "s",
    "triggerType": "cli",
    "metadata": {"a": [1]},
    "orgId": "org_0000000000000000000",
    "organizationId": "org_0000000000000000000",
    "id": "ljg_0000000000000000000",
    "groupId": "ljg_0000000000000000000",
    "status": "completed",
    "createdAt": "2001-01-01T00:00:00Z",
    "jobs": [],
    "is_admin": True,
}


def test_unknown_fields_are_ignored(api: Api, organization: Organization, engine: Engine) -> None:
    body = make_body(**IGNORED)

    answer = api.post(JOBS, body)

    row = stored(answer.body["groupId"])
    assert answer.status == 202
    assert without(row, "id", "request_digest", "created_at") == defaults(organization, engine)
    assert row["id"] != IGNORED["id"]
    assert row["request_digest"] != digest_of(make_body())


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8"])
def test_clients_ways_of_saying_json_are_taken(api: Api, content_type: str) -> None:
    assert api.post(JOBS, make_body(), content_type=content_type).status == 202


LIMITS: dict[str, dict[str, Any]] = {
    "context of 10,000 characters": {"context": "c" * 10_000},
    "empty context": {"context": ""},
    "50 hints of 500 characters": {"hints": {"title": ["h" * 500] * 50}},
    "key of 512 characters": {"hints": {"k" * 512: ["h"]}, "data": {"k" * 512: "Hello"}},
    "200 locked keys": {"lockedKeys": [f"key{number}" for number in range(200)]},
    "no locked keys": {"lockedKeys": []},
    "locked key of 512 characters": {"lockedKeys": ["k" * 512]},
    "callback URL of 2,000 bytes": {"callbackUrl": f"https://hooks.example/{'a' * 1978}"},
    "idempotency key of 1 character": {"idempotencyKey": " "},
    "idempotency key of 255 characters": {"idempotencyKey": "ü" * 255},
    "timeout of 720 hours": {"pipelineConfig": {"humanEdit": {"timeoutHours": 720}}},
    "short timeout": {"pipelineConfig": {"humanEdit": {"timeoutHours": 0.001}}},
    "no cost allowed": {"pipelineConfig": {"humanEdit": {"maxCostUsd": 0}}},
    "empty pipeline": {"pipelineConfig": {}},
    "string of 50,000 characters": {"data": {"text": "ä" * 50_000}},
    "20,000 strings": {"data": {"items": ["x"] * 20_000}},
    "locale of 35 characters": {"targetLocales": ["de-x-" + "abcdefg-" * 3 + "abcdef"]},
}


@pytest.mark.parametrize("members", LIMITS.values(), ids=LIMITS)
def test_what_is_at_its_limit_is_accepted(api: Api, members: dict[str, Any]) -> None:
    assert api.submit(**members).status == 202
