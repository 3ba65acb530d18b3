"""What can go wrong while a payload is translated. Callers tell a failure that passes by itself (`ModelUnavailable`) from those that do not.

Every failure of `translate` carries what it cost and what it verified before it failed, so that nothing paid for is thrown away. Messages are
sentences for people; of a customer's text they hold at most its placeholders, and nothing of a provider's answer or a key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from engines.memory import NewEntry


@dataclass(frozen=True, slots=True)
class Usage:
    """What model calls used. `calls` counts every call begun, the failed ones too."""

    model: str | None = None  # `provider:model` that delivered most texts; None: no model delivered any
    input_tokens: int = 0
    output_tokens: int = 0
    calls: int = 0
    cost_usd: Decimal | None = None  # of all calls; None where the price of one is not known
    priced_usd: Decimal = Decimal(0)  # of the calls whose price is known
    unpriced_calls: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Of both; the model is this one's, where it has one."""
        return Usage(
            model=self.model or other.model,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            calls=self.calls + other.calls,
            cost_usd=None if self._is_unpriced or other._is_unpriced else self.priced_usd + other.priced_usd,
            priced_usd=self.priced_usd + other.priced_usd,
            unpriced_calls=self.unpriced_calls + other.unpriced_calls,
        )

    @property
    def _is_unpriced(self) -> bool:
        return self.cost_usd is None and bool(self.unpriced_calls)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an attempt that failed leaves behind."""

    verified: Mapping[str, str] = field(default_factory=dict)  # to be handed to the next attempt as `known`
    usage: Usage = field(default_factory=Usage)
    learned: tuple[NewEntry, ...] = ()  # for the translation memory


class EngineError(Exception):
    """Root of this app's errors."""


class NoModel(EngineError):
    """The engine has no model for the locale pair."""

    def __init__(self, source: str, target: str) -> None:
        super().__init__(f"The engine has no model for {source} to {target}.")
        self.source = source
        self.target = target


class TranslationFailed(EngineError):
    """Some text has no usable translation. `reason` is a sentence; `attempt` is what was reached."""

    def __init__(self, reason: str, attempt: Attempt | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.attempt = attempt or Attempt()

    @property
    def verified(self) -> Mapping[str, str]:
        return self.attempt.verified

    @property
    def usage(self) -> Usage:
        return self.attempt.usage

    @property
    def learned(self) -> tuple[NewEntry, ...]:
        return self.attempt.learned


class ModelUnavailable(TranslationFailed):
    """No model could be reached in time (429, 5xx, timeout, connection, deadline): worth another attempt.

    `retry_after` is in seconds, the shortest wait that a provider asked for, or None when none said.
    """

    def __init__(self, reason: str, attempt: Attempt | None = None, *, retry_after: float | None = None) -> None:
        super().__init__(reason, attempt)
        self.retry_after = retry_after


class UnusableAnswers(TranslationFailed):
    """Models answered, and no answer passed; the reason names the model and why. Another attempt would end alike."""


class ProviderRefused(TranslationFailed):
    """Every provider refused the request itself (400, 401, 403, 404) or is not configured here: someone has to change something."""


class TranslationCancelled(EngineError):
    """Whoever asked for the translation does not want it any more; what it brought is lost."""

    def __init__(self) -> None:
        super().__init__("The translation was cancelled.")
