"""`idempotencyKey`: one key and one body are one group, however often they are sent."""

import json
from dataclasses import replace

import pytest

from engines.models import Engine
from foundation.clock import database_now
from foundation.customer_json import parse
from localization.errors import IdempotencyKeyReused
from localization.models import JobGroup
from localization.requests import read_submission
from localization.services import digest_of, submit_group
from organizations.access import Actor
from organizations.models import Organization, User
from tests.factories import make_engine, make_key
from tests.localization.calls import JOBS, Api, invalid, make_body, nothing_written
from tests.localization.work import run_due_steps

BODY = '{"sourceLocale":"en","targetLocales":["de","fr","en"],"data":{"a":"Hello","n":1.0},"idempotencyKey":"k"}'
REUSED = invalid(("idempotencyKey", "This key was used with another body."), code="idempotency_key_reused")

SAME = {
    "the same bytes": BODY,
    "white space": json.dumps(json.loads(BODY), indent=2).replace("\n", "\r\n"),
    "escapes": BODY.replace("Hello", "\\u0048ello"),
}
OTHER = {
    "another text": BODY.replace("Hello", "Hullo"),
    "key order": '{"targetLocales":["de","fr","en"],"sourceLocale":"en","data":{"a":"Hello","n":1.0},"idempotencyKey":"k"}',
    "key order in the payload": BODY.replace('{"a":"Hello","n":1.0}', '{"n":1.0,"a":"Hello"}'),
    "spelling of a number": BODY.replace("1.0", "1.00"),
    "spelling of a locale": BODY.replace('"de"', '"DE"'),
    "order of locales": BODY.replace('"de","fr"', '"fr","de"'),
    "a field more": BODY[:-1] + ',"context":""}',
    "an ignored field more": BODY[:-1] + ',"sessionId":"s"}',
    "a body that is invalid": BODY.replace('"en","targetLocales"', '"xx-nonsense","targetLocales"'),
}


@pytest.mark.parametrize("body", SAME.values(), ids=SAME)
def test_repeat_answers_with_the_group_that_is_there(api: Api, body: str) -> None:
    first = api.post(JOBS, BODY)

    with nothing_written():
        repeated = api.post(JOBS, body)

    assert first.status == 202
    assert repeated.shown == first.shown


@pytest.mark.parametrize("body", OTHER.values(), ids=OTHER)
def test_key_with_another_body_is_refused(api: Api, body: str) -> None:
    assert api.post(JOBS, BODY).status == 202

    with nothing_written():
        refused = api.post(JOBS, body)

    assert refused.shown == REUSED


def test_repeat_answers_with_the_group_as_it_is_now(api: Api) -> None:
    first = api.post(JOBS, BODY)
    run_due_steps()

    repeated = api.post(JOBS, BODY)

    assert first.body["status"] == "processing"
    jobs = [{**job, "status": "completed"} for job in first.body["jobs"]]
    assert repeated.shown == (202, {**first.body, "status": "completed", "jobs": jobs})


def test_repeat_is_answered_after_the_engine_was_disabled(api: Api) -> None:
    first = api.post(JOBS, BODY)
    Engine.objects.update(enabled=False)

    assert api.post(JOBS, BODY).shown == first.shown


def test_other_organization_may_use_the_same_key(api: Api, foreign_api: Api) -> None:
    first = api.post(JOBS, BODY)

    other = foreign_api.post(JOBS, BODY)

    assert (first.status, other.status) == (202, 202)
    assert other.body["groupId"] != first.body["groupId"]
    assert api.post(JOBS, BODY).body["groupId"] == first.body["groupId"]
    assert foreign_api.post(JOBS, BODY).body["groupId"] == other.body["groupId"]


def test_all_keys_of_an_organization_share_their_idempotency_keys(api: Api, organization: Organization, owner: User) -> None:
    first = api.post(JOBS, BODY)
    colleague = Api(make_key(organization, user=owner, name="another")[1])

    assert colleague.post(JOBS, BODY).shown == first.shown


def test_key_that_may_not_see_the_group_is_not_shown_it(api: Api, organization: Organization) -> None:
    other = make_engine(organization, name="Other", is_default=False)
    limited = Api(make_key(organization, engines=[other])[1])
    api.post(JOBS, BODY)

    with nothing_written():
        refused = limited.post(JOBS, BODY)

    assert refused.shown == REUSED


def test_without_a_key_every_submission_is_a_group(api: Api) -> None:
    assert api.submit().body["groupId"] != api.submit().body["groupId"]
    assert api.submit(idempotencyKey=None).body["groupId"] != api.submit(idempotencyKey=None).body["groupId"]


@pytest.mark.parametrize("other", ["K", "k ", " k", "\uff4b"])
def test_keys_are_compared_as_they_are(api: Api, other: str) -> None:
    assert api.submit(idempotencyKey="k").body["groupId"] != api.submit(idempotencyKey=other).body["groupId"]


def test_refused_submission_leaves_its_key_free(api: Api) -> None:
    assert api.post(JOBS, make_body(idempotencyKey="k", targetLocales=[])).status == 400

    assert api.post(JOBS, make_body(idempotencyKey="k")).status == 202


def test_rival_that_was_first_between_look_and_insert_wins(api: Api, organization: Organization, owner: User) -> None:
    actor = Actor(user=owner, organization=organization)
    body = parse(BODY)
    assert isinstance(body, dict)
    submission = read_submission(actor, body, digest=digest_of(body))
    first = api.post(JOBS, BODY)  # the rival's move: this request has looked already, and found nothing

    with nothing_written():
        group = submit_group(actor, submission, now=database_now())
        with pytest.raises(IdempotencyKeyReused):
            submit_group(actor, replace(submission, request_digest="another"), now=database_now())

    assert group.id == first.body["groupId"]
    assert [job.id for job in group.jobs.all()] == [job["id"] for job in first.body["jobs"]]
    assert JobGroup.objects.count() == 1
