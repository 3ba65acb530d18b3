"""One model of an engine tried with a short text: the call that a translation would make, with its limits, its breaker and the organization's budget.

The memory is neither read nor written, and no other model of the chain steps in. At most TRIALS_A_MINUTE for an organization in one process.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.core.cache import cache

from engines import memory, spending
from engines.errors import TranslationFailed, Usage
from engines.layers import ModelChoice, StoredModel
from engines.locales import ANY_LOCALE
from engines.models import Engine, ModelConfig, OnUnverified
from engines.process.layers import layers_of
from engines.process.localize import expected_tokens, settle
from engines.translation.request import TranslationRequest
from engines.translation.translate import translate
from foundation.api_errors import RateLimited
from organizations.models import Organization

TRIALS_A_MINUTE = 10
SECONDS = 30.0
_TEXT = "text"  # the payload's one key


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it: `answer` is None where the model gave none that can be used, and then `error` is a sentence. Never holds a key."""

    source_locale: str
    target_locale: str
    usage: Usage
    answer: str | None = None
    error: str = ""
    warnings: tuple[str, ...] = ()


def try_model(
    engine: Engine, item: ModelConfig, text: str, *, source_locale: str, target_locale: str, now: datetime, started: float, trace: str
) -> Trial:
    """`started` is on time.monotonic(). Raises RateLimited, CreditLimit and QuotaSpent before any call."""
    _refuse_too_many(engine.organization, now)
    with memory.connection_for_a_moment():
        spending.refuse_if_spent(engine.organization, expected_tokens([text]), now)
        layers = layers_of(engine)
    choice = ModelChoice(item.provider, item.model)
    alone = replace(layers, models=(StoredModel(ANY_LOCALE, ANY_LOCALE, choice, 1),), uses_memory=False, on_unverified=OnUnverified.FAIL)
    request = TranslationRequest(
        layers=alone,
        source_locale=source_locale,
        target_locale=target_locale,
        data={_TEXT: text},
        deadline=started + SECONDS,
        trace=trace,
        uses_memory=False,
    )
    try:
        translation = translate(request)
    except TranslationFailed as exc:
        settle(engine, exc.usage, (), now)
        return Trial(source_locale, target_locale, exc.usage, error=exc.reason)
    settle(engine, translation.usage, (), now)
    answer = translation.data[_TEXT] if isinstance(translation.data, dict) else None
    warnings = tuple(warning.message for warning in translation.warnings)
    return Trial(source_locale, target_locale, translation.usage, answer=str(answer), warnings=warnings)


def _refuse_too_many(organization: Organization, now: datetime) -> None:
    minute, seconds = divmod(int(now.timestamp()), 60)
    key = f"trials:{organization.pk}:{minute}"
    cache.add(key, 0, timeout=120)
    if cache.incr(key) > TRIALS_A_MINUTE:
        raise RateLimited(f"Models can be tried {TRIALS_A_MINUTE} times a minute. Try again in {60 - seconds} s.", retry_after=60 - seconds)
