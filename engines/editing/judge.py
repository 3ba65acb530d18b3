"""Judges translations by their back-translations: a model names what is wrong and how much it matters. Used by the stage `backTranslation`.

Where no model of the engine can judge, the checks compare (`engines.editing.comparison`): engines without an account go through the stage too.
Synchronous, for a stage on a thread; the model calls run on the process's loop, and the database is not touched.
"""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from engines.editing.comparison import compare
from engines.editing.judge_calls import ChunkRequest, Opinion, Progress, judge_chunk
from engines.editing.judge_prompt import Remark, judge_system_message
from engines.editing.judgement import Issue, IssueType, Judgement, JudgeReport, JudgeRequest, JudgeText, Severity
from engines.editing.units import key_of
from engines.errors import Attempt, ModelUnavailable, TranslationFailed, Usage
from engines.layers import ModelChoice
from engines.model_loop import Cancellation
from engines.translation.asking import Asking, able, run_all
from engines.translation.chunks import estimate_tokens, number_in_groups

__all__ = ["CHECKS", "Issue", "IssueType", "JudgeRequest", "JudgeText", "Judgement", "Severity", "judge"]

CHECKS = "checks"


def judge(request: JudgeRequest, cancellation: Cancellation | None = None) -> Judgement:
    """The issues of the texts. A text about which no model gave a usable answer has none and is counted as failed, unless that is so for all.

    Raises ModelUnavailable when another attempt may succeed, UnusableAnswers and ProviderRefused when it would not, TranslationCancelled.
    """
    layers = request.layers
    chain = able(layers, layers.chain(request.source_locale, request.target_locale, avoid=request.avoid), "judge")
    if not chain:
        opinions = {_key(text): Opinion(tuple(compare(text, request.source_locale)), CHECKS) for text in request.texts}
        return _put_together(request, opinions, Usage(), {"texts": len(request.texts)})
    progress = Progress()
    known = {key: opinion for key in map(_key, request.texts) if (opinion := Opinion.read(request.known.get(key, "")))}
    chunks = _prepare_chunks(request, [text for text in request.texts if _key(text) not in known], chain, progress)
    failures = _run(chunks, request, progress, cancellation) if chunks else []
    _raise_what_counts(failures, request, progress, is_all=not known and not progress.judged)
    opinions = {**known, **progress.judged}
    return _put_together(request, opinions, progress.usage(), _report(request, known, opinions, progress, failures, len(chunks)))


def _key(text: JudgeText) -> str:
    return key_of("judge", text.source, text.translation, text.back)


def _prepare_chunks(request: JudgeRequest, texts: Sequence[JudgeText], chain: tuple[ModelChoice, ...], progress: Progress) -> list[ChunkRequest]:
    layers, source, target = request.layers, request.source_locale, request.target_locale
    distinct = {_key(text): text for text in texts}
    asking = Asking(layers, chain, request.deadline, request.trace, progress.ledger)
    prepared = []
    for group in number_in_groups(distinct, lambda key: estimate_tokens(distinct[key].translation)):
        brief = layers.brief(source, target, [distinct[key].source for key in group.values()])
        prepared.append(
            ChunkRequest(
                asking=asking,
                source_locale=source,
                target_locale=target,
                keys=group,
                texts={number: distinct[key] for number, key in group.items()},
                system=judge_system_message(brief),
                context=request.context,
                glossary=brief.glossary,
            )
        )
    return prepared


def _run(chunks: list[ChunkRequest], request: JudgeRequest, progress: Progress, cancellation: Cancellation | None) -> list[TranslationFailed]:
    try:
        return run_all([partial(judge_chunk, chunk, progress) for chunk in chunks], request.deadline, cancellation)
    except TimeoutError as exc:
        raise ModelUnavailable("The time was over before every text was judged.", _attempt(request, progress)) from exc


def _raise_what_counts(failures: list[TranslationFailed], request: JudgeRequest, progress: Progress, *, is_all: bool) -> None:
    """As in `engines.editing.edit`."""
    passing = [failure for failure in failures if isinstance(failure, ModelUnavailable)]
    for failure in passing or (failures if is_all else []):
        failure.attempt = _attempt(request, progress)
        raise failure


def _attempt(request: JudgeRequest, progress: Progress) -> Attempt:
    return Attempt({**request.known, **progress.verified()}, progress.usage())


def _put_together(request: JudgeRequest, opinions: dict[str, Opinion], usage: Usage, report: JudgeReport) -> Judgement:
    by_path: list[tuple[JudgeText, Remark]] = [
        (text, remark) for text in request.texts for remark in (opinions[_key(text)].remarks if _key(text) in opinions else ())
    ]
    judges = Counter(opinion.made_by for opinion in opinions.values()).most_common(1)
    issues = tuple(Issue(text.path, remark.severity, remark.type.value, remark.explanation) for text, remark in by_path)
    return Judgement(issues, usage, judges[0][0] if judges else "", report)


def _report(
    request: JudgeRequest,
    known: dict[str, Opinion],
    opinions: dict[str, Opinion],
    progress: Progress,
    failures: list[TranslationFailed],
    chunks: int,
) -> JudgeReport:
    keys = [_key(text) for text in request.texts]
    report: JudgeReport = {
        "texts": len(keys),
        "failed": sum(key not in opinions for key in keys),
        "fromKnown": sum(key in known for key in keys),
        "checks": dict(sorted(progress.flaws.items())),
        "chunks": chunks,
    }
    if failures:
        report["failure"] = failures[0].reason
    return report
