"""What an engine's errors mean for a stage."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from engines import errors
from pipeline.stages.base import RetryLater, StageFailed


@contextmanager
def engine_errors() -> Iterator[None]:
    """Turns what the engine raises into what a stage raises: RetryLater while no model answers, StageFailed when none gives a usable answer."""
    try:
        yield
    except errors.ModelUnavailable as exc:
        after = None if exc.retry_after is None else timedelta(seconds=exc.retry_after)
        raise RetryLater(str(exc), after=after, known=exc.verified, usage=exc.usage, learned=exc.learned) from exc
    except errors.TranslationCancelled as exc:
        raise RetryLater(str(exc)) from exc
    except errors.TranslationFailed as exc:
        raise StageFailed(str(exc), exc.usage, learned=exc.learned) from exc
    except errors.EngineError as exc:
        raise StageFailed(str(exc)) from exc
