"""`POST /jobs/localization/groups/:groupId/cancel`: ends what has not started, and cuts nothing off."""

from typing import Any

from engines.pipeline_config import StageId
from foundation.clock import database_now
from localization.models import Job, JobGroup, Step
from organizations.models import Organization
from tests.localization.calls import GROUPS, JOBS, Api, count_rows, nothing_written, refusal, time_of
from tests.localization.consistency import assert_consistent
from tests.localization.steps import completed, make_group, settle, start, waiting
from tests.localization.work import finish_steps, run_due_steps, start_due_steps
from webhooks.models import Delivery

FINISHED = refusal(409, "ConflictError", "group_finished", "The group is finished.")


def cancel(api: Api, group_id: str) -> tuple[int, Any]:
    return api.post(f"{GROUPS}/{group_id}/cancel").shown


def jobs_as_shown(group_id: str) -> list[tuple[str, str, str]]:
    return list(Job.objects.filter(group_id=group_id).order_by("id").values_list("target_locale", "status", "error"))


def test_unstarted_jobs_fail_as_cancelled(api: Api) -> None:
    group_id = api.submit(targetLocales=["de", "fr"]).body["groupId"]

    status, body = cancel(api, group_id)

    group = JobGroup.objects.get(pk=group_id)
    at = time_of(group, "completed_at")
    jobs = [
        {"id": job.id, "targetLocale": locale, "status": "failed", "warnings": [], "createdAt": time_of(job), "completedAt": at}
        for job, locale in zip(Job.objects.order_by("id"), ["de", "fr"], strict=True)
    ]
    assert (status, body) == (
        200,
        {
            "groupId": group_id,
            "status": "failed",
            "engineId": group.engine_id,
            "sourceLocale": "en",
            "totalJobs": 2,
            "completedJobs": 0,
            "completedWithWarningsJobs": 0,
            "failedJobs": 2,
            "createdAt": time_of(group),
            "completedAt": at,
            "jobs": jobs,
            "usage": {"inputTokens": 0, "outputTokens": 0, "costUsd": 0.0},
        },
    )
    assert api.get(f"{GROUPS}/{group_id}").shown == (status, body)
    assert_consistent(group_id)


def test_cancelled_job_says_so_and_its_step_is_skipped(api: Api) -> None:
    submitted = api.submit().body

    cancel(api, submitted["groupId"])

    job = api.get(f"{JOBS}/{submitted['jobs'][0]['id']}").body
    assert (job["status"], job["error"], job["outputData"], job["warnings"]) == ("failed", "Cancelled", None, [])
    assert [(step["stepId"], step["status"], step["detail"]) for step in job["steps"]] == [("localize", "skipped", {"reason": "cancelled"})]


def test_nothing_of_a_cancelled_group_runs_later(api: Api) -> None:
    group_id = api.submit(targetLocales=["de", "fr"]).body["groupId"]
    cancel(api, group_id)

    assert start_due_steps() == []


def test_what_runs_is_finished_and_kept(api: Api) -> None:
    group_id = api.submit(targetLocales=["de"]).body["groupId"]
    running = start_due_steps()

    status, body = cancel(api, group_id)
    finish_steps(running)

    assert (status, body["status"], body["jobs"][0]["status"]) == (200, "processing", "processing")
    assert jobs_as_shown(group_id) == [("de", "completed", "")]
    assert JobGroup.objects.get().status == "completed"
    assert_consistent(group_id)


def test_running_job_with_stages_to_come_ends_as_cancelled(api: Api, organization: Organization) -> None:
    group = make_group(organization, "de", stages=[StageId.REPHRASE])
    [running] = start()

    assert cancel(api, group.id)[0] == 200
    settle(completed(running), now=database_now())

    assert jobs_as_shown(group.id) == [("de", "failed", "Cancelled")]
    assert list(Step.objects.values_list("stage", "status")) == [("localize", "completed")]
    assert_consistent(group.id)


def test_job_that_waits_for_a_person_ends(api: Api, organization: Organization) -> None:
    group = make_group(organization, "de", stages=[StageId.HUMAN_EDIT])
    settle(completed(start()[0]))
    settle(waiting(start()[0]))

    status, body = cancel(api, group.id)

    assert (status, body["status"]) == (200, "failed")
    assert list(Step.objects.order_by("id").values_list("stage", "status")) == [("localize", "completed"), ("humanEdit", "skipped")]
    assert_consistent(group.id)


def test_jobs_that_ended_before_stay_as_they_are(api: Api) -> None:
    group_id = api.submit(targetLocales=["de", "en"]).body["groupId"]

    status, body = cancel(api, group_id)

    assert (status, body["status"], body["completedJobs"], body["failedJobs"]) == (200, "partial", 1, 1)
    assert jobs_as_shown(group_id) == [("de", "failed", "Cancelled"), ("en", "completed", "")]
    assert_consistent(group_id)


def test_each_cancelled_job_is_announced_once(api: Api) -> None:
    submitted = api.submit(targetLocales=["de", "fr"], callbackUrl="https://hooks.example/in").body
    before = count_rows()

    cancel(api, submitted["groupId"])
    cancel(api, submitted["groupId"])

    assert count_rows()["OrmQ"] == before["OrmQ"] + 1
    assert set(Delivery.objects.values_list("event_type", "event_id")) == {("translation.failed", job["id"]) for job in submitted["jobs"]}
    assert_consistent(submitted["groupId"])


def test_finished_group_is_not_cancelled(api: Api) -> None:
    group_id = api.submit(targetLocales=["de", "en"]).body["groupId"]
    run_due_steps()
    before = list(JobGroup.objects.values())

    with nothing_written():
        answer = cancel(api, group_id)

    assert answer == FINISHED
    assert list(JobGroup.objects.values()) == before


def test_second_cancel_is_told_that_all_is_over(api: Api) -> None:
    group_id = api.submit().body["groupId"]

    assert [cancel(api, group_id)[0], cancel(api, group_id)] == [200, FINISHED]


def test_second_cancel_while_something_runs_changes_nothing(api: Api) -> None:
    group_id = api.submit().body["groupId"]
    start_due_steps()
    first = cancel(api, group_id)
    before = list(JobGroup.objects.values())

    assert cancel(api, group_id) == first
    assert list(JobGroup.objects.values()) == before
