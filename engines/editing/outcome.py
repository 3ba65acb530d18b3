"""What became of the texts of an edit, after the calls: changes and refusals by path, and the report."""

from collections.abc import Mapping, Sequence

from engines.editing.progress import Decision, Progress
from engines.editing.request import Change, EditReport, EditRequest, Edits, EditText, Refused
from engines.editing.units import make_unit
from engines.errors import TranslationFailed


def put_together(
    request: EditRequest, known: Mapping[str, Decision], progress: Progress, failures: Sequence[TranslationFailed], chunks: int
) -> Edits:
    keyed = [(text, make_unit(request.kind, text).key) for text in request.texts]
    decided = {**known, **progress.decided}
    changes = tuple(_change(text, decided[key]) for text, key in keyed if key in decided and decided[key].text is not None)
    refused = tuple(_refusal(text, progress, key) for text, key in keyed if key in progress.refused)
    report: EditReport = {
        "texts": len(keyed),
        "changed": len(changes),
        "refused": len(refused),
        "failed": sum(key not in decided and key not in progress.refused for _, key in keyed),
        "fromKnown": sum(key in known for _, key in keyed),
        "checks": dict(sorted(progress.objections.items())),
        "chunks": chunks,
    }
    if failures:
        report["failure"] = failures[0].reason
    return Edits(changes, refused, progress.usage(), report)


def _change(text: EditText, decision: Decision) -> Change:
    return Change(text.path, text.current, decision.text or "", decision.reason, decision.made_by)


def _refusal(text: EditText, progress: Progress, key: str) -> Refused:
    objection = progress.refused[key]
    return Refused(text.path, text.current, objection.text, objection.flaw.code, objection.flaw.sentence)
