"""Reviews in the states that tests begin with, reached as in production: submitted, translated, waiting for a person, claimed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from engines.layers import load_layers
from engines.models import Engine
from engines.pipeline_config import StageId
from foundation.customer_json import JSONValue, dump, parse
from foundation.lease import WorkStatus
from localization.models import Job, JobGroup, Step
from localization.outcomes import ClaimedStep, Outcome
from localization.services import Submission, submit_group
from organizations.access import Actor
from organizations.models import Organization, User
from organizations.permissions import REVIEW_TRANSLATIONS, Grants
from reviews.models import Claim, ReviewItem
from reviews.opening import assess, open_review
from reviews.services import claim_review
from reviews.transitions import Held
from tests.factories import NOW, make_engine, make_member, make_person, make_role, organization_owner
from tests.localization.steps import configured, settle, start

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WAIT = timedelta(hours=48)
DATA = '{"title":"Save {name}","price":1.50,"body":["Good morning","42"],"code":"x-1","on":true,"none":null,"empty":""}'
TRANSLATED = '{"title":"{name} sichern","price":1.50,"body":["Guten Morgen","42"],"code":"x-1","on":true,"none":null,"empty":""}'
NUMBERS = {"title": 1, "body[0]": 2}


def translator(organization: Organization) -> Engine:
    """An engine whose model is a real one, which nothing excuses. It is asked nothing here."""
    engine = Engine.objects.filter(organization=organization, name="Translator").first()
    return engine or make_engine(organization, name="Translator", provider="openai", is_default=False)


def start_reviews(
    organization: Organization,
    *locales: str,
    data: str = DATA,
    translated: str | Mapping[str, str] = TRANSLATED,
    cleaned: str | None = None,
    stages: Iterable[StageId] = (),
    engine: Engine | None = None,
    context: str = "",
    hints: Mapping[str, Sequence[str]] | None = None,
    locked_keys: Sequence[str] = ("code",),
    now: datetime = NOW,
) -> list[ClaimedStep]:
    """A group's humanEdit steps, running; `cleaned` is the source as `preEdit` left it."""
    pipeline = {StageId.HUMAN_EDIT, *stages, *([StageId.PRE_EDIT] if cleaned else [])}
    submission = Submission(
        engine=engine or translator(organization),
        source_locale="en",
        target_locales=list(locales or ["de"]),
        data=parse(data),  # type: ignore[arg-type]
        context=context,
        hints={key: list(value) for key, value in (hints or {}).items()},
        locked_keys=list(locked_keys),
        callback_url="",
        idempotency_key=None,
        config=configured(*(stage for stage in StageId if stage in pipeline and stage != StageId.LOCALIZE)),
        request_digest="",
    )
    group = submit_group(Actor(user=organization_owner(organization), organization=organization), submission, now=now)
    if cleaned:
        settle(*(_completed(step, cleaned) for step in _started(group, now)), now=now)
    settle(*(_completed(step, _for(step, translated)) for step in _started(group, now)), now=now)
    return _started(group, now)


def make_reviews(organization: Organization, *locales: str, wait: timedelta = WAIT, now: datetime = NOW, **members: Any) -> list[ReviewItem]:
    """A group's reviews, one for each locale in this order."""
    steps = start_reviews(organization, *locales, now=now, **members)
    settle(*(waiting_for_review(step, wait=wait, now=now) for step in steps), now=now)
    by_locale = {item.target_locale: item for item in ReviewItem.objects.filter(group_id=steps[0].group.id)}
    return [by_locale[locale] for locale in locales or ("de",)]


def make_review(organization: Organization, locale: str = "de", **members: Any) -> ReviewItem:
    return make_reviews(organization, locale, **members)[0]


def waiting_for_review(step: ClaimedStep, *, wait: timedelta = WAIT, now: datetime = NOW) -> Outcome:
    """What the stage and the executor make of a humanEdit step."""
    assert step.stage == StageId.HUMAN_EDIT
    assert step.payload is not None
    group = step.group
    assessment = assess(
        parse(step.cleaned or group.source),
        parse(step.payload),
        source_locale=group.source_locale,
        target_locale=step.target_locale,
        locked_keys=group.locked_keys,
        hints={},
        layers=load_layers([group.engine_id])[group.engine_id],
    )
    opened = partial(open_review, assessment=assessment, due_at=now + wait)
    return Outcome(step=step, status=WorkStatus.WAITING, due_at=now + wait, open=opened)


def _started(group: JobGroup, now: datetime) -> list[ClaimedStep]:
    return [step for step in start(now) if step.group.id == group.id]


def _completed(step: ClaimedStep, output: str) -> Outcome:
    return Outcome(step=step, status=WorkStatus.COMPLETED, output=output)


def _for(step: ClaimedStep, translated: str | Mapping[str, str]) -> str:
    return translated if isinstance(translated, str) else translated[step.target_locale]


# ---- people


def reviewer_of(organization: Organization, *engines: Engine, name: str = "") -> Actor:
    """A new person who reviews these engines, or all."""
    grants = Grants(chosen={REVIEW_TRANSLATIONS: engines}) if engines else Grants(everywhere=frozenset({REVIEW_TRANSLATIONS}))
    person = make_person(name=name)
    return acting(make_member(organization, make_role(organization, name=f"Role of {person.pk}", grants=grants), user=person).user, organization)


def acting(user: User, organization: Organization) -> Actor:
    return Actor(user=user, organization=organization)


def claimed(actor: Actor, item: ReviewItem, *, now: datetime = NOW) -> Held:
    return claim_review(actor=actor, item=fresh(item), now=now)


# ---- what is there afterwards


def fresh(item: ReviewItem) -> ReviewItem:
    return ReviewItem.objects.get(pk=item.pk)


def state_of_item(item: ReviewItem) -> dict[str, Any]:
    return ReviewItem.objects.values("state", "holder_id", "fence", "claimed_at", "lease_until", "due_at", "ended_at").get(pk=item.pk)


def claims_of(item: ReviewItem) -> list[tuple[str | None, int, str, datetime | None]]:
    """(holder, fence, end, ended_at) in order."""
    return list(Claim.objects.filter(item=item).order_by("fence").values_list("holder_id", "fence", "end", "ended_at"))


def drafts_of(item: ReviewItem) -> dict[int, tuple[str, str | None]]:
    """Text and author's id by number."""
    return {draft.number: (draft.text, draft.author_id) for draft in item.drafts.order_by("number")}


def step_of(item: ReviewItem) -> Step:
    return Step.objects.get(pk=item.step_id)


def job_of(item: ReviewItem) -> Job:
    return Job.objects.get(pk=step_of(item).job_id)


def edited(**texts: str) -> JSONValue:
    """TRANSLATED with another `title` or `body`."""
    value = parse(TRANSLATED)
    assert isinstance(value, dict)
    if "title" in texts:
        value["title"] = texts["title"]
    if "body" in texts:
        value["body"] = [texts["body"], "42"]
    return value


def as_text(value: JSONValue) -> str:
    return dump(value)
