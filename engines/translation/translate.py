"""Translates one payload: segments, chunks, calls at once, verified texts put back by path. Used by every AI stage and by the synchronous API.

Synchronous, for a stage on a thread; the model calls run on the process's loop. Touches no database. What a failed attempt verified is in its error
(`verified`) and spares those texts in the next (`known`).
"""

import asyncio
import time
from collections.abc import Mapping, Sequence

from engines import model_loop
from engines.errors import ModelUnavailable, NoModel, ProviderRefused, TranslationFailed, UnusableAnswers
from engines.translation.answers import judge_text
from engines.translation.calls import ChunkRequest, Progress, translate_chunk
from engines.translation.chunks import Unit, gather_units, split_into_chunks
from engines.translation.prompt import system_message
from engines.translation.rebuild import rebuild
from engines.translation.request import StructureReport, Translation, TranslationRequest
from engines.translation.segments import Walk, walk


def translate(request: TranslationRequest) -> Translation:
    """The payload with every translatable text translated and verified, nothing else changed.

    Raises NoModel when there is text and no model, ModelUnavailable when another attempt may succeed, UnusableAnswers and ProviderRefused when it
    would not. No call is made where nothing is left to translate.
    """
    found = walk(request.data, locked_keys=request.locked_keys, hints=request.hints)
    units = gather_units(found.segments)
    known = _usable(request.known, units)
    chunks = _prepare_chunks(request, [unit for unit in units if unit.key not in known])
    progress = Progress()
    if chunks:
        _run(chunks, progress, request, known)
    texts = {**known, **progress.verified}
    return Translation(
        data=rebuild(request.data, {path: texts[unit.key] for unit in units for path in unit.paths}),
        usage=progress.usage(),
        report=_report(found, units, known, progress, len(chunks)),
    )


def _usable(known: Mapping[str, str], units: Sequence[Unit]) -> dict[str, str]:
    """Of the texts verified before, those that this payload needs and that pass today's checks."""
    return {unit.key: known[unit.key] for unit in units if unit.key in known and judge_text(unit.text, known[unit.key]) is None}


def _prepare_chunks(request: TranslationRequest, units: list[Unit]) -> list[ChunkRequest]:
    source, target = request.source_locale, request.target_locale
    chain = request.layers.chain(source, target)
    if units and not chain:
        raise NoModel(source, target)
    prepared = []
    for chunk in split_into_chunks(units):
        brief = request.layers.brief(source, target, [unit.text for unit in chunk.units.values()])
        prepared.append(
            ChunkRequest(
                chain=chain,
                source_locale=source,
                target_locale=target,
                units=chunk.units,
                system=system_message(brief),
                context=request.context,
                glossary=brief.glossary,
                deadline=request.deadline,
                trace=request.trace,
            )
        )
    return prepared


def _run(chunks: list[ChunkRequest], progress: Progress, request: TranslationRequest, known: Mapping[str, str]) -> None:
    """Every chunk to its end, so that the error of one loses nothing of the others. Raises TranslationFailed with what was reached."""
    try:
        outcomes = model_loop.run(_translate_all(chunks, progress), request.deadline - time.monotonic())
    except TimeoutError as exc:
        raise ModelUnavailable("The time was over before every text was translated.", progress.attempt(known)) from exc
    failures = [outcome for outcome in outcomes if isinstance(outcome, TranslationFailed)]
    # What no further attempt can mend decides.
    for kind in (UnusableAnswers, ProviderRefused, ModelUnavailable):
        for failure in failures:
            if isinstance(failure, kind):
                failure.attempt = progress.attempt(known)
                raise failure


async def _translate_all(chunks: list[ChunkRequest], progress: Progress) -> list[TranslationFailed | None]:
    return await asyncio.gather(*(_outcome(chunk, progress) for chunk in chunks))


async def _outcome(chunk: ChunkRequest, progress: Progress) -> TranslationFailed | None:
    try:
        await translate_chunk(chunk, progress)
    except TranslationFailed as failure:
        return failure
    return None


def _report(found: Walk, units: Sequence[Unit], known: Mapping[str, str], progress: Progress, chunks: int) -> StructureReport:
    from_known = sum(len(unit.paths) for unit in units if unit.key in known)
    return {
        "segments": len(found.segments),
        "translated": len(found.segments) - from_known,
        "fromKnown": from_known,
        "repaired": sum(len(unit.paths) for unit in units if unit.key in progress.repaired),
        "failed": 0,
        "setAside": {reason.value: count for reason, count in found.set_aside.items()},
        "chunks": chunks,
    }
