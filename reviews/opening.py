"""How a review comes into the queue: what there is to look at, counted once, and the rows, written by the transaction that makes the step wait.

Called by the stage `humanEdit`: `assess` on its thread, `open_review` while its outcome is settled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engines.checks import glossary
from engines.layers import Layers
from engines.translation.segments import walk
from engines.translation.verify import make_verifier
from engines.translation.words import count_words
from foundation.customer_json import JSONValue
from localization.outcomes import ClaimedStep
from reviews.checking import find_faults, is_error
from reviews.content import text_at
from reviews.models import Digest, ReviewItem

DIGEST_DELAY = timedelta(minutes=1)  # so that one digest tells of the locales that arrive together


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a reviewer will find. `errors`, `warnings` and `glossary_misses` count texts, `words` those of the source."""

    segments: int
    words: int
    errors: int
    warnings: int
    glossary_misses: int


def assess(
    source: JSONValue,
    payload: JSONValue,
    *,
    source_locale: str,
    target_locale: str,
    locked_keys: Sequence[str],
    hints: Mapping[str, Sequence[str]],
    layers: Layers,
) -> Assessment:
    """Looks at the AI version as a reviewer's page will. A text with an error does not count among the warnings."""
    segments = walk(source, locked_keys=locked_keys, hints=hints).segments
    verifier = make_verifier(layers, source_locale, target_locale, [segment.text for segment in segments])
    found = [find_faults(verifier, segment.text, text_at(payload, segment.path)) for segment in segments]
    errors = [any(map(is_error, findings)) for findings in found]
    return Assessment(
        segments=len(segments),
        words=sum(count_words(segment.text) for segment in segments),
        errors=sum(errors),
        warnings=sum(bool(findings) and not has_error for findings, has_error in zip(found, errors, strict=True)),
        glossary_misses=sum(any(finding.code == glossary.CODE for finding in findings) for findings in found),
    )


def open_review(step: ClaimedStep, now: datetime, *, assessment: Assessment, due_at: datetime) -> None:
    """Inserts the item, and with a group's first one its digest. Only in the transaction that makes the step wait until `due_at`."""
    ReviewItem.objects.create(
        organization_id=step.organization_id,
        engine_id=step.group.engine_id,
        step_id=step.id,
        group_id=step.group.id,
        source_locale=step.group.source_locale,
        target_locale=step.target_locale,
        segments=assessment.segments,
        words=assessment.words,
        errors=assessment.errors,
        warnings=assessment.warnings,
        glossary_misses=assessment.glossary_misses,
        due_at=due_at,
        created_at=now,
    )
    if not Digest.objects.filter(group_id=step.group.id).exists():  # else PostgreSQL would draw a number and wait for a rival for nothing
        digest = Digest(
            organization_id=step.organization_id,
            group_id=step.group.id,
            engine_id=step.group.engine_id,
            run_after=now + DIGEST_DELAY,
            created_at=now,
        )
        Digest.objects.bulk_create([digest], ignore_conflicts=True)
