"""How many queries a call makes: as many for a hundred jobs as for one."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

from engines.pipeline_config import StageId
from localization.models import Job
from organizations.models import Organization
from tests.localization.calls import GROUPS, HUNDRED_LOCALES, JOBS, Answer, Api
from tests.localization.steps import completed, jobs_of, make_group, settle, start


def count_queries(call: Callable[[], Answer], status: int = 200) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert call().status == status
    return len(captured)


def test_submission_makes_as_many_queries_for_100_locales_as_for_14(api: Api) -> None:
    api.submit()  # the first use of a key is noted

    counts = [count_queries(lambda: api.submit(targetLocales=HUNDRED_LOCALES[:locales]), 202) for locales in (1, 14, 100)]  # noqa: B023

    assert counts == [counts[0]] * 3
    # key; engine; savepoint, engine held, group, jobs, steps, event, its release; the wake-up
    assert counts[0] <= 10


def test_submission_that_copies_makes_as_many_queries_for_every_number_of_locales(api: Api) -> None:
    api.submit()

    counts = [count_queries(lambda: api.submit(targetLocales=HUNDRED_LOCALES[:locales], data={"n": 1}), 202) for locales in (14, 100)]  # noqa: B023

    assert counts[0] == counts[1]


def test_repeat_makes_as_many_queries_for_every_number_of_jobs(api: Api) -> None:
    few = {"targetLocales": ["de"], "idempotencyKey": "few"}
    many = {"targetLocales": HUNDRED_LOCALES, "idempotencyKey": "many"}
    assert (api.submit(**few).status, api.submit(**many).status) == (202, 202)

    counts = [count_queries(lambda: api.submit(**members), 202) for members in (few, many)]  # noqa: B023

    assert counts[0] == counts[1] <= 4


def test_group_makes_as_many_queries_for_every_number_of_jobs(api: Api) -> None:
    small, large = (api.submit(targetLocales=HUNDRED_LOCALES[:locales]).body["groupId"] for locales in (1, 100))

    counts = [count_queries(lambda: api.get(f"{GROUPS}/{group_id}")) for group_id in (small, large)]  # noqa: B023

    assert counts[0] == counts[1] <= 4


def test_list_makes_as_many_queries_for_every_number_of_jobs(api: Api) -> None:
    for _ in range(3):
        api.submit(targetLocales=HUNDRED_LOCALES[:40])
    cursor = api.get(JOBS, limit=1).body["nextCursor"]

    queries = ({"limit": 1}, {"limit": 100}, {"limit": 100, "status": "queued"}, {"limit": 1, "cursor": cursor}, {"limit": 100, "cursor": cursor})
    counts = [count_queries(lambda: api.get(JOBS, **query)) for query in queries]  # noqa: B023

    assert counts == [2] * 5


def test_job_makes_as_many_queries_for_every_number_of_steps(api: Api, organization: Organization) -> None:
    short = make_group(organization)
    long = make_group(organization, stages=[StageId.REPHRASE, StageId.BACK_TRANSLATION])
    while steps := start():
        settle(*map(completed, steps))
    api.get(JOBS)

    counts = [count_queries(lambda: api.get(f"{JOBS}/{jobs_of(group)[0].id}")) - 1 for group in (short, long)]  # noqa: B023

    assert counts[0] == counts[1] <= 3
    assert Job.objects.filter(status="completed").count() == 2


def test_cancel_makes_as_many_queries_for_every_number_of_jobs(api: Api) -> None:
    small, large = (api.submit(targetLocales=HUNDRED_LOCALES[:locales]).body["groupId"] for locales in (2, 100))

    counts = [count_queries(lambda: api.post(f"{GROUPS}/{group_id}/cancel")) for group_id in (small, large)]  # noqa: B023

    assert counts[0] == counts[1]
