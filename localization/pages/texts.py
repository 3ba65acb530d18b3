"""A job's texts: the source beside the translation, key by key, with what each stage changed. Read from what the stages left.

The payloads may hold 20,000 texts: all are looked through, only a page of them is compared and shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engines.pipeline_config import StageId
from engines.translation.segments import walk
from foundation.customer_json import JSONValue, Path, format_path, parse
from foundation.word_diff import Piece, word_diff
from localization.models import Job, Step
from localization.pages.stages import STAGE_NAMES
from localization.queries import OF_SOURCE

PAGE_SIZE = 50
ALL, CHANGED = "all", "changed"

Leaves = Mapping[Path, str]


@dataclass(frozen=True, slots=True)
class Revision:
    """What one stage made of a text that was there before it."""

    stage: str
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class TextRow:
    """One text. `source_pieces` where pre-edit changed it; `translation` is None while there is none."""

    number: int
    path: str
    source: str
    source_pieces: Sequence[Piece]
    translation: str | None
    is_translated: bool  # else it was copied: locked, empty, without words
    revisions: Sequence[Revision]


@dataclass(frozen=True, slots=True)
class TextsPage:
    rows: Sequence[TextRow]
    found: int  # under the filters
    total: int
    changed: int  # by a stage other than `localize`
    first: int  # number of the first row shown among those found, from 1
    before: int | None  # where the page before and the next one begin
    after: int | None

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


@dataclass(frozen=True, slots=True)
class _Versions:
    """The texts by path: as sent, as pre-edit left them, and after each stage that gave an output, in order."""

    source: Leaves
    cleaned: Leaves
    outputs: Sequence[tuple[str, Leaves]]

    def is_changed(self, path: Path) -> bool:
        texts = [output.get(path) for _, output in self.outputs]
        return self.cleaned.get(path) != self.source[path] or any(text != texts[0] for text in texts)

    def has(self, path: Path, wanted: str) -> bool:
        last = self.outputs[-1][1].get(path, "") if self.outputs else ""
        return any(wanted in text.casefold() for text in (format_path(path), self.source[path], last))


def read_texts(job: Job, *, show: str = ALL, query: str = "", first: int = 1) -> TextsPage:
    """Of a job with its group and steps. One query where the pipeline has a pre-edit."""
    source = parse(job.group.source)
    versions = _Versions(_leaves(source), _leaves(_cleaned(job, source)), [(STAGE_NAMES[stage], _leaves(output)) for stage, output in _outputs(job)])
    changed = {path for path in versions.source if versions.is_changed(path)}
    wanted = query.casefold()
    found = [path for path in versions.source if (show != CHANGED or path in changed) and (not wanted or versions.has(path, wanted))]
    begin = max(0, min(first - 1, len(found) - 1))
    shown = found[begin : begin + PAGE_SIZE]
    segments = {segment.path for segment in walk(source, locked_keys=job.group.locked_keys).segments}
    numbers = {path: number for number, path in enumerate(versions.source, start=1)}
    return TextsPage(
        rows=[_row(versions, path, number=numbers[path], is_translated=path in segments) for path in shown],
        found=len(found),
        total=len(versions.source),
        changed=len(changed),
        first=begin + 1 if found else 0,
        before=max(1, begin + 1 - PAGE_SIZE) if begin else None,
        after=begin + 1 + PAGE_SIZE if begin + PAGE_SIZE < len(found) else None,
    )


def _row(versions: _Versions, path: Path, *, number: int, is_translated: bool) -> TextRow:
    source, cleaned = versions.source[path], versions.cleaned.get(path, "")
    texts = [(stage, output.get(path, "")) for stage, output in versions.outputs]
    revisions = [Revision(stage, word_diff(before, after)) for (_, before), (stage, after) in pairwise(texts) if before != after]
    return TextRow(
        number=number,
        path=format_path(path),
        source=source,
        source_pieces=word_diff(source, cleaned) if cleaned != source else [],
        translation=texts[-1][1] if texts else None,
        is_translated=is_translated,
        revisions=revisions,
    )


def _outputs(job: Job) -> list[tuple[StageId, JSONValue]]:
    """What each stage left of the translation, in order."""
    return [(StageId(step.stage), parse(step.output)) for step in job.steps.all() if step.output is not None and step.stage not in OF_SOURCE]


def _cleaned(job: Job, source: JSONValue) -> JSONValue:
    """The source as pre-edit left it: done once, in the group's first job."""
    if not any(step.stage in OF_SOURCE for step in job.steps.all()):
        return source
    steps = Step.objects.filter(job__group_id=job.group_id, stage__in=OF_SOURCE, output__isnull=False)
    output = steps.values_list("output", flat=True).first()
    return source if output is None else parse(output)


def _leaves(value: JSONValue) -> dict[Path, str]:
    """The strings by path, in reading order."""
    found: dict[Path, str] = {}
    waiting: list[tuple[Path, JSONValue]] = [((), value)]
    while waiting:
        path, item = waiting.pop()
        if isinstance(item, str):
            found[path] = item
        elif isinstance(item, dict | list):
            members: list[tuple[str | int, JSONValue]] = list(item.items()) if isinstance(item, dict) else list(enumerate(item))
            waiting += [((*path, key), member) for key, member in reversed(members)]
    return found
