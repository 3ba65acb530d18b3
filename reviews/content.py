"""What one review is about: its texts beside their sources, as the pipeline has them, and the layers that judge them. Reads only.

The texts are those of the source as `preEdit` left it, in reading order; `number` is how drafts and flags name them. They never change, for the
steps before a review are over when it opens: a process keeps those that it read lately, parsed, and with them what the checks found.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q

from engines.checks import Finding
from engines.layers import Layers
from engines.models import Engine
from engines.pipeline_config import StageId
from engines.process.layers import layers_of
from engines.translation.segments import Segment, walk
from engines.translation.verify import Verifier, make_verifier
from foundation.api_errors import NotFound
from foundation.customer_json import JSONValue, Path, format_path, parse
from localization.models import JobGroup, Step
from localization.queries import OF_SOURCE
from reviews.checking import find_faults
from reviews.models import ReviewItem

KEPT_SEGMENTS = 20_000  # of all reviews that a process keeps; the last one is kept however long it is
FINDINGS_EACH = 4  # remembered for each segment: a person who types makes many versions of a text

_recent: dict[str, "Texts"] = {}


@dataclass(eq=False)
class Texts:
    """The payloads of one item, parsed when they are first asked for."""

    size: int  # segments
    group: JobGroup  # as it was then: its payload, context and names do not change
    output: str  # the AI version as JSON text
    cleaned: str | None  # the source as `preEdit` left it, where it did
    model: str  # that made the AI version; empty where none did
    made_at: datetime | None
    _judged: "Judged | None" = None

    @cached_property
    def sent(self) -> JSONValue:
        """What the client sent."""
        return parse(self.group.source)

    @cached_property
    def source(self) -> JSONValue:
        return self.sent if self.cleaned is None else parse(self.cleaned)

    @cached_property
    def payload(self) -> JSONValue:
        """The AI version."""
        return parse(self.output)

    @cached_property
    def segments(self) -> list[Segment]:
        return walk(self.source, locked_keys=self.group.locked_keys, hints=json.loads(self.group.hints)).segments

    @cached_property
    def translations(self) -> dict[int, str]:
        """The AI version's text of each segment, by number."""
        return {segment.number: text_at(self.payload, segment.path) for segment in self.segments}

    @cached_property
    def paths(self) -> dict[int, str]:
        """The path of each segment as people and tools see it, by number."""
        return {segment.number: format_path(segment.path) for segment in self.segments}

    @cached_property
    def numbers(self) -> Mapping[str, list[int]]:
        """The segments that a written path names: nearly always one, for keys with dots or brackets in them it may be several."""
        found: dict[str, list[int]] = {}
        for number, path in self.paths.items():
            found.setdefault(path, []).append(number)
        return found

    def judged(self, layers: Layers, source_locale: str, target_locale: str) -> "Judged":
        """What the checks say by these layers; what they said by others is forgotten."""
        known = self._judged
        if known is None or known.layers != layers:
            verifier = make_verifier(layers, source_locale, target_locale, [segment.text for segment in self.segments])
            known = self._judged = Judged(layers, verifier, FINDINGS_EACH * self.size + 100)
        return known


@dataclass(frozen=True, eq=False)
class Judged:
    """Findings by source and translation, at most `limit` of them."""

    layers: Layers
    verifier: Verifier
    limit: int
    _known: dict[tuple[str, str], tuple[Finding, ...]] = field(default_factory=dict)

    def find_faults(self, source: str, translation: str) -> tuple[Finding, ...]:
        found = self._known.get((source, translation))
        if found is None:
            if len(self._known) >= self.limit:
                self._known.clear()
            found = self._known[source, translation] = find_faults(self.verifier, source, translation)
        return found


@dataclass(frozen=True)
class Content:
    """One item with its texts, under the layers of today. Made by `load_content`."""

    item: ReviewItem
    texts: Texts
    layers: Layers

    @property
    def group(self) -> JobGroup:
        return self.texts.group

    @property
    def output(self) -> str:
        return self.texts.output

    @property
    def payload(self) -> JSONValue:
        return self.texts.payload

    @property
    def segments(self) -> list[Segment]:
        return self.texts.segments

    @property
    def translations(self) -> dict[int, str]:
        return self.texts.translations

    @property
    def paths(self) -> dict[int, str]:
        return self.texts.paths

    @property
    def numbers(self) -> Mapping[str, list[int]]:
        return self.texts.numbers

    @cached_property
    def judged(self) -> Judged:
        return self.texts.judged(self.layers, self.item.source_locale, self.item.target_locale)

    @property
    def verifier(self) -> Verifier:
        return self.judged.verifier

    def segment(self, number: int) -> Segment:
        """Numbers count from 1 in reading order."""
        return self.segments[number - 1]

    def find_faults(self, number: int, text: str) -> tuple[Finding, ...]:
        """What the checks say of a text as the translation of one segment."""
        return self.judged.find_faults(self.segment(number).text, text)

    def sent_text(self, number: int) -> str | None:
        """What the client sent, where `preEdit` changed it."""
        if self.texts.cleaned is None:
            return None
        segment = self.segment(number)
        sent = text_at(self.texts.sent, segment.path)
        return None if sent == segment.text else sent


def load_content(item: ReviewItem) -> Content:
    """One query where this process has read the item before, else three; six more where the engine's layers are not at hand in it."""
    texts = _recent.pop(item.pk, None) or _load_texts(item)
    _recent[item.pk] = texts  # the last used come last
    _forget()
    return Content(item, texts, _layers(item.engine_id))


def _load_texts(item: ReviewItem) -> Texts:
    step = Step.objects.select_related("job__group").defer("output", "detail").get(pk=item.step_id)
    group = step.job.group
    of_group = Step.objects.filter(job__group_id=group.id, output__isnull=False)
    outputs = of_group.filter(Q(job_id=step.job_id, id__lt=step.id) | Q(stage=StageId.PRE_EDIT)).order_by("id")
    cleaned: str | None = None
    output, model, made_at = group.source, "", None
    for stage, text, maker, at in outputs.values_list("stage", "output", "model", "completed_at"):
        if stage in OF_SOURCE:
            cleaned = text
        else:
            output, model, made_at = text or "", maker, at
    return Texts(item.segments, group, output, cleaned, model, made_at)


def _forget() -> None:
    """Those not asked for longest, beyond KEPT_SEGMENTS."""
    total = 0
    for place, (item_id, texts) in enumerate(reversed(list(_recent.items()))):
        total += texts.size
        if place and total > KEPT_SEGMENTS:
            _recent.pop(item_id, None)


def text_at(payload: JSONValue, path: Path) -> str:
    """The text at a path of a payload that has the structure of the source."""
    value: Any = payload
    for key in path:
        value = value[key]
    return str(value)


def _layers(engine_id: str) -> Layers:
    """Those of today; none where the engine was deleted after the review."""
    try:
        return layers_of(Engine(pk=engine_id))
    except NotFound:
        return Layers(version=0)
