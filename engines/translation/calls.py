"""Gets one chunk translated: asks the models of the chain in turn, has each repair what does not pass, and says why when all have failed.

Runs on the model loop. What passed is written into the `Progress` that all chunks of a payload share, so a failure or the deadline loses none of it.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from engines.breaker import Paused, Permit
from engines.errors import ModelUnavailable, ProviderRefused, TranslationFailed, UnusableAnswers
from engines.guards import Meter, guards, place
from engines.layers import Layers, ModelChoice, Term
from engines.limits import Saturated
from engines.providers.base import Answer, CallFailed, Provider, Refused, Task, Unavailable
from engines.providers.registry import find_provider
from engines.translation.answers import CUT, Flaw, judge
from engines.translation.chunks import Unit, estimate_tokens
from engines.translation.progress import Progress
from engines.translation.prompt import user_message
from engines.translation.verify import Verdict, Verifier

log = structlog.get_logger(__name__)

REPAIRS = 2  # further calls of a model for the texts that did not pass
SHORT_WAIT_SECONDS = 2.0  # asked for by Retry-After: waited here; a longer one is the caller's
SHORT_WAITS = 2  # in a row
CALL_SECONDS = 120.0  # the longest call; shorter where the deadline leaves less to each model of the chain
TELLING_SECONDS = 10.0  # a call that was given less and did not answer says nothing of its provider
PATIENCE_SECONDS = 30.0  # for limits, and for calls that are under way to tell whether a model is well
MIN_OUTPUT_TOKENS = 256
OUTPUT_PER_INPUT = 4  # tokens: other languages are longer, and other scripts take more tokens
OUTPUT_PER_TEXT = 12  # tokens for number, quotes and comma


class Unusable(CallFailed):
    """The model answered, and some text did not pass even after repairs."""


class NotBegun(Unavailable):
    """No call was made: the breaker is open, or the limits let none through."""


@dataclass(frozen=True, slots=True)
class ChunkRequest:
    """One chunk and all that its calls need."""

    layers: Layers
    chain: tuple[ModelChoice, ...]
    source_locale: str
    target_locale: str
    units: Mapping[str, Unit]
    system: str
    context: str
    glossary: tuple[Term, ...]
    examples: tuple[tuple[str, str], ...]
    deadline: float  # on time.monotonic()
    trace: str


@dataclass(slots=True)
class _Round:
    """The state between the calls to one model: what is still wanted, and why; and texts in hand that may be better."""

    pending: dict[str, Unit]
    verifier: Verifier
    flaws: dict[str, Flaw] = field(default_factory=dict)
    in_hand: dict[str, tuple[str, Verdict]] = field(default_factory=dict)

    def take(self, answer: Answer, choice: ModelChoice, progress: Progress, *, is_last: bool) -> None:
        """Moves what may be used from `pending` to `progress`."""
        sources = {number: unit.text for number, unit in self.pending.items()}
        judgement = judge(answer, sources)
        self.flaws = judgement.flaws
        for number, verdict in self.verifier.judge_answer(sources, judgement.texts).items():
            progress.objections.update(finding.code for finding in verdict.findings)
            if verdict.errors:
                self.flaws[number] = Flaw(verdict.errors[0].code, " ".join(finding.message for finding in verdict.errors))
            elif verdict.is_doubtful and not is_last and number not in self.in_hand:
                self.in_hand[number] = (judgement.texts[number], verdict)
                self.flaws[number] = Flaw(verdict.findings[0].code, " ".join(finding.message for finding in verdict.findings))
                continue
            else:
                self._accept(number, judgement.texts[number], verdict, choice, progress)
                continue
            progress.objections.update([] if verdict.findings else [self.flaws[number].code])
        progress.objections.update(flaw.code for number, flaw in judgement.flaws.items() if number not in judgement.texts)
        for number in [number for number in self.flaws if number in self.in_hand and number not in self._just_taken(judgement.texts)]:
            self._accept(number, *self.in_hand[number], choice, progress)
        progress.repaired.update(unit.key for unit in self.pending.values())
