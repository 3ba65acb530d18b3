"""Edits the texts of one payload: chunks, calls at once, changes verified. Used by the stages that edit.

Synchronous, for a stage on a thread; the model calls run on the process's loop, and the database is not touched. What a failed attempt decided is in
its error (`verified`) and spares those texts in the next.
"""

from collections.abc import Sequence
from functools import partial

from engines.editing.calls import ChunkRequest, edit_chunk, make_examiner
from engines.editing.cleaning import find_names
from engines.editing.outcome import put_together
from engines.editing.progress import Decision, Progress
from engines.editing.prompt import edit_system_message
from engines.editing.request import EditRequest, Edits, Kind
from engines.editing.units import EditUnit, gather_units
from engines.errors import Attempt, ModelUnavailable, NoModel, ProviderRefused, TranslationFailed
from engines.layers import ModelChoice
from engines.locales import applies
from engines.model_loop import Cancellation
from engines.translation.asking import Asking, able, name_unable, run_all
from engines.translation.chunks import number_in_groups

DOES = {
    Kind.CLEAN: "correct source texts",
    Kind.POST_EDIT: "edit translations",
    Kind.REPHRASE: "rephrase translations",
    Kind.CORRECT: "correct translations",
}


def edit(request: EditRequest, cancellation: Cancellation | None = None) -> Edits:
    """The changes that passed every check; a text that is named in none stays as it is. A text about which no model gave a usable answer stays too,
    and is counted as failed, unless that is so for all.

    Raises NoModel, ModelUnavailable when another attempt may succeed, UnusableAnswers and ProviderRefused when it would not, TranslationCancelled.
    No call is made where nothing is left to decide.
    """
    progress = Progress()
    units = gather_units(request.kind, request.texts)
    known = _find_known(request, units)
    to_send = [unit for unit in units if unit.key not in known]
    chunks = _prepare_chunks(request, to_send, progress) if to_send else []
    failures = _run(chunks, request, progress, cancellation) if chunks else []
    _raise_what_counts(failures, request, progress, is_all=not known and not progress.decided and not progress.refused)
    return put_together(request, known, progress, failures, len(chunks))


def _find_known(request: EditRequest, units: Sequence[EditUnit]) -> dict[str, Decision]:
    """What an earlier attempt decided, as far as it passes today's checks."""
    found = {unit.key: (unit, decision) for unit in units if (decision := Decision.read(request.known.get(unit.key, "")))}
    if not found:
        return {}
    examiner = make_examiner(_prepare_chunk(request, {key: unit for key, (unit, _) in found.items()}, (), Progress()), frozenset())
    changed = {key: decision.text for key, (_, decision) in found.items() if decision.text is not None}
    against = {key: examiner.object_to({key: found[key][0]}, {key: text})[key] for key, text in changed.items()}
    return {key: decision for key, (_, decision) in found.items() if not against.get(key)}


def _prepare_chunks(request: EditRequest, units: Sequence[EditUnit], progress: Progress) -> list[ChunkRequest]:
    chain = _find_chain(request)
    return [_prepare_chunk(request, group, chain, progress) for group in number_in_groups(units, EditUnit.measure)]


def _prepare_chunk(request: EditRequest, units: dict[str, EditUnit], chain: tuple[ModelChoice, ...], progress: Progress) -> ChunkRequest:
    layers, source, target = request.layers, request.source_locale, request.target_locale
    texts = [unit.source for unit in units.values()]
    brief = layers.brief(source, target, texts)
    return ChunkRequest(
        asking=Asking(layers, chain, request.deadline, request.trace, progress.ledger),
        kind=request.kind,
        source_locale=source,
        target_locale=target,
        units=units,
        system=edit_system_message(request.kind, brief),
        context=request.context,
        glossary=brief.glossary,
        names=find_names(layers, source, texts) if request.kind is Kind.CLEAN else (),
    )


def _find_chain(request: EditRequest) -> tuple[ModelChoice, ...]:
    """The models for the pair that can edit. A source text may be cleaned by any model that translates from its language. Raises NoModel and
    ProviderRefused.
    """
    layers = request.layers
    chain = layers.chain(request.source_locale, request.target_locale)
    models = able(layers, chain, "edit")
    if request.kind is Kind.CLEAN and not models:
        stored = sorted((stored for stored in layers.models if applies(stored.source_locale, request.source_locale)), key=lambda stored: stored.rank)
        chain = (*chain, *dict.fromkeys(one.choice for one in stored))
        models = able(layers, chain, "edit")
    if not chain:
        raise NoModel(request.source_locale, request.target_locale)
    if not models:
        raise ProviderRefused(f"No model of this engine can {DOES[request.kind]}: {name_unable(chain)}.")
    return models


def _run(chunks: list[ChunkRequest], request: EditRequest, progress: Progress, cancellation: Cancellation | None) -> list[TranslationFailed]:
    try:
        return run_all([partial(edit_chunk, chunk, progress) for chunk in chunks], request.deadline, cancellation)
    except TimeoutError as exc:
        raise ModelUnavailable("The time was over before every text was edited.", _attempt(request, progress)) from exc


def _raise_what_counts(failures: list[TranslationFailed], request: EditRequest, progress: Progress, *, is_all: bool) -> None:
    """A model that may come back is worth another attempt, which pays nothing for what is decided. What none can mend counts where all failed."""
    passing = [failure for failure in failures if isinstance(failure, ModelUnavailable)]
    for failure in passing or (failures if is_all else []):
        failure.attempt = _attempt(request, progress)
        raise failure


def _attempt(request: EditRequest, progress: Progress) -> Attempt:
    return Attempt({**request.known, **progress.verified()}, progress.usage())
