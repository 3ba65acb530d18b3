"""`GET /jobs/localization`: newest first, filtered, and a walk by cursor that misses and repeats nothing."""

from typing import Any

import pytest

from engines.models import Engine
from foundation.cursors import encode_cursor
from localization.models import Job
from organizations.models import Organization
from tests.factories import make_engine
from tests.localization.calls import HUNDRED_LOCALES, JOBS, Api, invalid, nothing_written, time_of
from tests.localization.steps import completed, failed, jobs_of, make_group, settle, start

MALFORMED = invalid(("cursor", "The cursor is malformed or belongs to another list."), code="malformed_cursor")


def shown_job(job_id: str) -> dict[str, Any]:
    job = Job.objects.get(pk=job_id)
    return {
        "id": job.id,
        "groupId": job.group_id,
        "targetLocale": job.target_locale,
        "status": job.status,
        "warnings": job.warnings,
        "createdAt": time_of(job),
        "completedAt": time_of(job, "completed_at"),
    }


def submit(api: Api, *locales: str, **members: Any) -> list[str]:
    """The ids of the jobs, as the submission's answer lists them."""
    answer = api.submit(targetLocales=list(locales), **members)
    assert answer.status == 202
    return [job["id"] for job in answer.body["jobs"]]


def ids(api: Api, **query: object) -> list[str]:
    answer = api.get(JOBS, **query)
    assert answer.status == 200
    return [job["id"] for job in answer.body["items"]]


def test_organization_without_jobs_has_an_empty_list(api: Api) -> None:
    assert api.get(JOBS).shown == (200, {"items": [], "nextCursor": None})


def test_newest_jobs_come_first_without_a_strangers(api: Api, foreign_api: Api) -> None:
    first = submit(api, "de", "fr")
    foreign = submit(foreign_api, "it")
    second = submit(api, "en", "es")

    answer = api.get(JOBS)

    expected = [*reversed(second), *reversed(first)]
    assert answer.shown == (200, {"items": [shown_job(job_id) for job_id in expected], "nextCursor": None})
    assert ids(foreign_api) == foreign


def test_twenty_are_shown_where_no_limit_is_given(api: Api) -> None:
    found = submit(api, *HUNDRED_LOCALES)

    assert ids(api) == found[:-21:-1]
    assert ids(api, limit=1) == found[-1:]
    assert ids(api, limit=100) == found[::-1]
    assert api.get(JOBS, limit=100).body["nextCursor"] is None


def test_status_filters(api: Api, organization: Organization) -> None:
    waiting, done, broken = (jobs_of(make_group(organization, locale))[0] for locale in ("de", "fr", "es"))
    steps = {step.job_id: step for step in start()}
    settle(completed(steps[done.id]), failed(steps[broken.id]))
    queued = jobs_of(make_group(organization, "it"))[0]

    found = {status: ids(api, status=status) for status in Job.Status.values}

    assert found == {
        "queued": [queued.id],
        "processing": [waiting.id],
        "completed": [done.id],
        "completed_with_warnings": [],
        "failed": [broken.id],
    }


def test_engine_filters_alone_and_with_a_status(api: Api, organization: Organization, engine: Engine) -> None:
    other = make_engine(organization, name="Other", is_default=False)
    here = submit(api, "de", "en")
    there = submit(api, "de", "en", engineId=other.id)

    assert ids(api, engineId=engine.id) == here[::-1]
    assert ids(api, engineId=other.id) == there[::-1]
    assert ids(api, engineId=other.id, status="completed") == [there[1]]
    assert ids(api, engineId="eng_0000000000000000000") == []


def test_strangers_engine_is_an_empty_list_like_one_that_does_not_exist(api: Api, foreign_api: Api) -> None:
    submit(foreign_api, "de")
    foreign = Job.objects.get().group.engine_id

    assert (
        api.get(JOBS, engineId=foreign).shown == api.get(JOBS, engineId="eng_0000000000000000000").shown == (200, {"items": [], "nextCursor": None})
    )


def walk(api: Api, limit: int, **query: object) -> list[str]:
    """All pages, with others submitting between them."""
    found: list[str] = []
    while True:
        page = api.get(JOBS, limit=limit, **query).body
        found += [job["id"] for job in page["items"]]
        if page["nextCursor"] is None:
            return found
        assert len(page["items"]) == limit
        query["cursor"] = page["nextCursor"]
        submit(api, "de", "fr", "en")


@pytest.mark.parametrize("limit", [100, 33])
def test_walk_misses_and_repeats_nothing_while_others_submit(api: Api, limit: int) -> None:
    there = [job_id for _ in range(5) for job_id in submit(api, *HUNDRED_LOCALES)]

    assert walk(api, limit) == there[::-1]


def test_walk_over_a_filter_misses_and_repeats_nothing(api: Api, organization: Organization) -> None:
    other = make_engine(organization, name="Other", is_default=False)
    there = []
    for _ in range(3):
        there += submit(api, *HUNDRED_LOCALES[:40], engineId=other.id)
        submit(api, *HUNDRED_LOCALES[:40])

    assert walk(api, 7, engineId=other.id, status="queued") == there[::-1]


def test_last_page_that_is_full_has_no_cursor(api: Api) -> None:
    found = submit(api, "de", "fr", "es", "it")
    first = api.get(JOBS, limit=2).body

    last = api.get(JOBS, limit=2, cursor=first["nextCursor"]).body

    assert [job["id"] for job in last["items"]] == [found[1], found[0]]
    assert last["nextCursor"] is None


def test_cursor_is_good_for_its_own_list_only(api: Api, foreign_api: Api, engine: Engine) -> None:
    submit(api, "de", "fr", "es")
    submit(foreign_api, "de", "fr", "es")
    cursor, foreign = (caller.get(JOBS, limit=1).body["nextCursor"] for caller in (api, foreign_api))

    with nothing_written():
        answers = [
            api.get(JOBS, cursor=foreign),
            foreign_api.get(JOBS, cursor=cursor),
            api.get(JOBS, cursor=cursor, status="queued"),
            api.get(JOBS, cursor=cursor, engineId=engine.id),
            api.get(JOBS, cursor=encode_cursor("ljb_0000000000000000000", scope="deliveries")),
        ]

    assert [answer.shown for answer in answers] == [MALFORMED] * 5
    assert api.get(JOBS, cursor=cursor, limit=2).status == 200


def test_cursor_that_was_tampered_with_is_refused(api: Api) -> None:
    submit(api, "de", "fr")
    cursor = api.get(JOBS, limit=1).body["nextCursor"]
    payload, _, signature = cursor.rpartition(".")
    tampered = [
        f"{payload}x.{signature}",
        f"{payload[:-2]}xx.{signature}",
        f"{payload}.{signature[:-1]}",
        f"{payload}.{signature[::-1]}",
        payload,
        signature,
        f".{signature}",
        cursor * 2,
        cursor.swapcase(),
        f"{cursor}x",
    ]

    with nothing_written():
        answers = [api.get(JOBS, cursor=text) for text in tampered]

    assert [answer.shown for answer in answers] == [MALFORMED] * len(tampered)
