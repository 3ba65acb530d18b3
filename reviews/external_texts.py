"""The texts of one external order: what is sent of each, whether what comes back can be used, and the payload that is made of it.

The payload is rebuilt by path from the AI version, so keys, order, numbers and locked values are its by construction. A text that the person left as
the AI made it needs no check; of one that was changed, an error that the AI version has as well is no reason to refuse it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engines.checks import Severity, TextPair, check
from engines.layers import Term
from engines.translation.rebuild import rebuild
from engines.translation.segments import Segment, walk
from foundation.customer_json import JSONValue, Path, dump, format_path, parse
from reviews.external_orders import ClaimedOrder
from reviews.external_references import callback_url, mark_of
from reviews.providers.base import NewOrder, Text
from reviews.providers.brackets import is_intact, unwrap, wrap

DRAFT_HEADING = "Machine translation to start from:"
COMMENT_LENGTH = 24_000  # characters that providers take
CONTEXT_LENGTH = 2_000  # of the parts of a comment that are the same for all texts
LONGEST_TEXT = 200_000
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What came back for one text: usable as `text`, or not, for the `reason`."""

    text: str
    reason: str = ""


class OrderTexts:
    """The texts of one order. Pure but for what it was given."""

    def __init__(self, order: ClaimedOrder) -> None:
        self.order = order
        self.group = order.step.group

    @cached_property
    def payload(self) -> JSONValue:
        """The AI version."""
        return parse(self.order.step.payload or self.group.source)

    @cached_property
    def segments(self) -> Mapping[int, Segment]:
        source = parse(self.order.step.cleaned or self.group.source)
        hints: Mapping[str, list[str]] = json.loads(self.group.hints)
        return {segment.number: segment for segment in walk(source, locked_keys=self.group.locked_keys, hints=hints).segments}

    @cached_property
    def _terms(self) -> tuple[Term, ...]:
        texts = [segment.text for segment in self.segments.values()]
        return self.order.layers.brief(self.group.source_locale, self.order.step.target_locale, texts).glossary

    def draft(self, number: int) -> str:
        return text_at(self.payload, self.segments[number].path)

    def new_order(self, *, is_forced: bool) -> NewOrder:
        order = self.order
        return NewOrder(
            reference=order.reference,
            mark=mark_of(order.reference),
            source_locale=self.group.source_locale,
            target_locale=order.step.target_locale,
            tier=order.tier,
            callback_url=callback_url(order.reference),
            texts=[
                Text(number, segment.text, self.draft(number), self._comment(segment), format_path(segment.path))
                for number, segment in self.segments.items()
            ],
            is_forced=is_forced,
        )

    def read(self, number: int, written: str | None) -> Reading:
        """What a translator wrote for a text, without the brackets that were sent."""
        source, draft = self.segments[number].text, self.draft(number)
        text = unwrap(written or "", source)
        if text == draft:
            return Reading(text)
        if _UNSTORABLE.search(text):
            return Reading("", "The translation contains a character that cannot be stored.")
        if len(text) > LONGEST_TEXT:
            return Reading("", f"The translation has more than {LONGEST_TEXT} characters.")
        if not is_intact(text, source):
            return Reading(text, "Text between [[[ and ]]] must stay exactly as it is, brackets included.")
        known = {code for code, _ in self._errors(source, draft)}
        found = [message for code, message in self._errors(source, text) if code not in known]
        return Reading(text, " ".join(dict.fromkeys(found)))

    def output(self, texts: Mapping[int, str]) -> str:
        """The AI version with these texts in their places, as JSON."""
        return dump(rebuild(self.payload, {self.segments[number].path: text for number, text in texts.items() if number in self.segments}))

    def path(self, number: int) -> str:
        return format_path(self.segments[number].path)

    def count_changed(self, texts: Mapping[int, str]) -> int:
        return sum(text != self.draft(number) for number, text in texts.items())

    def _errors(self, source: str, text: str) -> list[tuple[str, str]]:
        pair = TextPair(source, text, self.group.source_locale, self.order.step.target_locale, self._terms)
        return [(finding.code, finding.message) for finding in check(pair) if finding.severity is Severity.ERROR]

    def _comment(self, segment: Segment) -> str:
        """What the translator is to know. The draft comes last: a provider sells translation, not the editing of a draft."""
        brief = self.order.layers.brief(self.group.source_locale, self.order.step.target_locale, [segment.text])
        rules = "\n".join((*brief.instructions, brief.voice)).strip()
        parts = [
            f"Locale: {self.order.step.target_locale}. Text between [[[ and ]]] must stay exactly as it is.",
            _listed("Where it stands", " > ".join(segment.hints)),
            _listed("Glossary", "\n".join(map(_spell_term, brief.glossary))),
            _listed("Instructions", rules),
            _listed("About the whole", self.group.context),
        ]
        told = "\n\n".join(filter(None, parts))[: COMMENT_LENGTH // 2]
        draft = f"{told}\n\n{DRAFT_HEADING}\n{wrap(self.draft(segment.number))}"
        return draft if len(draft) <= COMMENT_LENGTH else told


def text_at(payload: JSONValue, path: Path) -> str:
    """The text of a payload that has the structure of the source."""
    value: Any = payload
    for key in path:
        value = value[key]
    return str(value)


def _listed(heading: str, content: str) -> str:
    return f"{heading}:\n{content[:CONTEXT_LENGTH]}" if content else ""


def _spell_term(term: Term) -> str:
    spelt = f"{term.source_text} = {term.target_text}" if term.target_text is not None else f"{term.source_text} stays as it is"
    return f"{spelt} ({term.hint})" if term.hint else spelt
