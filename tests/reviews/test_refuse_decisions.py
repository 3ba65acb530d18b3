"""What a decision may not be: another structure, or texts that a check objects to and nobody answered for. Everything is said at once."""

from collections.abc import Sequence
from typing import Any

import pytest

from engines.checks import UNFORGIVABLE
from engines.models import GlossaryItem
from foundation.customer_json import parse
from organizations.access import Actor
from organizations.models import Organization
from reviews.deciding import approve_review, edit_review
from reviews.errors import Fault, FaultyReview
from reviews.judging import Acknowledged
from reviews.models import Decision, ReviewItem
from tests.factories import NOW, make_engine
from tests.reviews.work import TRANSLATED, claimed, edited, fresh, make_review, state_of_item, step_of

pytestmark = pytest.mark.django_db

LOST_NAME = "The translation lacks these placeholders, which must be copied exactly: {name}."
OR_ALARM = "Change the text, or mark this a false alarm with a reason."


def edit(actor: Actor, item: ReviewItem, data: Any, *acknowledged: Acknowledged) -> Decision:
    claimed(actor, item)
    return edit_review(actor=actor, item=fresh(item), fence=1, data=data, acknowledged=acknowledged, now=NOW)


def refused(actor: Actor, item: ReviewItem, data: Any, *acknowledged: Acknowledged) -> Sequence[Fault]:
    """The faults, after making sure that nothing happened."""
    with pytest.raises(FaultyReview) as caught:
        edit(actor, item, data, *acknowledged)
    assert step_of(item).status == "waiting"
    assert state_of_item(item)["state"] == "claimed"
    assert Decision.objects.count() == 0
    return caught.value.faults


def codes(faults: Sequence[Fault]) -> list[tuple[str, str]]:
    return [(fault.path, fault.code) for fault in faults]


STRUCTURES = [
    ('{"title":"A {name}","price":1.50,"body":["B","42"],"code":"x-1","on":true,"none":null}', "empty", "This key is missing."),
    (TRANSLATED.replace('"on":true', '"on":true,"more":1'), "more", "This key was not there."),
    (TRANSLATED.replace('"on":true,"none":null', '"none":null,"on":true'), "", "The keys must stay in their order."),
    (TRANSLATED.replace('"title"', '"Title"'), "title", "This key is missing."),
    (TRANSLATED.replace('"42"]', '"42","x"]'), "body", "Must keep its length, 2, not 3."),
    (TRANSLATED.replace('["Guten Morgen","42"]', '{"0":"Guten Morgen"}'), "body", "Must stay an array."),
    (TRANSLATED.replace("1.50", "1.51"), "price", "Must stay 1.50."),
    (TRANSLATED.replace("1.50", '"1.50"'), "price", "Must stay 1.50."),
    (TRANSLATED.replace("true", "false"), "on", "Must stay true."),
    (TRANSLATED.replace("true", "1"), "on", "Must stay true."),
    (TRANSLATED.replace("null", '""'), "none", "Must stay null."),
    (TRANSLATED.replace('"x-1"', '"x-2"'), "code", "Must stay as it is: it is locked, empty, or no text to translate."),
    (TRANSLATED.replace('"42"', '"43"'), "body[1]", "Must stay as it is: it is locked, empty, or no text to translate."),
    (TRANSLATED.replace('"empty":""', '"empty":"x"'), "empty", "Must stay as it is: it is locked, empty, or no text to translate."),
    (TRANSLATED.replace('"Guten Morgen"', "7"), "body[0]", "Must stay a string."),
    (TRANSLATED.replace('"Guten Morgen"', "null"), "body[0]", "Must stay a string."),
    (TRANSLATED.replace('"Guten Morgen"', '["Guten Morgen"]'), "body[0]", "Must stay a string."),
]


@pytest.mark.parametrize(("data", "path", "message"), STRUCTURES)
def test_another_structure_is_refused_by_its_path(item: ReviewItem, rita: Actor, data: str, path: str, message: str) -> None:
    assert Fault(path, "structure", message) in refused(rita, item, parse(data))


def test_number_may_be_spelt_another_way_and_keeps_its_spelling(item: ReviewItem, rita: Actor) -> None:
    edit(rita, item, parse(TRANSLATED.replace("1.50", "1.5").replace("Guten Morgen", "Guten Tag")))

    assert step_of(item).output == TRANSLATED.replace("Guten Morgen", "Guten Tag")


def test_all_differences_are_listed_in_reading_order(item: ReviewItem, rita: Actor) -> None:
    faults = refused(rita, item, parse(TRANSLATED.replace("1.50", "2").replace("true", "false").replace('"x-1"', '"x-2"')))

    assert codes(faults) == [("price", "structure"), ("code", "structure"), ("on", "structure")]


def test_lost_placeholder_is_refused(item: ReviewItem, rita: Actor) -> None:
    assert refused(rita, item, edited(title="Sichern")) == (Fault("title", "placeholder", f"{LOST_NAME} {OR_ALARM}"),)


def test_faults_of_all_texts_are_listed_at_once(item: ReviewItem, rita: Actor) -> None:
    assert codes(refused(rita, item, edited(title="Sichern", body=""))) == [("title", "placeholder"), ("body[0]", "empty")]


def test_error_marked_a_false_alarm_with_a_reason_goes_on(item: ReviewItem, rita: Actor) -> None:
    decision = edit(rita, item, edited(title="Sichern"), Acknowledged("title", "placeholder", "The name is not shown in German."))

    assert decision.false_alarms == [{"path": "title", "code": "placeholder", "reason": "The name is not shown in German."}]
    assert '"falseAlarms":[{"path":"title","code":"placeholder"' in step_of(item).detail


@pytest.mark.parametrize(
    "acknowledged",
    [
        Acknowledged("title", "placeholder"),
        Acknowledged("title", "placeholder", "  "),
        Acknowledged("title", "url", "Why not."),
        Acknowledged("body[0]", "placeholder", "Why not."),
    ],
)
def test_error_needs_a_reason_at_its_own_path_and_code(item: ReviewItem, rita: Actor, acknowledged: Acknowledged) -> None:
    assert codes(refused(rita, item, edited(title="Sichern"), acknowledged)) == [("title", "placeholder")]


@pytest.mark.parametrize(
    ("source", "translation", "code"),
    [
        ("{n, plural, one {One file} other {# files}}", "{n, plural, one {Eine Datei} other {# Dateien}", "icu"),
        ("Click <b>here</b> now", "Klick <b>hier jetzt", "tag"),
        ("Good morning", " ", "empty"),
    ],
)
def test_what_would_break_the_customers_program_is_never_a_false_alarm(
    organization: Organization, rita: Actor, source: str, translation: str, code: str
) -> None:
    assert code in UNFORGIVABLE
    item = make_review(organization, data=f'{{"t":"{source}"}}', translated=f'{{"t":"{source}"}}')

    faults = refused(rita, item, {"t": translation}, Acknowledged("t", code, "I want it so."))

    assert code in {fault.code for fault in faults}


def test_warning_waits_for_a_tick(organization: Organization, rita: Actor) -> None:
    item = make_review(organization, data='{"t":"Call 112 now"}', translated='{"t":"Rufen Sie 112 an"}')

    assert codes(refused(rita, item, {"t": "Rufen Sie 110 an"})) == [("t", "number")]

    decision = edit(rita, item, {"t": "Rufen Sie 110 an"}, Acknowledged("t", "number"))
    assert (decision.acknowledged, decision.false_alarms) == ([{"path": "t", "code": "number"}], [])


def test_approving_is_held_to_the_same(organization: Organization, rita: Actor) -> None:
    item = make_review(organization, translated=TRANSLATED.replace("{name} ", ""))
    claimed(rita, item)

    with pytest.raises(FaultyReview) as caught:
        approve_review(actor=rita, item=fresh(item), fence=1, now=NOW)
    assert codes(caught.value.faults) == [("title", "placeholder")]

    approve_review(actor=rita, item=fresh(item), fence=1, acknowledged=[Acknowledged("title", "placeholder", "It is meant.")], now=NOW)
    assert step_of(item).status == "completed"


def test_glossary_of_today_counts(item: ReviewItem, rita: Actor) -> None:
    GlossaryItem.objects.create(engine_id=item.engine_id, source_text="morning", target_text="Früh", type="custom_translation")
    item.engine.layers_version += 1
    item.engine.save(update_fields=["layers_version"])

    assert codes(refused(rita, item, edited())) == [("body[0]", "glossary")]


def test_what_is_acknowledged_for_nothing_is_not_stored(item: ReviewItem, rita: Actor) -> None:
    decision = edit(rita, item, edited(), Acknowledged("title", "number"), Acknowledged("nowhere", "url", "x"))

    assert (decision.acknowledged, decision.false_alarms) == ([], [])


def test_pseudo_localized_text_is_not_refused_for_its_script(organization: Organization, rita: Actor) -> None:
    item = make_review(organization, "ru", engine=make_engine(organization), translated=TRANSLATED.replace("Guten Morgen", "[ru] Ĝóóóóđ ɱóóŕñííñĝ"))

    decision = edit(rita, item, edited(body="[ru] Ĝóóóóđ đááý"))

    assert decision.changed == 1
