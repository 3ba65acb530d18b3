"""The description of the API has every call of reviewing, with what it takes and gives."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from reviews import urls

CALLS = {
    "/reviews": {"get"},
    "/reviews/{review_id}": {"get"},
    "/reviews/{review_id}/draft": {"put"},
    **{f"/reviews/{{review_id}}/{name}": {"post"} for name in ("claim", "heartbeat", "release", "submit", "withdraw", "extend", "ship")},
}


@pytest.fixture
def schema(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    described = SchemaGenerator(patterns=urls.urlpatterns).get_schema(request=None, public=True)
    assert capsys.readouterr().err == ""  # where its warnings go
    return dict(described)


def test_every_call_is_described(schema: dict[str, Any]) -> None:
    assert {path: set(calls) for path, calls in schema["paths"].items()} == CALLS


def test_every_operation_has_a_name_of_its_own_and_a_summary(schema: dict[str, Any]) -> None:
    operations = [operation for calls in schema["paths"].values() for operation in calls.values()]

    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] and operation["tags"] == ["Reviews"] for operation in operations)


def test_review_is_described_with_the_members_of_the_queue_and_its_own(schema: dict[str, Any]) -> None:
    members = schema["components"]["schemas"]

    assert set(members["Review"]["properties"]) == {*members["ReviewItem"]["properties"], "context", "fence", "texts", "data", "decision"}
