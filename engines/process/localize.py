"""One payload translated while the caller waits (contract §6).

What a call verified is kept in the memory, also where it failed afterwards, so that a repeat pays only for the rest. No database connection is held
while models answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from engines import memory, spending
from engines.errors import ModelUnavailable, NoModel, TranslationFailed, Usage
from engines.memory import NewEntry
from engines.models import Engine
from engines.process.layers import layers_of
from engines.process.reference import relevant_pairs
from engines.recognition import detect_locale
from engines.spending import Expense
from engines.translation.chunks import estimate_tokens
from engines.translation.request import Translation, TranslationRequest, TranslationWarning
from engines.translation.segments import walk
from engines.translation.translate import translate
from foundation.api_errors import BadRequest, InternalError
from foundation.customer_json import JSONValue, Problem
from organizations.models import Organization

SECONDS = 45.0  # for models; the answer leaves within 50, and clients give up at 60
DEFAULT_SOURCE = "en"
CHAT_NAMES = "chat.*.name"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalizeRequest:
    """A valid request. `reference` is whatever was sent."""

    organization: Organization
    engine: Engine
    source_locale: str | None  # None: to be detected
    target_locale: str
    data: JSONValue
    context: str = ""
    hints: Mapping[str, Sequence[str]] = field(default_factory=dict)
    locked_keys: Sequence[str] = ()
    reference: JSONValue = None


@dataclass(frozen=True, slots=True)
class Localized:
    """The answer. `usage` is None where no model was called."""

    source_locale: str
    target_locale: str
    data: JSONValue
    usage: Usage | None = None
    warnings: tuple[TranslationWarning, ...] = ()


def localize(request: LocalizeRequest, *, now: datetime, started: float, trace: str) -> Localized:
    """Translates, or copies where source and target are one. `started` is on time.monotonic().

    Raises CreditLimit and QuotaSpent before any call, BadRequest without a model for the pair, InternalError where the deadline was reached or no
    text could be verified.
    """
    locked = locked_in(request.data, request.locked_keys)
    texts = [segment.text for segment in walk(request.data, locked_keys=locked).segments]
    source = request.source_locale or detect_source(texts, request.engine)
    if source == request.target_locale or not texts:
        return Localized(source, request.target_locale, request.data)
    with memory.connection_for_a_moment():  # a pool has fewer connections than there are callers waiting for models
        spending.refuse_if_spent(request.organization, expected_tokens(texts), now)
        layers = layers_of(request.engine)
    wanted = TranslationRequest(
        layers=layers,
        source_locale=source,
        target_locale=request.target_locale,
        data=request.data,
        deadline=started + SECONDS,
        trace=trace,
        context=request.context,
        hints=request.hints,
        locked_keys=locked,
        examples=relevant_pairs(request.reference, source, request.target_locale, texts),
    )
    translation = _translate(wanted, request.engine, now)
    usage = translation.usage if translation.usage.calls else None
    return Localized(source, request.target_locale, translation.data, usage, translation.warnings)


def _translate(request: TranslationRequest, engine: Engine, now: datetime) -> Translation:
    try:
        translation = translate(request)
    except NoModel as exc:
        raise BadRequest([Problem("targetLocale", str(exc))], code="no_model") from exc
    except TranslationFailed as exc:
        settle(engine, exc.usage, exc.learned, now)
        retry_after = exc.retry_after if isinstance(exc, ModelUnavailable) else None
        raise InternalError(str(exc), code="translation_failed", retry_after=retry_after) from exc
    settle(engine, translation.usage, translation.learned, now)
    return translation


def locked_in(data: JSONValue, locked_keys: Sequence[str] = ()) -> Sequence[str]:
    """The locked keys; of a conversation also the names of its speakers."""
    return [*locked_keys, CHAT_NAMES] if _is_chat(data) else locked_keys


def settle(engine: Engine, usage: Usage, learned: Sequence[NewEntry], now: datetime) -> None:
    """Charges what was used and remembers what was learned."""
    if usage.calls == 0 and not learned:
        return
    with transaction.atomic():
        spending.add([Expense.of(engine.organization_id, usage)], now)
        memory.remember(learned, now)


def detect_source(texts: Sequence[str], engine: Engine) -> str:
    return detect_locale("\n".join(texts)) or next(iter(engine.source_locales), DEFAULT_SOURCE)


def expected_tokens(texts: Sequence[str]) -> int:
    """In and out together, of one translation."""
    return 2 * sum(map(estimate_tokens, texts))


def _is_chat(data: JSONValue) -> bool:
    """`{"chat": [{"name", "text"}, …]}` and nothing beside it: a conversation, whose speakers keep their names."""
    if not isinstance(data, dict) or list(data) != ["chat"]:
        return False
    chat = data["chat"]
    return isinstance(chat, list) and all(isinstance(message, dict) and {"name", "text"} <= message.keys() for message in chat)
