"""Translates one payload: segments, memory, chunks, calls at once, verified texts put back by path. Used by every AI stage and the synchronous API.

Synchronous, for a stage on a thread; the model calls run on the process's loop. The one touch of the database is a look into the translation memory
before the calls. What a failed attempt verified is in its error (`verified`, `learned`) and spares those texts in the next.
"""

import asyncio
import time
from collections.abc import Mapping

from engines import model_loop
from engines.errors import (
    Attempt,
    ModelUnavailable,
    NoModel,
    ProviderRefused,
    TranslationCancelled,
    TranslationFailed,
    UnusableAnswers,
)
from engines.model_loop import Cancellation
from engines.models import OnUnverified
from engines.translation.calls import ChunkRequest, translate_chunk
from engines.translation.chunks import split_into_chunks
from engines.translation.outcome import learn, put_together, report, warn
from engines.translation.progress import Progress
from engines.translation.prompt import system_message
from engines.translation.rebuild import rebuild
from engines.translation.request import Translation, TranslationRequest
from engines.translation.work import Work, plan


def translate(request: TranslationRequest, cancellation: Cancellation | None = None) -> Translation:
    """The payload with every translatable text translated and verified, nothing else changed. A text that no model translated verifiably keeps its
    source, with a warning, unless the engine says that the whole is to fail or no text at all is verified.

    Raises NoModel when there is text and no model, ModelUnavailable when another attempt may succeed, UnusableAnswers and ProviderRefused when it
    would not, TranslationCancelled. No call is made where nothing is left to translate.
    """
    work = plan(request)
    chunks = _prepare_chunks(request, work)
    progress = Progress()
    failures = _run(chunks, progress, request, work, cancellation) if chunks else []
    put_together(work, progress)
    _raise_what_counts(failures, request, work, progress)
    texts = work.texts(progress)
    return Translation(
        data=rebuild(request.data, {path: texts[unit.key] for unit in work.units if unit.key in texts for path in unit.paths}),
        usage=progress.usage(),
        report=report(work, progress, len(chunks)),
        warnings=warn(work, progress),
        learned=learn(work, progress, request),
    )


def _prepare_chunks(request: TranslationRequest, work: Work) -> list[ChunkRequest]:
    source, target = request.source_locale, request.target_locale
    chain = request.layers.chain(source, target)
    if work.wanted and not chain:
        raise NoModel(source, target)
    prepared = []
    for chunk in split_into_chunks(work.to_send):
        brief = request.layers.brief(source, target, [unit.text for unit in chunk.units.values()])
        prepared.append(
            ChunkRequest(
                layers=request.layers,
                chain=chain,
                source_locale=source,
                target_locale=target,
                units=chunk.units,
                system=system_message(brief),
                context=request.context,
                glossary=brief.glossary,
                examples=tuple(request.examples),
                deadline=request.deadline,
                trace=request.trace,
            )
        )
    return prepared


def _run(
    chunks: list[ChunkRequest], progress: Progress, request: TranslationRequest, work: Work, cancellation: Cancellation | None
) -> list[TranslationFailed]:
    """Every chunk to its end, so that the error of one loses nothing of the others."""
    try:
        outcomes = model_loop.run(_translate_all(chunks, progress), request.deadline - time.monotonic(), cancellation)
    except model_loop.Cancelled:
        raise TranslationCancelled from None
    except TimeoutError as exc:
        raise ModelUnavailable("The time was over before every text was translated.", _attempt(request, work, progress)) from exc
    return [outcome for outcome in outcomes if outcome is not None]


async def _translate_all(chunks: list[ChunkRequest], progress: Progress) -> list[TranslationFailed | None]:
    return await asyncio.gather(*(_outcome(chunk, progress) for chunk in chunks))


async def _outcome(chunk: ChunkRequest, progress: Progress) -> TranslationFailed | None:
    try:
        await translate_chunk(chunk, progress)
    except TranslationFailed as failure:
        return failure
    return None


def _raise_what_counts(failures: list[TranslationFailed], request: TranslationRequest, work: Work, progress: Progress) -> None:
    """What no further attempt can mend decides. Texts without a usable answer are no failure where they may keep their source."""
    may_keep = request.layers.on_unverified == OnUnverified.KEEP
    failing: Mapping[type[TranslationFailed], bool] = {
        UnusableAnswers: not may_keep,
        ProviderRefused: True,
        ModelUnavailable: True,
    }
    for kind, counts in failing.items():
        for failure in failures:
            if counts and isinstance(failure, kind):
                failure.attempt = _attempt(request, work, progress)
                raise failure
    if work.units and not work.texts(progress):
        reason = failures[0].reason if failures else "No text was translated verifiably."
        raise UnusableAnswers(reason, _attempt(request, work, progress))


def _attempt(request: TranslationRequest, work: Work, progress: Progress) -> Attempt:
    return Attempt({**work.known, **progress.verified}, progress.usage(), learn(work, progress, request))
