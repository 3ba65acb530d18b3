"""`GET /jobs/localization/groups/:groupId`: counts that exclude each other, and the jobs in the order of submission."""

from typing import Any

import pytest

from engines.pipeline_config import StageId
from localization.models import Job, JobGroup
from organizations.models import Organization
from tests.localization.calls import GROUPS, Api, time_of
from tests.localization.steps import completed, failed, jobs_of, make_group, settle, start


def shown_group(group_id: str, **members: Any) -> dict[str, Any]:
    """The answer about a group as its rows are, with the members that the test expects."""
    group = JobGroup.objects.get(pk=group_id)
    jobs = [
        {
            "id": job.id,
            "targetLocale": job.target_locale,
            "status": job.status,
            "warnings": job.warnings,
            "createdAt": time_of(job),
            "completedAt": time_of(job, "completed_at"),
        }
        for job in Job.objects.filter(group=group).order_by("id")
    ]
    counts = {"totalJobs": len(jobs), "completedJobs": 0, "completedWithWarningsJobs": 0, "failedJobs": 0}
    return {
        "groupId": group_id,
        "status": "pending",
        "engineId": group.engine_id,
        "sourceLocale": "en",
        **counts,
        "createdAt": time_of(group),
        "completedAt": time_of(group, "completed_at"),
        "jobs": jobs,
        "usage": {"inputTokens": 0, "outputTokens": 0, "costUsd": 0.0},
        **members,
    }


def test_group_that_nobody_started_is_pending(api: Api) -> None:
    submitted = api.submit(targetLocales=["fr", "de", "es"]).body

    answer = api.get(f"{GROUPS}/{submitted['groupId']}")

    assert answer.shown == (200, shown_group(submitted["groupId"]))
    assert answer.body["completedAt"] is None
    assert [(job["id"], job["targetLocale"], job["status"]) for job in answer.body["jobs"]] == [
        (job["id"], job["targetLocale"], "queued") for job in submitted["jobs"]
    ]


# How each of the jobs ends (c: completed, w: with a warning, f: failed, empty: runs), and what the group says.
ENDS = {
    "running": ("   ", {"status": "processing"}),
    "one completed": ("c  ", {"status": "processing", "completedJobs": 1}),
    "one failed": (" f ", {"status": "processing", "failedJobs": 1}),
    "all completed": ("ccc", {"status": "completed", "completedJobs": 3}),
    "all with warnings": ("www", {"status": "completed", "completedWithWarningsJobs": 3}),
    "some with warnings": ("cwc", {"status": "completed", "completedJobs": 2, "completedWithWarningsJobs": 1}),
    "some failed": ("cfw", {"status": "partial", "completedJobs": 1, "completedWithWarningsJobs": 1, "failedJobs": 1}),
    "all but one failed": ("ffw", {"status": "partial", "completedWithWarningsJobs": 1, "failedJobs": 2}),
    "all failed": ("fff", {"status": "failed", "failedJobs": 3}),
}


@pytest.mark.parametrize(("ends", "expected"), ENDS.values(), ids=ENDS)
def test_counts_tell_completed_warned_and_failed_apart(api: Api, organization: Organization, ends: str, expected: dict[str, Any]) -> None:
    group = make_group(organization, "de", "fr", "es", stages=[StageId.REPHRASE])
    settle(*(completed(step) if end != "f" else failed(step) for step, end in zip(start(), ends, strict=True) if end != " "))
    warned = {job.id for job, end in zip(jobs_of(group), ends, strict=True) if end == "w"}
    settle(*(failed(step) if step.job_id in warned else completed(step) for step in start()))

    answer = api.get(f"{GROUPS}/{group.id}")

    assert answer.shown == (200, shown_group(group.id, **expected))
    assert (answer.body["completedAt"] is None) == (expected["status"] == "processing")
    warnings = [["rephrase failed: The model gave no usable answer."] if end == "w" else [] for end in ends]
    assert [job["warnings"] for job in answer.body["jobs"]] == warnings


def test_jobs_keep_their_order_when_they_end_in_another(api: Api, organization: Organization) -> None:
    group = make_group(organization, "fr", "de", "es", "it")
    for step in reversed(start()):
        settle(completed(step))

    body = api.get(f"{GROUPS}/{group.id}").body

    assert [job["targetLocale"] for job in body["jobs"]] == ["fr", "de", "es", "it"]
