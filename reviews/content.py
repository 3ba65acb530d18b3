"""What one review is about: its texts beside their sources, as the pipeline has them, and the layers that judge them. Reads only.

The texts are those of the source as `preEdit` left it, in reading order; `number` is how drafts and flags name them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q

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
from reviews.models import ReviewItem


@dataclass(frozen=True)
class Content:
    """One item's texts. Made by `load_content`."""

    item: ReviewItem
    group: JobGroup
    output: str  # the AI version as JSON text
    cleaned: str | None  # the source as `preEdit` left it, where it did
    layers: Layers

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

    @cached_property
    def verifier(self) -> Verifier:
        return make_verifier(self.layers, self.item.source_locale, self.item.target_locale, [segment.text for segment in self.segments])


def load_content(item: ReviewItem) -> Content:
    """Three queries, and six more where the engine's layers are not at hand in this process, however many texts."""
    step = Step.objects.select_related("job__group").defer("output", "detail").get(pk=item.step_id)
    group = step.job.group
    of_group = Step.objects.filter(job__group_id=group.id, output__isnull=False)
    outputs = of_group.filter(Q(job_id=step.job_id, id__lt=step.id) | Q(stage=StageId.PRE_EDIT)).order_by("id").values_list("stage", "output")
    cleaned: str | None = None
    output = group.source
    for stage, text in outputs:
        if stage in OF_SOURCE:
            cleaned = text
        else:
            output = text or ""
    return Content(item, group, output, cleaned, _layers(item.engine_id))


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
