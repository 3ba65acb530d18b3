"""A reviewer's decision: the AI version is approved, or goes on with the texts that the reviewer gives it (contract §10, `submit`).

A decision and the timeout are the same conditional UPDATE on the step: the first wins. The decision ends the wait, then takes the item under the
claim's fence; where either is lost, everything is rolled back and what was typed is kept as drafts.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from django.db import transaction

from engines.memory import NewEntry, join_hints, remember
from engines.models import MemoryEntry
from engines.translation.rebuild import rebuild
from foundation.customer_json import JSONValue, dump
from foundation.lease import WorkStatus
from foundation.rendering import wire_time
from localization.outcomes import WaitEnd
from localization.transitions import end_waits
from organizations.access import Actor
from reviews import drafts, transitions
from reviews.content import Content, load_content, text_at
from reviews.edit_distance import measure_edits
from reviews.errors import DraftsMoved, FaultyReview, StaleClaim, TransitionRefused, UnsettledDrafts
from reviews.explaining import explain, find_claim
from reviews.judging import Acknowledged, Judgement, judge_standings, judge_texts
from reviews.models import Claim, Decision, Draft, ReviewItem
from reviews.progress import stand_all
from reviews.reading import read_drafts
from reviews.structure import find_differences

LABEL_LENGTH = 254

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Submission:
    """What a reviewer decided, judged and ready to be written. `texts` by number of segment."""

    kind: Decision.Kind
    label: str
    texts: Mapping[int, str]
    changed: frozenset[int]
    judgement: Judgement


def approve_review(*, actor: Actor, item: ReviewItem, fence: int, acknowledged: Iterable[Acknowledged] = (), now: datetime) -> Decision:
    """The AI version as it is. Raises FaultyReview, and StaleClaim, AlreadyDecided or ReviewEnded where it is too late."""
    claim = find_claim(item, actor.user, fence)
    refuse_if_over(item, claim)
    content = load_content(item)
    judgement = judge_texts(content, content.translations, acknowledged)
    return _decide(content, claim, Submission(Decision.Kind.APPROVE, _label(actor), content.translations, frozenset(), judgement), actor, now)


def edit_review(*, actor: Actor, item: ReviewItem, fence: int, data: JSONValue, acknowledged: Iterable[Acknowledged] = (), now: datetime) -> Decision:
    """The AI version with the texts of `data`, which must have its structure. Raises as `approve_review`; what is new in `data` is then a draft."""
    claim = find_claim(item, actor.user, fence)
    content = load_content(item)
    faults = find_differences(content.payload, data, editable={segment.path for segment in content.segments})
    texts = {} if faults else {segment.number: text_at(data, segment.path) for segment in content.segments}
    changed = {number: text for number, text in texts.items() if text != content.translations[number]}
    try:
        refuse_if_over(item, claim)
        if faults:
            raise FaultyReview(faults)
        judgement = judge_texts(content, texts, acknowledged)
        return _decide(content, claim, Submission(Decision.Kind.EDIT, _label(actor), texts, frozenset(changed), judgement), actor, now)
    except StaleClaim as exc:
        kept = drafts.keep(claim, changed, author=actor.user, now=now)
        raise StaleClaim(item.pk, kept=kept.kept, newer=kept.newer) from exc
    except TransitionRefused:
        drafts.keep(claim, changed, author=actor.user, now=now)
        raise


def submit_drafts(*, actor: Actor, item: ReviewItem, fence: int, now: datetime) -> Decision:
    """The texts as the actor's drafts have them, with the answers given there: an approval where none differs from the AI version, else an edit.

    Raises UnsettledDrafts, FaultyReview, and StaleClaim, AlreadyDecided or ReviewEnded where it is too late; the drafts stay as they are.
    """
    claim = find_claim(item, actor.user, fence)
    refuse_if_over(item, claim)
    content = load_content(item)
    while True:
        try:
            return _submit_once(content, claim, actor, now)
        except DraftsMoved:  # by an autosave, or a late text of who held the item before: what stands now is judged
            continue


def _submit_once(content: Content, claim: Claim, actor: Actor, now: datetime) -> Decision:
    read = read_drafts(content.item)
    standings = list(stand_all(content, read, {}, actor.user))
    if left := [standing.number for standing in standings if standing.left]:
        raise UnsettledDrafts(left)
    judgement = judge_standings(content, standings)
    texts = {standing.number: standing.text for standing in standings}
    changed = frozenset(standing.number for standing in standings if standing.is_edited)
    kind = Decision.Kind.EDIT if changed else Decision.Kind.APPROVE
    return _decide(content, claim, Submission(kind, _label(actor), texts, changed, judgement), actor, now, judged=list(read.values()))


def refuse_if_over(item: ReviewItem, claim: Claim) -> None:
    """As far as one can see before anything is done. Raises what `explain` says."""
    if item.ended_at is not None or item.fence != claim.fence:
        raise explain(item)


def _decide(
    content: Content, claim: Claim, submission: Submission, actor: Actor, now: datetime, *, judged: Collection[Draft] | None = None
) -> Decision:
    """Ends the wait, takes the item, records the decision, in one transaction. Raises StaleClaim, AlreadyDecided, ReviewEnded.

    With `judged`, also DraftsMoved where the item's drafts are no longer these.
    """
    item = content.item
    decision = Decision(
        item=item,
        kind=submission.kind,
        reviewer=actor.user,
        reviewer_label=submission.label,
        changed=len(submission.changed),
        edit_distance=measure_edits((content.translations[number], submission.texts[number]) for number in sorted(submission.changed)),
        acknowledged=list(submission.judgement.acknowledged),
        false_alarms=list(submission.judgement.false_alarms),
        claimed_at=claim.claimed_at,
        decided_at=now,
    )
    end = WaitEnd(
        item.step_id,
        WorkStatus.COMPLETED,
        output=_output(content, submission),
        detail=dump(describe(decision)),
        terms=content.verifier.count_terms((segment.text, submission.texts[segment.number]) for segment in content.segments),
    )
    with transaction.atomic():
        if not end_waits([end], now=now):
            raise explain(item)
        transitions.submit_item(item.pk, fence=claim.fence, now=now)
        if judged is not None and not drafts.are_as_read(item.pk, judged):
            raise DraftsMoved
        decision.save(force_insert=True)
        drafts.clear(decision)
        transaction.on_commit(partial(_remember, content, submission, now), robust=True)
    log.info("review_decided", item=item.pk, kind=decision.kind, changed=decision.changed)
    return decision


def describe(decision: Decision) -> dict[str, object]:
    """For the step's `detail` (contract §3.1)."""
    return {
        "decision": decision.kind,
        "reviewer": decision.reviewer_label,
        "changed": decision.changed,
        "acknowledged": decision.acknowledged,
        "falseAlarms": decision.false_alarms,
        "claimedAt": wire_time(decision.claimed_at),
        "decidedAt": wire_time(decision.decided_at),
    }


def _output(content: Content, submission: Submission) -> str:
    if not submission.changed:
        return content.output
    paths = {segment.number: segment.path for segment in content.segments}
    return dump(rebuild(content.payload, {paths[number]: submission.texts[number] for number in submission.changed}))


def _remember(content: Content, submission: Submission, now: datetime) -> None:
    """A person's texts, changed and approved alike, go before a machine's from now on."""
    layers, item = content.layers, content.item
    if not layers.uses_memory:
        return
    entries = [
        NewEntry(
            engine_id=layers.engine_id,
            source_locale=item.source_locale,
            target_locale=item.target_locale,
            text=segment.text,
            hint=join_hints(segment.hints),
            context=content.group.context,
            translation=submission.texts[segment.number],
            origin=MemoryEntry.Origin.HUMAN,
            layers_version=layers.version,
            made_by=submission.label,
        )
        for segment in content.segments
    ]
    remember(entries, now)


def _label(actor: Actor) -> str:
    return actor.label[:LABEL_LENGTH]
