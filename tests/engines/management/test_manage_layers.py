"""The items of the four layers: added, read, listed, changed and removed. What holds for one kind holds for all."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engines.models import Engine
from organizations.models import AuditEvent, Organization
from tests.api import Api, not_found, refusal
from tests.engines.management.calls import BRAND_VOICES, GLOSSARY, LAYERS, Layer, nothing_written, version_of

ACTIONS = {"models": "model_config", "glossary": "glossary_item", "instructions": "instruction", "brand-voices": "brand_voice"}
each_layer = pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.noun)


@each_layer
def test_item_is_answered_as_it_is_read_and_raises_the_version(api: Api, engine: Engine, organization: Organization, layer: Layer) -> None:
    answer = layer.add(api, engine)

    item_id = answer.body["id"]
    assert item_id.startswith(f"{layer.prefix}_")
    assert answer.body == {"id": item_id, **layer.new}
    read = api.get(layer.path(engine, item_id))
    assert (read.shown, read.tag) == ((200, answer.body), answer.tag)
    assert version_of(engine) == 2
    audit = AuditEvent.objects.latest("sequence")
    assert (audit.organization_id, audit.action) == (organization.pk, f"{ACTIONS[layer.noun]}.added")
    assert (audit.target_type, audit.target_id) == (layer.entity_type, item_id)
    assert json.loads(audit.detail) == {"engine": engine.pk, "after": answer.body}


@each_layer
def test_members_that_are_left_out_have_their_default(api: Api, engine: Engine, layer: Layer) -> None:
    answer = api.post(layer.path(engine), layer.least)

    assert answer.shown == (201, {"id": answer.body["id"], **layer.least_shown})


@each_layer
def test_every_member_can_be_changed(api: Api, engine: Engine, layer: Layer) -> None:
    added = layer.add(api, engine)

    answer = api.put(layer.path(engine, added.body["id"]), layer.other, if_match=added.tag)

    assert answer.shown == (200, {"id": added.body["id"], **layer.other})
    read = api.get(layer.path(engine, added.body["id"]))
    assert (read.body, read.tag) == (answer.body, answer.tag)
    assert version_of(engine) == 3
    audit = AuditEvent.objects.latest("sequence")
    assert audit.action == f"{ACTIONS[layer.noun]}.changed"
    assert json.loads(audit.detail) == {"engine": engine.pk, "before": layer.new, "after": layer.other}


@each_layer
def test_members_that_are_left_out_of_a_change_stay(api: Api, engine: Engine, layer: Layer) -> None:
    added = layer.add(api, engine)
    name = {"models": "model", "glossary": "hint", "instructions": "name", "brand-voices": "text"}[layer.noun]

    answer = api.put(layer.path(engine, added.body["id"]), {name: "else"}, if_match=added.tag)

    assert answer.shown == (200, {**added.body, name: "else"})


@each_layer
def test_item_sent_back_as_it_was_read_writes_nothing(api: Api, engine: Engine, layer: Layer) -> None:
    added = layer.add(api, engine)

    with nothing_written():
        answer = api.put(layer.path(engine, added.body["id"]), added.body, if_match=added.tag)

    assert (answer.shown, answer.tag) == ((200, added.body), added.tag)


@each_layer
def test_removed_item_is_gone(api: Api, engine: Engine, layer: Layer) -> None:
    added = layer.add(api, engine)

    answer = api.delete(layer.path(engine, added.body["id"]), if_match=added.tag)

    assert answer.shown == (204, None)
    assert api.get(layer.path(engine, added.body["id"])).shown == not_found(layer.entity_type, layer.words, added.body["id"])
    assert version_of(engine) == 3
    audit = AuditEvent.objects.latest("sequence")
    assert audit.action == f"{ACTIONS[layer.noun]}.removed"
    assert json.loads(audit.detail) == {"engine": engine.pk, "before": added.body}


@each_layer
def test_list_shows_the_engines_items_page_by_page(api: Api, engine: Engine, other_engine: Engine, layer: Layer) -> None:
    engine.model_configs.all().delete()
    layer.add(api, other_engine)
    locales = ["de", "fr", "it", "es", "pl"]
    changing = "locale" if layer is BRAND_VOICES else "targetLocale"
    added = [layer.add(api, engine, **{changing: locale}).body for locale in locales]

    first = api.get(layer.path(engine), limit=3).body
    layer.add(api, engine, **{changing: "sv"})
    second = api.get(layer.path(engine), limit=3, cursor=first["nextCursor"]).body

    assert first["items"] + second["items"] == added[::-1]
    assert second["nextCursor"] is None
    assert api.get(layer.path(other_engine), cursor=first["nextCursor"]).body["code"] == "malformed_cursor"


@each_layer
def test_list_makes_as_many_queries_for_one_item_as_for_many(api: Api, engine: Engine, layer: Layer) -> None:
    counts = []
    for locale in ("de", "fr", "it"):
        layer.add(api, engine, **({"locale": locale} if layer is BRAND_VOICES else {}))
        with CaptureQueriesContext(connection) as captured:
            assert api.get(layer.path(engine), limit=100).status == 200
        counts.append(len(captured))

    assert counts == [3] * 3  # key, engine, items


def test_second_brand_voice_of_a_locale_is_refused(api: Api, engine: Engine, other_engine: Engine) -> None:
    BRAND_VOICES.add(api, engine)
    french = BRAND_VOICES.add(api, engine, locale="fr")
    taken = refusal(409, "ConflictError", "brand_voice_taken", "The engine has a brand voice for de already.")

    with nothing_written():
        assert api.post(BRAND_VOICES.path(engine), {"locale": "DE", "text": "Cool."}).shown == taken
        assert api.put(BRAND_VOICES.path(engine, french.body["id"]), {"locale": "de"}, if_match=french.tag).shown == taken
    BRAND_VOICES.add(api, other_engine)


@each_layer
def test_layer_has_a_limit(api: Api, engine: Engine, layer: Layer) -> None:
    plural = {"models": "model configs", "glossary": "glossary items", "instructions": "instructions", "brand-voices": "brand voices"}[layer.noun]
    full = {"models": 500, "glossary": 10_000, "instructions": 500, "brand-voices": 500}[layer.noun]
    fill(engine, layer, full)

    with nothing_written():
        answer = api.post(layer.path(engine), layer.new)

    sentence = f"An engine has at most {full:,} {plural}."
    assert answer.shown == refusal(409, "ConflictError", f"too_many_{layer.noun.replace('-', '_')}", sentence)


def fill(engine: Engine, layer: Layer, count: int) -> None:
    """Gives the engine that many items of one layer."""
    relation = {"models": engine.model_configs, "glossary": engine.glossary_items, "instructions": engine.instructions}.get(layer.noun)
    rows = engine.brand_voices if relation is None else relation
    members = [{"locale": f"x-{number:x}"} if relation is None else {} for number in range(rows.count(), count)]
    rows.bulk_create([rows.model(engine=engine, **each) for each in members], batch_size=1000)


@each_layer
def test_item_of_another_engine_is_not_found(api: Api, engine: Engine, other_engine: Engine, layer: Layer) -> None:
    added = layer.add(api, other_engine)
    path = layer.path(engine, added.body["id"])

    with nothing_written():
        answers = [api.get(path), api.put(path, layer.other, if_match=added.tag), api.delete(path, if_match=added.tag)]

    assert [answer.shown for answer in answers] == [not_found(layer.entity_type, layer.words, added.body["id"])] * 3


def test_translation_of_a_term_follows_its_type_also_when_only_one_changes(api: Api, engine: Engine) -> None:
    added = GLOSSARY.add(api, engine)
    path = GLOSSARY.path(engine, added.body["id"])

    with nothing_written():
        kept = api.put(path, {"type": "non_translatable"}, if_match=added.tag)
        lost = api.put(path, {"targetText": ""}, if_match=added.tag)

    assert [answer.body["errors"] for answer in (kept, lost)] == [
        [{"path": "targetText", "message": "A non_translatable term has none."}],
        [{"path": "targetText", "message": "A custom_translation needs one."}],
    ]
