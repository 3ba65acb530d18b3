"""What an engine's errors mean for a stage."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from engines import errors
from engines.errors import Usage
from pipeline.stages.base import RetryLater, StageFailed


@dataclass(slots=True)
class Spent:
    """What a stage of several passes used before the one that fails."""

    usage: Usage = field(default_factory=Usage)

    def add(self, usage: Usage) -> None:
        self.usage += usage


@contextmanager
def engine_errors() -> Iterator[Spent]:
    """Turns what the engine raises into what a stage raises: RetryLater while no model answers, StageFailed when none gives a usable answer.

    Both carry what was used, the failing call and what is added to the `Spent`.
    """
    spent = Spent()
    try:
        yield spent
    except errors.ModelUnavailable as exc:
        after = None if exc.retry_after is None else timedelta(seconds=exc.retry_after)
        raise RetryLater(str(exc), after=after, known=exc.verified, usage=spent.usage + exc.usage, learned=exc.learned) from exc
    except errors.TranslationCancelled as exc:
        raise RetryLater(str(exc), usage=spent.usage) from exc
    except errors.TranslationFailed as exc:
        raise StageFailed(str(exc), spent.usage + exc.usage, learned=exc.learned) from exc
    except errors.EngineError as exc:
        raise StageFailed(str(exc), spent.usage) from exc
