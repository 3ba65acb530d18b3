"""Who may do what: strangers find nothing, keys of one engine find that one, and what concerns the organization needs its permission."""

from collections.abc import Callable
from typing import Any

import pytest

from engines.management import services
from engines.management.glossary_services import import_glossary
from engines.management.layer_kinds import INSTRUCTIONS as KIND
from engines.management.layer_services import add_item
from engines.management.memory_services import import_memory
from engines.models import Engine
from foundation.api_errors import NotFound
from organizations.access import Actor
from organizations.models import Organization, User
from tests.api import Api, not_found, refusal
from tests.engines.management.calls import ENGINES, GONE_ID, INSTRUCTIONS, LAYERS, nothing_written
from tests.factories import AUTHOR, NOW, make_key

CSV = "sourceText,targetText\na,b\n"
TMX = "<tmx/>"
FORBIDDEN = refusal(403, "ForbiddenError", "forbidden", "This needs the permission org:manage_settings. It can be granted by: Olive Owner.")
CREDENTIAL_CALLS: list[tuple[str, str]] = [
    ("GET", "/provider-credentials"),
    ("GET", "/provider-credentials/openai"),
    ("PUT", "/provider-credentials/openai"),
    ("DELETE", "/provider-credentials/openai"),
    ("GET", "/review-credentials"),
    ("GET", "/review-credentials/gengo"),
    ("PUT", "/review-credentials/gengo"),
    ("DELETE", "/review-credentials/gengo"),
]


def calls_on(engine: Engine | str) -> list[tuple[str, str, Any, str]]:
    """Every call that names the engine: method, path, body and its type."""
    path = f"{ENGINES}/{engine if isinstance(engine, str) else engine.pk}"
    json = "application/json"
    calls: list[tuple[str, str, Any, str]] = [(method, path, b"{}", json) for method in ("GET", "PUT", "DELETE")]
    calls += [(method, f"{path}/pipeline", b"{}", json) for method in ("GET", "PUT")]
    for layer in LAYERS:
        calls += [(method, f"{path}/{layer.noun}", b"{}", json) for method in ("GET", "POST")]
        calls += [(method, f"{path}/{layer.noun}/{layer.prefix}_{GONE_ID}", b"{}", json) for method in ("GET", "PUT", "DELETE")]
    calls += [("GET", f"{path}/glossary/export", b"", json), ("POST", f"{path}/glossary/import", CSV, "text/csv")]
    return [*calls, ("GET", f"{path}/memory/export", b"", json), ("POST", f"{path}/memory/import", TMX, "application/xml")]


def make_calls(api: Api, engine: Engine | str) -> list[tuple[int, Any]]:
    headers = {"If-Match": "*"}
    return [
        api.call(method, path, data=body, content_type=content_type, headers=headers).shown for method, path, body, content_type in calls_on(engine)
    ]


def test_strangers_engine_does_not_exist(api: Api, foreign_api: Api, engine: Engine) -> None:
    for layer in LAYERS:
        layer.add(api, engine)

    with nothing_written():
        answers = make_calls(foreign_api, engine)
        assert foreign_api.get(ENGINES).body["items"][0]["id"] != engine.pk

    assert answers == [not_found("engine", "engine", engine.pk)] * len(answers)


@pytest.mark.parametrize("engine_id", [f"eng_{GONE_ID}", f"org_{GONE_ID}", "eng_", "x", "EXPORT", "eng_%F0%9F%A6%86"])
def test_engine_that_is_not_there_is_answered_like_a_strangers(api: Api, engine: Engine, engine_id: str) -> None:
    words = engine_id.replace("%F0%9F%A6%86", "🦆")

    with nothing_written():
        answers = make_calls(api, engine_id)

    assert answers == [not_found("engine", "engine", words)] * len(answers)


def test_item_that_is_not_there_is_not_found(api: Api, engine: Engine) -> None:
    for layer in LAYERS:
        for item_id in (f"{layer.prefix}_{GONE_ID}", f"eng_{GONE_ID}", "x", "🦆"):
            path = layer.path(engine, item_id)
            with nothing_written():
                answers = [api.get(path), api.put(path, {}), api.put(path, {}, if_match="*"), api.delete(path), api.delete(path, if_match="*")]
            assert [answer.shown for answer in answers] == [not_found(layer.entity_type, layer.words, item_id)] * 5


def test_items_of_a_strangers_engine_are_not_reached_through_ones_own(api: Api, foreign_api: Api, engine: Engine) -> None:
    own = foreign_api.get(ENGINES).body["items"][0]["id"]
    for layer in LAYERS:
        added = layer.add(api, engine)
        path = layer.path(own, added.body["id"])
        with nothing_written():
            answers = [foreign_api.get(path), foreign_api.put(path, {}, if_match="*"), foreign_api.delete(path, if_match="*")]
        assert [answer.shown for answer in answers] == [not_found(layer.entity_type, layer.words, added.body["id"])] * 3


def test_key_of_one_engine_sees_that_one_only(limited_api: Api, engine: Engine, other_engine: Engine) -> None:
    with nothing_written():
        answers = make_calls(limited_api, engine)

    assert answers == [not_found("engine", "engine", engine.pk)] * len(answers)
    assert [item["id"] for item in limited_api.get(ENGINES).body["items"]] == [other_engine.pk]
    for layer in LAYERS:
        added = layer.add(limited_api, other_engine)
        path = layer.path(other_engine, added.body["id"])
        assert [limited_api.put(path, layer.other, if_match=added.tag).status, limited_api.delete(path, if_match="*").status] == [200, 204]


def test_services_look_for_themselves_who_calls(organization: Organization, stranger: User, engine: Engine) -> None:
    """A grant may be taken away between the view's look and the service's."""
    elsewhere = Actor(user=stranger, organization=stranger.memberships.get().organization)
    call: dict[str, Any] = {"actor": elsewhere, "engine_id": engine.pk, "author": AUTHOR, "now": NOW}
    uses: list[Callable[[], object]] = [
        lambda: services.change_engine(values={"name": "Mine"}, if_match="*", **call),
        lambda: services.set_pipeline(config={}, if_match="*", **call),
        lambda: services.delete_engine(if_match="*", **call),
        lambda: add_item(KIND, values=INSTRUCTIONS.new, **call),
        lambda: import_glossary(terms=[], replace=True, file_format="csv", **call),
        lambda: import_memory(content=b"", **call),
    ]

    for use in uses:
        with nothing_written(), pytest.raises(NotFound):
            use()


def test_reviewer_finds_no_engine(organization: Organization, reviewer: User, engine: Engine) -> None:
    reviewing = Api(make_key(organization, user=reviewer)[1])

    with nothing_written():
        answers = make_calls(reviewing, engine)

    assert answers == [not_found("engine", "engine", engine.pk)] * len(answers)
    assert reviewing.get(ENGINES).shown == (200, {"items": [], "nextCursor": None})


def test_making_and_deleting_engines_needs_the_organizations_permission(editor_api: Api, organization: Organization, engine: Engine) -> None:
    path = f"{ENGINES}/{engine.pk}"
    tag = editor_api.get(path).tag

    with nothing_written():
        answers = [editor_api.post(ENGINES, {"ownerOrganizationId": organization.pk, "name": "Shop"}), editor_api.delete(path, if_match=tag)]

    assert [answer.shown for answer in answers] == [FORBIDDEN] * 2
    assert editor_api.put(path, {"name": "Shop", "isDefault": False}, if_match=tag).status == 200


@pytest.mark.parametrize(("method", "path"), CREDENTIAL_CALLS)
def test_credentials_need_the_organizations_permission(editor_api: Api, organization: Organization, method: str, path: str) -> None:
    with nothing_written():
        answer = editor_api.call(method, path, data=b'{"key": "sk-12345678"}', content_type="application/json")

    assert answer.shown == FORBIDDEN


def test_calls_without_a_key_are_refused(engine: Engine) -> None:
    nobody = Api(None)

    with nothing_written():
        answers = [*make_calls(nobody, engine), nobody.get(ENGINES).shown, nobody.post(ENGINES, {}).shown]
        answers += [nobody.call(method, path).shown for method, path in CREDENTIAL_CALLS]

    assert answers == [refusal(401, "UnauthorizedError", "invalid_api_key", "Invalid API key")] * len(answers)
