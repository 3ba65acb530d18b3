"""`/orgs/<id>/engines/<eng>/playground`: a text through several of the engine's models at once, side by side. Nothing of it is kept."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django import forms
from django.http import HttpRequest, HttpResponse

from engines.errors import Usage
from engines.layers import Layers, ModelChoice, StoredModel
from engines.models import ModelConfig
from engines.pages.frame import EngineTab
from engines.pages.problem_form import ProblemForm, text_of
from engines.playground import MOST_CHARACTERS, MOST_MODELS, Outcome, PlaygroundRequest, Tried, TriedText, try_models
from engines.process.requests import LocalizeSerializer
from foundation.api_errors import ApiError, current_request_id
from foundation.customer_json import JSONValue, MalformedJSON, Problem, encode_with, parse, spell_number
from foundation.locales import UnknownLocale, canonical_locale
from foundation.word_diff import Piece, word_diff

TEXT, JSON = "text", "json"
CHOSEN = 2  # models that are asked where nobody says otherwise
_INDENTED = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_INDENT_2
TEXT_KEY = "text"  # under which a plain text is sent through the path of payloads


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """A model of the engine and the locale pairs it is configured for."""

    choice: ModelChoice
    pairs: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ShownText:
    """One text of one model. `pieces` compare it with the first model's, where that gave another; `is_same` where it gave the same."""

    text: TriedText
    pieces: Sequence[Piece]
    is_same: bool


@dataclass(frozen=True, slots=True)
class ShownOutcome:
    outcome: Outcome
    texts: Sequence[ShownText]
    json: str  # the payload as a file would have it; empty for a plain text

    @property
    def usage(self) -> Usage:
        return self.outcome.usage

    @property
    def has_findings(self) -> bool:
        return any(one.text.findings for one in self.texts)


class PlaygroundForm(ProblemForm):
    """A text, and who is to translate it. The API's serializer judges locales and content."""

    field_of = {"data": "content", "sourceLocale": "source_locale", "targetLocale": "target_locale"}

    content = forms.CharField(
        label="Text",
        required=False,
        strip=False,
        help_text=f"At most {MOST_CHARACTERS:,} characters.",
        widget=forms.Textarea({"rows": 8, "dir": "auto", "maxlength": MOST_CHARACTERS}),
    )
    format = forms.ChoiceField(label="Format", required=False, choices=[(TEXT, "Plain text"), (JSON, "JSON: its texts are translated")])
    source_locale = forms.CharField(
        label="Source locale",
        required=False,
        help_text="Empty: found out from the text.",
        widget=forms.TextInput({"autocapitalize": "off", "spellcheck": "false", "autocomplete": "off", "list": "il-source"}),
    )
    target_locale = forms.CharField(
        label="Target locale",
        required=False,
        widget=forms.TextInput({"autocapitalize": "off", "spellcheck": "false", "autocomplete": "off", "list": "il-target", "placeholder": "de"}),
    )
    models = forms.MultipleChoiceField(
        label="Models", required=False, error_messages={"invalid_choice": "%(value)s is not a model of this engine any more."}
    )
    uses_memory = forms.BooleanField(
        label="Use the translation memory",
        required=False,
        help_text="Known texts come from it, and what the first model translates is remembered. Else it is neither read nor written.",
    )

    def __init__(self, *args: Any, models: Sequence[ModelChoice], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["models"].choices = [(str(model), str(model)) for model in models]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_content(self) -> str:
        content = text_of(self.cleaned_data["content"])
        if len(content) > MOST_CHARACTERS:
            raise forms.ValidationError(f"It has {len(content):,} characters; at most {MOST_CHARACTERS:,} can be tried at once.")
        return content

    def clean_models(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["models"]
        if not 1 <= len(chosen) <= MOST_MODELS:
            raise forms.ValidationError(f"Choose one to {MOST_MODELS} models.")
        return chosen

    def request_values(self) -> dict[str, Any] | None:
        """The members of the synchronous call; None where the form now says what is wrong. Of a valid form."""
        given = self.cleaned_data
        body = {"targetLocale": given["target_locale"], "data": self._data()}
        return self.judge(LocalizeSerializer(data={**body, **({"sourceLocale": given["source_locale"]} if given["source_locale"] else {})}))

    def _data(self) -> JSONValue:
        content = self.cleaned_data["content"]
        if self.cleaned_data["format"] != JSON:
            return {TEXT_KEY: content}
        try:
            return parse(content)
        except MalformedJSON as exc:
            self.show_problems(Problem(f"data.{problem.path}".rstrip("."), problem.message) for problem in exc.problems)
            return {}


class PlaygroundPage(EngineTab):
    """The form, and under it what the models said."""

    template_name = "engines/playground.html"
    title = "Playground"
    is_active_tab = "engine-playground"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        configs = self._configs()
        source, target = next(iter(self.engine.source_locales), "en"), next(iter(self.engine.target_locales), "")
        chosen = [str(choice) for choice in _first_models(configs, source, target)]
        form = PlaygroundForm(models=_choices(configs), initial={"source_locale": source, "target_locale": target, "models": chosen})
        return self._show(form, configs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        started = time.monotonic()
        configs = self._configs()
        form = PlaygroundForm(request.POST, models=_choices(configs))
        try:
            tried = self._try(form, configs, started) if form.is_valid() else None
        except ApiError as exc:
            form.show_refusal(exc)
            return self._show(form, configs, status=exc.status_code)
        return self._show(form, configs, tried, status=200 if tried else 400)

    def _try(self, form: PlaygroundForm, configs: Sequence[ModelConfig], started: float) -> Tried | None:
        """None where the form now says what is wrong. Raises ApiError."""
        values = form.request_values()
        if values is None or form.errors:
            return None
        if not self.engine.enabled:
            form.add_error(None, "This engine is disabled.")
            return None
        wanted = PlaygroundRequest(
            organization=self.actor.organization,
            engine=self.engine,
            source_locale=values.get("sourceLocale"),
            target_locale=values["targetLocale"],
            data=values["data"],
            models=[choice for choice in _choices(configs) if str(choice) in form.cleaned_data["models"]],
            uses_memory=form.cleaned_data["uses_memory"],
        )
        return try_models(wanted, now=self.now, started=started, trace=f"playground.{current_request_id()}")

    def _configs(self) -> list[ModelConfig]:
        return list(ModelConfig.objects.filter(engine=self.engine).order_by("rank", "id"))

    def _show(self, form: PlaygroundForm, configs: Sequence[ModelConfig], tried: Tried | None = None, *, status: int = 200) -> HttpResponse:
        chosen, is_json = form["models"].value() or [], form["format"].value() == JSON
        first = _first_answered(tried) if tried else None
        context = self.get_context_data(
            form=form,
            models=[OfferedModel(choice, _pairs(configs, choice), str(choice) in chosen) for choice in _choices(configs)],
            tried=tried,
            outcomes=[_show_outcome(outcome, first, is_json=is_json) for outcome in tried.outcomes] if tried else [],
            first_model=first and first.model,
            is_json=is_json,
            most_models=MOST_MODELS,
        )
        return self.render_to_response(context, status=status)


def _choices(configs: Sequence[ModelConfig]) -> list[ModelChoice]:
    """The engine's models by rank, none twice."""
    return list(dict.fromkeys(ModelChoice(config.provider, config.model) for config in configs))


def _first_models(configs: Sequence[ModelConfig], source: str, target: str) -> Sequence[ModelChoice]:
    """Those that the engine asks first for a pair; of any pair, where none is known."""
    try:
        pair = canonical_locale(source), canonical_locale(target)
    except UnknownLocale:
        return _choices(configs)[:CHOSEN]
    stored = [StoredModel(config.source_locale, config.target_locale, ModelChoice(config.provider, config.model), config.rank) for config in configs]
    return Layers(version=0, models=tuple(stored)).chain(*pair)[:CHOSEN]


def _pairs(configs: Sequence[ModelConfig], choice: ModelChoice) -> str:
    """What a model is configured for, as people read it."""
    pairs = [(config.source_locale, config.target_locale) for config in configs if (config.provider, config.model) == (choice.provider, choice.model)]
    return ", ".join(dict.fromkeys("any pair" if pair == ("*", "*") else " → ".join(pair) for pair in pairs))


def _first_answered(tried: Tried) -> Outcome | None:
    """The first model that gave any text: what the others are compared with."""
    return next((outcome for outcome in tried.outcomes if outcome.texts), None)


def _show_outcome(outcome: Outcome, first: Outcome | None, *, is_json: bool) -> ShownOutcome:
    others = first.texts if first and first is not outcome else [None] * len(outcome.texts)
    texts = [_compare(text, other) for text, other in zip(outcome.texts, others, strict=False)]
    return ShownOutcome(outcome, texts, encode_with(outcome.data, spell_number, _INDENTED).decode() if is_json and texts else "")


def _compare(text: TriedText, first: TriedText | None) -> ShownText:
    if first is None or first.translation is None or text.translation is None:
        return ShownText(text, (), is_same=False)
    is_same = first.translation == text.translation
    return ShownText(text, () if is_same else word_diff(first.translation, text.translation), is_same)
