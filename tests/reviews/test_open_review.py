"""How a translation comes into the queue: counted, with its deadline, and one digest for its group."""

from datetime import timedelta

import pytest

from engines.layers import Term
from foundation.customer_json import parse
from organizations.models import Organization
from reviews.models import Digest, ReviewItem
from reviews.opening import Assessment, assess
from tests.engines.factories import make_layers
from tests.factories import NOW
from tests.reviews.work import DATA, TRANSLATED, WAIT, make_reviews, step_of


def assessed(data: str, translated: str, *, target: str = "de", model: str = "openai:gpt", glossary: tuple[Term, ...] = ()) -> Assessment:
    layers = make_layers(model, glossary=glossary)
    return assess(parse(data), parse(translated), source_locale="en", target_locale=target, locked_keys=["code"], hints={}, layers=layers)


def test_sound_translation_has_texts_and_words_and_no_faults() -> None:
    assert assessed(DATA, TRANSLATED) == Assessment(segments=2, words=4, errors=0, warnings=0, glossary_misses=0)


def test_texts_are_counted_by_the_worst_that_is_found() -> None:
    data = '{"a":"Hello {name} 12","b":"Call 112","c":"Fine day","d":"Red Hello"}'
    translated = '{"a":"Hallo","b":"Rufen Sie 110","c":"Guter Tag","d":"Rot Hallo"}'
    glossary = (Term("en", "de", "red", "Purpur"),)

    assert assessed(data, translated, glossary=glossary) == Assessment(segments=4, words=9, errors=2, warnings=1, glossary_misses=1)


def test_pseudo_localization_is_excused_from_what_it_cannot_do() -> None:
    found = assessed('{"a":"Good morning"}', '{"a":"[ru] Ĝóóóóđ ɱóóŕñííñĝ"}', target="ru", model="pseudo:pseudo")

    assert (found.errors, found.warnings) == (0, 0)


@pytest.mark.parametrize(
    ("text", "words"), [("Don't stop", 2), ("well-known fact", 2), ("東京タワー", 5), ("iPhone を買う", 4), ("Привет, мир!", 2), ("안녕 세상", 2)]
)
def test_words_are_counted_as_people_count_them(text: str, words: int) -> None:
    assert assessed(f'{{"a":"{text}"}}', '{"a":"Hallo"}').words == words


@pytest.mark.django_db
def test_item_is_there_when_its_step_waits(organization: Organization) -> None:
    [item] = make_reviews(organization)

    assert ReviewItem.objects.values().get() == {
        "id": item.pk,
        "organization_id": organization.pk,
        "engine_id": item.engine_id,
        "step_id": item.step_id,
        "group_id": item.group_id,
        "source_locale": "en",
        "target_locale": "de",
        "segments": 2,
        "words": 4,
        "errors": 0,
        "warnings": 0,
        "glossary_misses": 0,
        "state": "available",
        "holder_id": None,
        "fence": 0,
        "claimed_at": None,
        "lease_until": None,
        "due_at": NOW + WAIT,
        "created_at": NOW,
        "ended_at": None,
    }
    step = step_of(item)
    assert (step.status, step.due_at) == ("waiting", item.due_at)


@pytest.mark.django_db
def test_group_has_one_digest_a_minute_after_its_first_item(organization: Organization) -> None:
    items = make_reviews(organization, "de", "fr", "it")

    digest = Digest.objects.get()
    assert (digest.group_id, digest.engine_id, digest.organization_id) == (items[0].group_id, items[0].engine_id, organization.pk)
    assert (digest.status, digest.run_after, digest.created_at) == ("ready", NOW + timedelta(minutes=1), NOW)
