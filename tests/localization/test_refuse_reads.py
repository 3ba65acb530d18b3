"""reliability.md, "Reads": unknown, malformed and foreign ids, limits and cursors."""

from typing import Any
from urllib.parse import quote

import pytest

from localization.models import Job, JobGroup, Step
from tests.localization.calls import GROUPS, JOBS, Api, invalid, not_found, nothing_written

CURSOR = invalid(("cursor", "The cursor is malformed or belongs to another list."), code="malformed_cursor")
STATUSES = "Must be one of: queued, processing, completed, completed_with_warnings, failed."
CALLS = [
    ("GET", f"{JOBS}/{{}}", "job", "job", "ljb"),
    ("GET", f"{GROUPS}/{{}}", "jobGroup", "job group", "ljg"),
    ("POST", f"{GROUPS}/{{}}/cancel", "jobGroup", "job group", "ljg"),
    ("POST", f"{GROUPS}/{{}}/ws-ticket", "jobGroup", "job group", "ljg"),
]
BAD_IDS = {
    "unknown": "{prefix}_0000000000000000000",
    "of another kind": "eng_0000000000000000000",
    "upper case": "{PREFIX}_0000000000000000000",
    "letter outside the alphabet": "{prefix}_000000000000000000u",
    "too short": "{prefix}_000000000000000000",
    "too long": "{prefix}_00000000000000000000",
    "prefix alone": "{prefix}_",
    "word": "groups-1",
    "number": "0",
    "emoji": "{prefix}_🦆",
    "digits of another script": "{prefix}_000000000000000000٣",
    "spaces": " {prefix}_0000000000000000000 ",
    "newline": "{prefix}_0000000000000000000\n",
    "SQL": "' OR '1'='1",
    "wildcard": "{prefix}_%",
    "10,000 characters": "x" * 10_000,
}


def rows() -> list[list[dict[str, Any]]]:
    return [list(model.objects.values()) for model in (JobGroup, Job, Step)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("method", "path", "entity", "words", "prefix"), CALLS)
@pytest.mark.parametrize("bad_id", BAD_IDS.values(), ids=BAD_IDS)
def test_id_that_names_nothing_is_not_found(api: Api, method: str, path: str, entity: str, words: str, prefix: str, bad_id: str) -> None:
    text = bad_id.format(prefix=prefix, PREFIX=prefix.upper())

    with nothing_written():
        answer = api.call(method, path.format(quote(text)))

    assert answer.shown == not_found(entity, words, text)


@pytest.mark.parametrize(("method", "path", "entity", "words", "prefix"), CALLS)
def test_strangers_id_is_answered_like_an_unknown_one(
    api: Api, foreign_api: Api, method: str, path: str, entity: str, words: str, prefix: str
) -> None:
    foreign = foreign_api.submit(targetLocales=["de", "en"]).body
    own_id = foreign["groupId"] if prefix == "ljg" else foreign["jobs"][0]["id"]
    before = rows()

    with nothing_written():
        answers = [api.call(method, path.format(text)) for text in (own_id, f"{prefix}_0000000000000000000")]

    assert [answer.shown for answer in answers] == [not_found(entity, words, text) for text in (own_id, f"{prefix}_0000000000000000000")]
    assert set(answers[0].headers) == set(answers[1].headers)
    assert rows() == before
    assert foreign_api.call(method, path.format(own_id)).status in (200, 201)


WRONG_QUERIES: list[tuple[dict[str, str], tuple[int, dict[str, Any]]]] = [
    ({"limit": "0"}, invalid(("limit", "Must be at least 1."))),
    ({"limit": "-1"}, invalid(("limit", "Must be at least 1."))),
    ({"limit": "101"}, invalid(("limit", "Must be at most 100."))),
    ({"limit": "9" * 900}, invalid(("limit", "Must be at most 100."))),
    ({"limit": "9" * 2000}, invalid(("limit", "Must be a whole number."))),
    ({"limit": "abc"}, invalid(("limit", "Must be a whole number."))),
    ({"limit": "1.5"}, invalid(("limit", "Must be a whole number."))),
    ({"limit": "1e1"}, invalid(("limit", "Must be a whole number."))),
    ({"limit": ""}, invalid(("limit", "Must be a whole number."))),
    ({"limit": "null"}, invalid(("limit", "Must be a whole number."))),
    ({"status": "done"}, invalid(("status", STATUSES))),
    ({"status": "QUEUED"}, invalid(("status", STATUSES))),
    ({"status": ""}, invalid(("status", STATUSES))),
    ({"status": "queued,failed"}, invalid(("status", STATUSES))),
    ({"engineId": "x"}, invalid(("engineId", "Must be the id of an engine."))),
    ({"engineId": "ljg_0000000000000000000"}, invalid(("engineId", "Must be the id of an engine."))),
    ({"engineId": ""}, invalid(("engineId", "Must not be empty."))),
    ({"cursor": ""}, invalid(("cursor", "Must not be empty."))),
    ({"cursor": "x"}, CURSOR),
    ({"cursor": "."}, CURSOR),
    ({"cursor": "a.b"}, CURSOR),
    ({"cursor": "ljb_0000000000000000000"}, CURSOR),
    ({"cursor": "eyJhIjoxfQ.AAAA"}, CURSOR),
    ({"cursor": "🦆.🦆"}, CURSOR),
    ({"cursor": "x" * 10_000}, CURSOR),
    ({"limit": "0", "status": "x"}, invalid(("status", STATUSES), ("limit", "Must be at least 1."))),
]


@pytest.mark.parametrize(("query", "expected"), WRONG_QUERIES, ids=lambda value: ascii(value)[:50] if "_tag" not in ascii(value) else "")
def test_wrong_query_is_refused_by_name(api: Api, query: dict[str, str], expected: tuple[int, dict[str, Any]]) -> None:
    api.submit(targetLocales=["de", "en"])

    with nothing_written():
        answer = api.get(JOBS, **query)

    assert answer.shown == expected


def test_unknown_query_parameters_are_ignored(api: Api) -> None:
    api.submit()

    assert api.get(JOBS, page=2, offset=100, order="id", id="x").shown == api.get(JOBS).shown
