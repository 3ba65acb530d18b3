"""Translates one payload: segments, memory, chunks, calls at once, verified texts put back by path. Used by every AI stage and the synchronous API.

Synchronous, for a stage on a thread; the model calls run on the process's loop. The one touch of the database is a look into the translation memory
before the calls. What a failed attempt verified is in its error (`verified`, `learned`) and spares those texts in the next.
"""

from collections.abc import Mapping
from functools import partial

from engines.errors import Attempt, ModelUnavailable, NoModel, ProviderRefused, TranslationFailed, UnusableAnswers
from engines.model_loop import Cancellation
from engines.models import OnUnverified
from engines.translation.asking import Asking, run_all
from engines.translation.calls import ChunkRequest, translate_chunk
from engines.translation.chunks import split_into_chunks
from engines.translation.outcome import count_terms, learn, put_together, report, warn
from engines.translation.progress import Progress
from engines.translation.prompt import system_message
from engines.translation.rebuild import rebuild
from engines.translation.request import Translation, TranslationRequest
from engines.translation.work import Work, plan


def translate(request: TranslationRequest, cancellation: Cancellation | None = None, *, work: Work | None = None) -> Translation:
    """The payload with every translatable text translated and verified, nothing else changed. A text that no model translated verifiably keeps its
    source, with a warning, unless the engine says that the whole is to fail or no text at all is verified.

    Raises NoModel when there is text and no model, ModelUnavailable when another attempt may succeed, UnusableAnswers and ProviderRefused when it
    would not, TranslationCancelled. No call is made where nothing is left to translate. `work` is what the caller has planned for this request
    already: then no database is touched here.
    """
    work = work or plan(request)
    progress = Progress()
    chunks = _prepare_chunks(request, work, progress)
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
        verified={**work.known, **progress.verified},
        terms=count_terms(work, progress),
    )


def _prepare_chunks(request: TranslationRequest, work: Work, progress: Progress) -> list[ChunkRequest]:
    source, target = request.source_locale, request.target_locale
    chain = request.layers.chain(source, target, avoid=request.avoid)
    if work.wanted and not chain:
        raise NoModel(source, target)
    asking = Asking(request.layers, chain, request.deadline, request.trace, progress.ledger, request.on_prompt)
    prepared = []
    for chunk in split_into_chunks(work.to_send):
        brief = request.layers.brief(source, target, [unit.text for unit in chunk.units.values()])
        prepared.append(
            ChunkRequest(
                asking=asking,
                source_locale=source,
                target_locale=target,
                units=chunk.units,
                system=system_message(brief),
                context=request.context,
                glossary=brief.glossary,
                examples=tuple(request.examples),
            )
        )
    return prepared


def _run(
    chunks: list[ChunkRequest], progress: Progress, request: TranslationRequest, work: Work, cancellation: Cancellation | None
) -> list[TranslationFailed]:
    try:
        return run_all([partial(translate_chunk, chunk, progress) for chunk in chunks], request.deadline, cancellation)
    except TimeoutError as exc:
        raise ModelUnavailable("The time was over before every text was translated.", _attempt(request, work, progress)) from exc


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
