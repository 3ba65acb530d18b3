"""Who sees the workspace of a review, and what it shows: the list in order of risk, one key in full, what helps with it."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from engines.memory import NewEntry, remember
from engines.models import BrandVoice, GlossaryItem, Instruction, MemoryEntry
from foundation.clock import database_now
from organizations.access import Actor
from organizations.models import Organization, User
from reviews.deciding import edit_review
from reviews.models import Flag, ReviewerSettings, ReviewItem
from reviews.pages import workspace_list
from reviews.services import flag_text, release_claim, save_drafts
from tests.localization.pages.people import HOSTILE, browser, make_manager
from tests.reviews.pages.workspace import address, open_key
from tests.reviews.work import WAIT, claimed, edited, fresh, make_review, make_reviews, translator

pytestmark = pytest.mark.django_db

RISKY = {
    "calm": "Good morning",
    "doubt": "The operator must always check the brakes before driving off.",
    "fault": "Hello {name}",
    "end": "Good night",
}
TRANSLATED = {"calm": "Guten Morgen", "doubt": "Prüfen.", "fault": "Hallo", "end": "Gute Nacht"}


@pytest.fixture
def risky(organization: Organization, rita: Actor) -> ReviewItem:
    """Held by Rita: the second text has a warning, the third an error."""
    item = make_review(organization, data=json.dumps(RISKY), translated=json.dumps(TRANSLATED), locked_keys=[], now=database_now())
    claimed(rita, item, now=database_now())
    return fresh(item)


@pytest.fixture
def tab(rita: Actor) -> Client:
    return browser(rita.user)


def paths(answer: Any) -> list[str]:
    return [entry.path for entry in answer.context["list"].entries]


# ---- who


def test_stranger_finds_nothing_and_manager_is_told_what_is_missing(item: ReviewItem, stranger: User, organization: Organization) -> None:
    assert browser(stranger).get(address(item)).status_code == 404
    refused = browser(make_manager(organization)).get(address(item))
    assert refused.status_code == 403
    assert "engine:review_translations" in refused.content.decode()
    assert browser(None).get(address(item)).status_code == 302


@pytest.mark.parametrize("part", ["/list", "/keys/1"])
def test_parts_of_the_page_are_for_the_same_people(item: ReviewItem, stranger: User, tab: Client, part: str) -> None:
    assert browser(stranger).get(address(item, part)).status_code == 404
    assert tab.get(address(item, part)).status_code == 200


def test_holder_may_write_and_everybody_else_reads_along(risky: ReviewItem, tab: Client, rolf: Actor) -> None:
    mine, others = open_key(tab, risky).content.decode(), open_key(browser(rolf.user), risky).content.decode()

    assert 'name="text"' in mine
    assert 'name="text"' not in others
    assert "Rita Reviewer holds this review" in others


def test_free_review_offers_a_claim(organization: Organization, tab: Client) -> None:
    item = make_review(organization, now=database_now())

    text = open_key(tab, item).content.decode()

    assert f'action="{address(item)}/claim"' in text
    assert 'name="text"' not in text


def test_overdue_review_offers_none(organization: Organization, tab: Client) -> None:
    item = make_review(organization, now=database_now() - 2 * WAIT)

    assert "/claim" not in open_key(tab, item).content.decode()


# ---- the list


def test_list_begins_with_what_is_risky_and_keeps_that_order_while_one_works(risky: ReviewItem, tab: Client, rita: Actor) -> None:
    before = tab.get(address(risky))
    save_drafts(actor=rita, item=risky, fence=risky.fence, texts={3: "Hallo {name}"}, now=database_now())

    assert paths(before) == paths(tab.get(address(risky))) == ["fault", "doubt", "calm", "end"]
    assert before.context["number"] == 3
    assert paths(tab.get(address(risky), {"order": "document"})) == list(RISKY)


def test_marks_say_how_far_each_text_is(risky: ReviewItem, tab: Client, rita: Actor, rolf: Actor) -> None:
    flag_text(actor=rolf, item=risky, number=4, reason=Flag.Reason.STYLE, now=database_now())
    save_drafts(actor=rita, item=risky, fence=risky.fence, texts={1: "Guten Morgen", 3: "Hallo {name}"}, now=database_now())

    found = tab.get(address(risky), {"order": "document"})

    assert [str(entry.mark) for entry in found.context["list"].entries] == ["as-is", "warning", "edited", "flagged"]
    counts = found.context["board"].counts
    assert (counts.attention, counts.errors, counts.edited, counts.unseen, counts.done, counts.clean) == (2, 0, 1, 2, 2, 0)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"show": "attention"}, ["fault", "doubt"]),
        ({"show": "errors"}, ["fault"]),
        ({"show": "unseen", "order": "document"}, list(RISKY)),
        ({"q": "NACHT"}, ["end"]),
        ({"q": "brakes"}, ["doubt"]),
        ({"q": "cal"}, ["calm"]),
        ({"show": "nonsense", "from": "x"}, ["fault", "doubt", "calm", "end"]),
    ],
)
def test_list_is_filtered_and_searched(risky: ReviewItem, tab: Client, query: dict[str, str], expected: list[str]) -> None:
    assert paths(tab.get(address(risky), query)) == paths(tab.get(address(risky, "/list"), query)) == expected


def test_long_list_is_cut_into_pages(risky: ReviewItem, tab: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace_list, "PAGE_SIZE", 3)

    first = tab.get(address(risky))

    assert (paths(first), first.context["list"].after, first.context["list"].before) == (["fault", "doubt", "calm"], "?from=4", "")
    assert paths(tab.get(address(risky) + "?from=4")) == ["end"]


def test_key_that_there_is_not_is_no_error_in_the_address_and_404_as_a_part(risky: ReviewItem, tab: Client) -> None:
    assert tab.get(address(risky), {"key": "99"}).context["number"] == 3
    assert tab.get(address(risky, "/keys/99")).status_code == 404


# ---- one key


def test_unfinished_draft_of_another_is_shown_and_not_taken(risky: ReviewItem, rita: Actor, rolf: Actor) -> None:
    save_drafts(actor=rita, item=risky, fence=risky.fence, texts={1: "Moin"}, now=database_now())
    release_claim(actor=rita, item=risky, fence=risky.fence, now=database_now())
    claimed(rolf, risky, now=database_now())

    found = open_key(browser(rolf.user), risky, 1)

    key = found.context["key"]
    assert (key.standing.text, key.left.author, key.left.text) == ("Guten Morgen", "Rita Reviewer", "Moin")
    assert "Unfinished draft by Rita Reviewer" in found.content.decode()
    assert str(key.standing.mark) == "left"


def test_glossary_instructions_voice_and_earlier_approvals_stand_beside_the_text(organization: Organization, rita: Actor, tab: Client) -> None:
    engine = translator(organization)
    GlossaryItem.objects.create(engine=engine, source_text="brake", target_text="Bremse", target_locale="de")
    GlossaryItem.objects.create(engine=engine, source_text="horn", target_text="Hupe", target_locale="de")
    Instruction.objects.create(engine=engine, name="Du", target_locale="de", text="Say du.")
    BrandVoice.objects.create(engine=engine, locale="de", text="Friendly.")
    known = {"engine_id": engine.pk, "source_locale": "en", "target_locale": "de", "hint": "", "layers_version": 0, "made_by": "Olive"}
    entry = NewEntry(
        **known, text="Check the horn and the brakes.", context="", translation="Prüf Bremsen und Hupe.", origin=MemoryEntry.Origin.HUMAN
    )
    remember([entry], database_now())
    item = make_review(
        organization, data='{"a":"Check the horn and the brakes."}', translated='{"a":"Prüfe das Horn und die Bremsen."}', now=database_now()
    )

    found = open_key(tab, item).context

    assert [(hit.term.source_text, hit.is_used) for hit in found["context"].hits] == [("horn", False), ("brake", True)]
    assert [(piece.text, piece.insert) for piece in found["key"].source_pieces if piece.look == "term"] == [("horn", "Hupe"), ("brakes", "Bremse")]
    assert (found["context"].instructions, found["context"].voice) == (("Say du.",), "Friendly.")
    assert [(one.text, one.by) for one in found["context"].earlier] == [("Prüf Bremsen und Hupe.", "Olive")]


def test_other_locales_of_the_group_are_shown_when_asked_for(organization: Organization, tab: Client) -> None:
    german, _ = make_reviews(organization, "de", "fr", now=database_now())

    assert open_key(tab, german, 2).context["context"].others is None
    assert [(one.locale, one.text) for one in open_key(tab, german, 2, locales=1).context["context"].others] == [("fr", "Guten Morgen")]


def test_source_that_was_cleaned_shows_what_was_sent(organization: Organization, tab: Client) -> None:
    item = make_review(organization, data='{"a":"Helo there"}', cleaned='{"a":"Hello there"}', translated='{"a":"Hallo"}', now=database_now())

    assert [(str(piece.kind), piece.text) for piece in open_key(tab, item).context["key"].sent][:2] == [("removed", "Helo"), ("added", "Hello")]


def test_plural_has_a_field_for_each_category_of_the_locale(organization: Organization, rita: Actor, tab: Client) -> None:
    source = "{n, plural, one {# file} other {# files}}"
    item = make_review(organization, "ar", data=json.dumps({"a": source}), translated=json.dumps({"a": source}), now=database_now())
    claimed(rita, item, now=database_now())

    found = open_key(tab, item, n="3")

    labels = [field.label for field in found.context["key"].message.fields]
    assert labels == ["n: one", "n: other", "n: zero", "n: two", "n: few", "n: many"]
    assert found.context["key"].view.preview == "3 files"
    assert open_key(tab, item, raw=1).context["key"].message is None


def test_decided_review_shows_a_summary_and_the_history_of_each_text(item: ReviewItem, rita: Actor, tab: Client) -> None:
    claimed(rita, item)
    edit_review(actor=rita, item=fresh(item), fence=1, data=edited(title="{name} speichern"), now=fresh(item).claimed_at)

    found = open_key(tab, item, 1)

    assert [(one.who, one.text) for one in found.context["context"].versions] == [("AI", "{name} sichern"), ("Rita Reviewer", "{name} speichern")]
    text = found.content.decode()
    assert "Submitted with edits" in text
    assert "Claim next" in text
    assert (found.context["frame"].kept, found.context["frame"].decision.changed) == (1, 1)


# ---- safety and speed


def test_script_in_texts_keys_and_comments_is_inert(organization: Organization, rita: Actor, tab: Client) -> None:
    data = json.dumps({HOSTILE: f"Read {HOSTILE} now", "b": "Yes"})
    item = make_review(organization, data=data, translated=data, context=HOSTILE, hints={HOSTILE: [HOSTILE]}, now=database_now())
    claimed(rita, item, now=database_now())
    flag_text(actor=rita, item=fresh(item), number=1, reason=Flag.Reason.SOURCE, comment=HOSTILE, now=database_now())
    save_drafts(actor=rita, item=item, fence=1, texts={1: f'"{HOSTILE}'}, now=database_now())

    text = open_key(tab, item, 1, q=HOSTILE).content.decode()

    assert HOSTILE not in text
    assert text.count("&lt;script&gt;alert(1)") > 8


def test_single_letter_shortcuts_are_off_where_the_person_switched_them_off(risky: ReviewItem, tab: Client, rita: Actor) -> None:
    assert "data-letters" in open_key(tab, risky).content.decode()
    ReviewerSettings.objects.create(user=rita.user, uses_single_keys=False)
    text = open_key(tab, risky).content.decode()
    assert "data-letters" not in text
    assert "<kbd>N</kbd>" not in text


def test_page_of_five_hundred_keys_takes_few_queries(
    organization: Organization, rita: Actor, tab: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    data = json.dumps({f"k{number}": f"Hello {number}" for number in range(500)})
    item = make_review(organization, data=data, translated=data.replace("Hello", "Hallo"), now=database_now())
    claimed(rita, item, now=database_now())
    save_drafts(actor=rita, item=item, fence=1, texts={number: "Hallo" for number in range(1, 301)}, now=database_now())
    tab.get(address(item))

    with django_assert_max_num_queries(15):
        assert len(tab.get(address(item)).context["list"].entries) == 500
