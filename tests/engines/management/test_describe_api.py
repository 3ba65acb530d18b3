"""The description of the API has every call of engine management, with what it takes and gives."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from engines.management import urls

ITEM_CALLS = {"get", "put", "delete"}
LIST_CALLS = {"get", "post"}
CALLS = {
    "/engines": LIST_CALLS,
    "/engines/{engine_id}": ITEM_CALLS,
    "/engines/{engine_id}/pipeline": {"get", "put"},
    "/engines/{engine_id}/glossary/export": {"get"},
    "/engines/{engine_id}/glossary/import": {"post"},
    "/engines/{engine_id}/memory/export": {"get"},
    "/engines/{engine_id}/memory/import": {"post"},
    **{f"/engines/{{engine_id}}/{noun}": LIST_CALLS for noun in ("models", "glossary", "instructions", "brand-voices")},
    **{f"/engines/{{engine_id}}/{noun}/{{item_id}}": ITEM_CALLS for noun in ("models", "glossary", "instructions", "brand-voices")},
    "/provider-credentials": {"get"},
    "/provider-credentials/{provider}": ITEM_CALLS,
    "/review-credentials": {"get"},
    "/review-credentials/{provider}": ITEM_CALLS,
}


@pytest.fixture
def paths(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    schema = SchemaGenerator(patterns=urls.urlpatterns).get_schema(request=None, public=True)
    assert capsys.readouterr().err == ""  # where its warnings go
    return dict(schema["paths"])


def test_every_call_is_described(paths: dict[str, Any]) -> None:
    assert {path: set(calls) for path, calls in paths.items()} == CALLS


def test_every_operation_has_a_name_of_its_own_and_a_summary(paths: dict[str, Any]) -> None:
    operations = [operation for calls in paths.values() for operation in calls.values()]

    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation["summary"] and operation["tags"] for operation in operations)


def test_changes_of_engines_ask_for_if_match(paths: dict[str, Any]) -> None:
    asking = {
        (path, method)
        for path, calls in paths.items()
        for method, operation in calls.items()
        if any(parameter["name"] == "If-Match" and parameter["required"] for parameter in operation.get("parameters", []))
    }

    assert asking == {(path, method) for path, calls in CALLS.items() for method in calls & {"put", "delete"} if path.startswith("/engines")}


def test_files_are_described_by_their_media_types(paths: dict[str, Any]) -> None:
    exported = paths["/engines/{engine_id}/glossary/export"]["get"]["responses"]["200"]["content"]
    imported = paths["/engines/{engine_id}/glossary/import"]["post"]["requestBody"]["content"]

    assert set(exported) == {"text/csv", "application/x-tbx+xml"}
    assert set(imported) == {"text/csv", "application/x-tbx+xml", "application/xml"}
