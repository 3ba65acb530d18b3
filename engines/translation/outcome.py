"""What became of a payload, after the calls: long texts put together, the report, the warnings, and what the memory is to keep."""

from engines.checks import Finding
from engines.memory import NewEntry, join_hints
from engines.models import MemoryEntry
from engines.term_count import TermCount
from engines.translation.chunks import Unit
from engines.translation.progress import Progress
from engines.translation.request import UNTRANSLATED, StructureReport, TranslationRequest, TranslationWarning
from engines.translation.sentences import join_parts
from engines.translation.work import Work
from foundation.customer_json import format_path

NO_ANSWER = "No model gave a usable translation."


def put_together(work: Work, progress: Progress) -> None:
    """Joins the parts of long texts. The whole is verified again: what is right in each part may be wrong in all."""
    for unit in work.units:
        parts = work.parts.get(unit.key)
        pieces = work.pieces(unit)
        texts = [progress.verified.get(piece.key) or work.known.get(piece.key) for piece in pieces]
        if not parts or unit.key in work.known or None in texts:
            continue
        joined = join_parts(parts, [text for text in texts if text is not None])
        if work.verifier.passes(unit.text, joined):
            progress.verified[unit.key] = joined
            progress.made_by[unit.key] = next((progress.made_by[piece.key] for piece in pieces if piece.key in progress.made_by), "")


def report(work: Work, progress: Progress, chunks: int) -> StructureReport:
    texts = work.texts(progress)
    counts = {unit.key: len(unit.paths) for unit in work.units}
    from_memory = sum(counts[key] for key in work.remembered)
    from_known = sum(count for key, count in counts.items() if key in work.known)
    failed = sum(count for key, count in counts.items() if key not in texts)
    repaired = sum(
        len(unit.paths) for unit in work.units if unit.key in progress.verified and any(piece.key in progress.repaired for piece in work.pieces(unit))
    )
    return {
        "segments": len(work.found.segments),
        "translated": len(work.found.segments) - from_memory - from_known - failed,
        "fromMemory": from_memory,
        "fromKnown": from_known,
        "repaired": repaired,
        "failed": failed,
        "checks": dict(sorted(progress.objections.items())),
        "setAside": {reason.value: count for reason, count in work.found.set_aside.items()},
        "chunks": chunks,
    }


def warn(work: Work, progress: Progress) -> tuple[TranslationWarning, ...]:
    """One for each path that kept its source text, and for each doubt about a translation, in reading order."""
    texts = work.texts(progress)
    found: dict[str, list[tuple[str, str]]] = {}
    for unit in work.units:
        if unit.key not in texts:
            found[unit.key] = [(UNTRANSLATED, f"The source text was kept: {_reason(work, progress, unit)}")]
            continue
        doubts = work.warnings.get(unit.key, ()) if unit.key in work.remembered else _doubts(work, progress, unit)
        found[unit.key] = [(doubt.code, doubt.message) for doubt in doubts]
    places = {path: unit.key for unit in work.units for path in unit.paths if found[unit.key]}
    ordered = (segment.path for segment in work.found.segments if segment.path in places)
    return tuple(TranslationWarning(format_path(path), code, message) for path in ordered for code, message in found[places[path]])


def count_terms(work: Work, progress: Progress) -> TermCount:
    """A text that kept its source is judged as it stands."""
    texts = work.texts(progress)
    return work.verifier.count_terms((unit.text, texts.get(unit.key, unit.text)) for unit in work.units)


def _reason(work: Work, progress: Progress, unit: Unit) -> str:
    """Why the last model's translation did not do."""
    flaws = [progress.flaws[piece.key] for piece in work.pieces(unit) if piece.key in progress.flaws]
    return flaws[0].sentence if flaws else NO_ANSWER


def _doubts(work: Work, progress: Progress, unit: Unit) -> list[Finding]:
    return [finding for piece in work.pieces(unit) for finding in progress.warnings.get(piece.key, ())]


def learn(work: Work, progress: Progress, request: TranslationRequest) -> tuple[NewEntry, ...]:
    """What models translated and the checks passed, whole texts only. Nothing where the memory is off."""
    layers = request.layers
    if not (request.uses_memory and layers.uses_memory):
        return ()
    return tuple(
        NewEntry(
            engine_id=layers.engine_id,
            source_locale=request.source_locale,
            target_locale=request.target_locale,
            text=unit.text,
            hint=join_hints(unit.hints),
            context=request.context,
            translation=progress.verified[unit.key],
            origin=MemoryEntry.Origin.MACHINE,
            layers_version=layers.version,
            made_by=progress.made_by.get(unit.key, ""),
        )
        for unit in work.units
        if unit.key in progress.verified
    )
