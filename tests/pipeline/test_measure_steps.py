"""What a step says about its size and the glossary: words of the source, terms that the source has, and those that the translation lacks."""

from datetime import datetime
from typing import Any

import pytest

from engines.models import Engine, GlossaryItem
from engines.pipeline_config import StageId
from foundation.clock import database_now
from localization.models import Step
from organizations.models import Organization
from reviews.deciding import edit_review
from reviews.models import ReviewItem
from reviews.services import claim_review
from reviews.timeouts import end_due
from tests.drain import drain_queue
from tests.localization.steps import make_group
from tests.reviews.work import HOUR, reviewer_of
from tests.servers.model_server import ModelServer
from tests.servers.script import rule

pytestmark = pytest.mark.django_db

DATA = {"title": "Open the cart", "id": "Never counted", "body": ["Cart and basket", "12"]}
WORDS = 6  # of the two texts that are not locked


@pytest.fixture
def now() -> datetime:
    return database_now()


def measures(*names: str) -> list[tuple[Any, ...]]:
    return list(Step.objects.order_by("id").values_list("stage", "status", *names))


def add_terms(engine: Engine) -> None:
    for source, target in (("cart", "[de]"), ("basket", "Korb")):
        GlossaryItem.objects.create(engine=engine, target_locale="de", source_text=source, target_text=target)
    engine.layers_version += 1
    engine.on_unverified = "keep"
    engine.save(update_fields=["layers_version", "on_unverified"])


def test_terms_are_counted_once_for_a_text_and_missed_where_the_source_was_kept(
    organization: Organization, chat_engine: Engine, chat_model: ModelServer, now: datetime
) -> None:
    add_terms(chat_engine)
    chat_model.script(rule("empty_texts", only="basket"))
    make_group(organization, data={name: text for name, text in DATA.items() if name != "id"}, now=now)

    drain_queue(now=now)

    # Of the second text no answer is usable: it stands as it was, with neither of its terms.
    assert measures("words", "terms", "terms_missed") == [("localize", "completed", WORDS, 3, 2)]


def test_failure_has_no_words(organization: Organization, chat_engine: Engine, chat_model: ModelServer, now: datetime) -> None:
    make_group(organization, now=now)
    chat_model.script(rule("status", status=401))

    drain_queue(now=now)

    assert measures("words", "terms") == [("localize", "failed", 0, 0)]


def test_review_has_the_words_that_it_opened_with_and_the_terms_of_what_the_person_made(
    organization: Organization, chat_engine: Engine, now: datetime
) -> None:
    GlossaryItem.objects.create(engine=chat_engine, target_locale="de", source_text="cart", target_text="[de]")
    make_group(organization, stages=[StageId.HUMAN_EDIT], data={"title": "Open the cart"}, now=now)
    drain_queue(now=now)
    reviewer, item = reviewer_of(organization, name="Rita"), ReviewItem.objects.get()
    held = claim_review(actor=reviewer, item=item, now=now)
    item.refresh_from_db()

    edit_review(actor=reviewer, item=item, fence=held.fence, data={"title": "[de] auf"}, now=now)

    assert measures("words", "terms", "terms_missed") == [("localize", "completed", 3, 1, 0), ("humanEdit", "completed", 3, 1, 0)]


def test_review_that_nobody_made_says_no_terms(organization: Organization, chat_engine: Engine, now: datetime) -> None:
    GlossaryItem.objects.create(engine=chat_engine, target_locale="de", source_text="cart", target_text="[de]")
    make_group(organization, stages=[StageId.HUMAN_EDIT], data={"title": "Open the cart"}, now=now)
    drain_queue(now=now)

    end_due(now=now + 100 * HOUR, limit=10)

    assert measures("terms")[1] == ("humanEdit", "skipped", 0)


def test_source_is_cleaned_once_and_counted_once(organization: Organization, chat_engine: Engine, now: datetime) -> None:
    make_group(organization, "de", "fr", stages=[StageId.PRE_EDIT], data=DATA, now=now)

    drain_queue(now=now)

    assert sorted(Step.objects.filter(stage=StageId.PRE_EDIT).values_list("words", flat=True)) == [0, 8]
    assert list(Step.objects.filter(stage=StageId.LOCALIZE).values_list("words", flat=True)) == [8, 8]


def test_stages_after_the_first_count_what_they_leave(organization: Organization, chat_engine: Engine, now: datetime) -> None:
    GlossaryItem.objects.create(engine=chat_engine, target_locale="de", source_text="cart", target_text="[de]")
    make_group(organization, stages=[StageId.REPHRASE, StageId.BACK_TRANSLATION], data={"title": "Open the cart"}, now=now)

    drain_queue(now=now)

    assert [row[2:] for row in measures("words", "terms", "terms_missed")] == [(3, 1, 0)] * 3
