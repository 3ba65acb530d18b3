"""What a reviewer sees of one item: source, AI version, what was typed, what the checks say; in few queries, however long it is."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engines.models import Engine
from organizations.access import Actor
from organizations.models import Organization
from reviews.deciding import approve_review, edit_review
from reviews.models import Decision, Flag, ReviewItem
from reviews.reading import Review, find_review, read_review
from reviews.services import flag_text, save_drafts
from reviews.transitions import LEASE
from tests.factories import NOW
from tests.reviews.work import claimed, edited, fresh, make_review

pytestmark = pytest.mark.django_db


def read(actor: Actor, item: ReviewItem, *, now: Any = NOW) -> Review:
    return read_review(find_review(actor, item.pk), actor=actor, now=now)


def test_texts_stand_beside_their_sources_in_reading_order(item: ReviewItem, rita: Actor) -> None:
    texts = read(rita, item).texts

    assert [(text.number, text.path, text.source, text.sent, text.translation, text.draft, text.findings, text.flags) for text in texts] == [
        (1, "title", "Save {name}", None, "{name} sichern", None, (), ()),
        (2, "body[0]", "Good morning", None, "Guten Morgen", None, (), ()),
    ]


def test_source_is_what_the_pipeline_cleaned_with_what_was_sent_beside_it(organization: Organization, rita: Actor) -> None:
    item = make_review(
        organization, data='{"a":"Helo","b":"Fine"}', cleaned='{"a":"Hello","b":"Fine"}', translated='{"a":"Hallo","b":"Gut"}', hints={"a": ["Page"]}
    )

    texts = read(rita, item).texts

    assert [(text.source, text.sent, text.hints) for text in texts] == [("Hello", "Helo", ("Page",)), ("Fine", None, ())]


def test_findings_are_of_the_draft_where_there_is_one(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    claimed(rita, item)
    save_drafts(actor=rita, item=item, fence=1, texts={1: "Sichern"}, now=NOW)

    first, second = read(rolf, item).texts

    assert first.current == "Sichern"
    assert first.draft is not None
    assert (first.draft.author, first.draft.updated_at) == (rita.user, NOW)
    assert [finding.code for finding in first.findings] == ["placeholder"]
    assert (second.current, second.findings) == ("Guten Morgen", ())


def test_flags_are_shown_and_block_nothing(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    flag_text(actor=rolf, item=item, number=2, reason=Flag.Reason.STYLE, comment="Too stiff.", now=NOW)
    claimed(rita, item)

    [flag] = read(rita, item).texts[1].flags

    assert (flag.reason, flag.comment, flag.author, flag.created_at) == ("style", "Too stiff.", rolf.user, NOW)
    assert approve_review(actor=rita, item=fresh(item), fence=1, now=NOW).kind == Decision.Kind.APPROVE


def test_fence_is_for_the_holder_only_and_only_while_the_lease_lasts(item: ReviewItem, rita: Actor, rolf: Actor) -> None:
    claimed(rita, item)

    assert (read(rita, item).state, read(rita, item).fence, read(rolf, item).fence) == ("claimed", 1, None)
    assert (read(rita, item, now=NOW + LEASE).state, read(rita, item, now=NOW + LEASE).fence) == ("available", None)


def test_decided_review_still_shows_what_the_ai_had_and_the_decision(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)
    edit_review(actor=rita, item=fresh(item), fence=1, data=edited(title="{name} speichern"), now=NOW)

    review = read(rita, item)

    assert review.texts[0].translation == "{name} sichern"
    assert review.decision == Decision.objects.get()


def test_review_of_an_engine_that_is_gone_is_read_without_its_glossary(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)
    approve_review(actor=rita, item=fresh(item), fence=1, now=NOW)
    Engine.objects.filter(pk=item.engine_id).delete()

    assert len(read(rita, item).texts) == 2


def test_queries_do_not_grow_with_the_texts(organization: Organization, rita: Actor) -> None:
    counts = []
    for size in (1, 200):
        data = json.dumps({f"k{number}": f"Hello {number}" for number in range(size)})
        item = make_review(organization, data=data, cleaned=data, translated=data.replace("Hello", "Hallo"))
        claimed(rita, item)
        save_drafts(actor=rita, item=item, fence=1, texts={number: "Hallo" for number in range(1, size + 1)}, now=NOW)
        flag_text(actor=rita, item=item, number=1, reason=Flag.Reason.STYLE, now=NOW)
        for _ in range(2):  # the first time the engine's layers are read
            with CaptureQueriesContext(connection) as captured:
                assert len(read(rita, item).texts) == size
        counts.append(len(captured))

    # the item; whether the layers are still the same; drafts and their authors; flags
    assert counts == [5, 5]
