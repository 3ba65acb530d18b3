"""What there is to do for a payload, before any call: its texts, what is known of them, and what has to be sent."""

from dataclasses import dataclass, field

from engines.checks import Finding
from engines.memory import Known, connection_for_a_moment, join_hints, look_up
from engines.translation.chunks import BYTES_PER_TOKEN, MAX_TOKENS, Unit, estimate_tokens, gather_units
from engines.translation.progress import Progress
from engines.translation.request import TranslationRequest
from engines.translation.segments import Walk, walk
from engines.translation.sentences import Part, split_text
from engines.translation.verify import Verifier, make_verifier


@dataclass(slots=True)
class Work:
    """Keys are those of units. `known` may hold more than this payload needs: parts of long texts."""

    found: Walk
    units: list[Unit]
    verifier: Verifier  # for texts that come from elsewhere than a model's answer
    known: dict[str, str] = field(default_factory=dict)  # verified by an earlier attempt
    remembered: dict[str, Known] = field(default_factory=dict)
    warnings: dict[str, tuple[Finding, ...]] = field(default_factory=dict)  # of what is remembered
    parts: dict[str, list[Part]] = field(default_factory=dict)  # of the texts that are divided

    @property
    def wanted(self) -> list[Unit]:
        """What nobody knows yet."""
        return [unit for unit in self.units if unit.key not in self.known and unit.key not in self.remembered]

    @property
    def to_send(self) -> list[Unit]:
        """The wanted texts, long ones in parts, none twice."""
        sent = {piece.key: piece for unit in self.wanted for piece in self.pieces(unit) if piece.key not in self.known}
        return list(sent.values())

    def pieces(self, unit: Unit) -> list[Unit]:
        """The unit, or its parts as units of their own."""
        parts = self.parts.get(unit.key)
        return [Unit(part.text, unit.hints, ()) for part in parts] if parts else [unit]

    def texts(self, progress: Progress) -> dict[str, str]:
        """Every translation there is, by key."""
        return {**self.known, **{key: known.text for key, known in self.remembered.items()}, **progress.verified}


def plan(request: TranslationRequest) -> Work:
    """Walks the payload, looks into the memory (in one query) and divides what is long."""
    found = walk(request.data, locked_keys=request.locked_keys, hints=request.hints)
    units = gather_units(found.segments)
    verifier = make_verifier(request.layers, request.source_locale, request.target_locale, [unit.text for unit in units])
    work = Work(found, units, verifier)
    work.remembered = _look_up(request, work)
    work.parts = {unit.key: parts for unit in work.wanted if (parts := _divide(unit))}
    needed = {piece.key: piece for unit in work.wanted for piece in (unit, *work.pieces(unit))}
    work.known = {key: text for key, text in request.known.items() if key in needed and work.verifier.passes(needed[key].text, text)}
    return work


def _look_up(request: TranslationRequest, work: Work) -> dict[str, Known]:
    layers = request.layers
    if not (request.uses_memory and layers.uses_memory and work.units):
        return {}
    sources = {unit.key: unit.text for unit in work.units}

    def passes(key: str, translation: str) -> bool:
        verdict = work.verifier.judge(sources[key], translation)
        work.warnings[key] = verdict.warnings
        return not verdict.errors

    with connection_for_a_moment():
        return look_up(
            layers.engine_id,
            request.source_locale,
            request.target_locale,
            {unit.key: (unit.text, join_hints(unit.hints)) for unit in work.units},
            request.context,
            layers.version,
            passes=passes,
        )


def _divide(unit: Unit) -> list[Part]:
    """Empty where the text is short or in one piece."""
    if estimate_tokens(unit.text) <= MAX_TOKENS:
        return []
    parts = split_text(unit.text, MAX_TOKENS * BYTES_PER_TOKEN // 2)
    return parts if len(parts) > 1 else []
