"""The form of a new submission: what a browser sent, as the request that the API would have been sent, and the API's problems beside its fields.

It knows no rule of its own. `localization.requests.read_submission` says what is wrong, with the path of each problem.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from engines.models import Engine
from engines.pages.problem_form import words_of
from engines.pipeline_config import StageId, resolve
from foundation.customer_json import JSONValue, MalformedJSON, Problem, parse
from localization.pages.pipeline_form import PipelineForm, fields_of_problems, values_of

EXAMPLE = '{\n  "title": "Good morning, {name}",\n  "buttons": ["Save", "Cancel"]\n}'


class NewJobForm(PipelineForm):
    """Bound to what was sent, or unbound with the settings of `engine`."""

    field_of: ClassVar[Mapping[str, str]] = {
        "engineId": "engine",
        "sourceLocale": "source_locale",
        "targetLocales": "target_locales",
        "data": "content",
        "context": "context",
        "lockedKeys": "locked_keys",
        **fields_of_problems("pipelineConfig."),
    }

    nonce = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)  # the same page sent twice makes one group
    engine = forms.ChoiceField(label="Engine", required=False)
    source_locale = forms.CharField(label="Source locale", required=False, widget=forms.TextInput({"placeholder": "en", "autocapitalize": "off"}))
    target_locales = forms.CharField(
        label="Target locales",
        required=False,
        help_text="One to a hundred, separated by spaces or commas. Each becomes a job.",
        widget=forms.Textarea({"rows": 2, "placeholder": "de, fr, pt-BR", "data-locales": "target", "autocapitalize": "off", "spellcheck": "false"}),
    )
    content = forms.CharField(
        label="Content as JSON",
        required=False,
        strip=False,
        help_text="An object of any depth. Its texts are translated; keys, numbers and structure stay.",
        widget=forms.Textarea({"rows": 12, "class": "il-code-input", "spellcheck": "false", "placeholder": EXAMPLE}),
    )
    file = forms.FileField(
        label="Or a JSON file",
        required=False,
        help_text="Goes before what stands above. At most 4 MB.",
        widget=forms.FileInput({"accept": ".json,application/json"}),
    )
    context = forms.CharField(
        label="Context",
        required=False,
        help_text="What the models should know of the whole: where it is read, by whom, in which tone.",
        widget=forms.Textarea({"rows": 2}),
    )
    locked_keys = forms.CharField(
        label="Locked keys",
        required=False,
        help_text="One to a line: names, or paths with * and **. Their values are never sent to a model and come back as they are.",
        widget=forms.Textarea({"rows": 2, "class": "il-mono", "placeholder": "id\nimages.**", "spellcheck": "false"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, files: Any = None, *, engines: Sequence[Engine], **options: Any) -> None:
        super().__init__(data, files, **options)
        self.fields["engine"].choices = [(engine.pk, engine.name) for engine in engines]  # type: ignore[attr-defined]  # a ChoiceField

    def request_body(self) -> dict[str, JSONValue]:
        """The body of `POST /jobs/localization`; without its content, and with an error at that field, where the content cannot be read."""
        given = self.cleaned_data
        body: dict[str, JSONValue] = {
            "engineId": given["engine"] or None,
            "sourceLocale": given["source_locale"],
            "targetLocales": [*words_of(given["target_locales"])],
            "context": given["context"].replace("\r\n", "\n"),
            "lockedKeys": [key.strip() for key in given["locked_keys"].splitlines() if key.strip()],
            "pipelineConfig": self._pipeline(),
        }
        content = given["file"].read() if given.get("file") else given["content"]
        if content.strip():
            body["data"] = self._parse(content)
        return body

    def _parse(self, content: bytes | str) -> JSONValue:
        try:
            return parse(content)
        except MalformedJSON as exc:
            self.show_problems(Problem(f"data.{problem.path}".rstrip("."), problem.message) for problem in exc.problems)
            return {}

    def _pipeline(self) -> JSONValue:
        """What is left out is the engine's: the members of a human edit that is off."""
        config = self.switched()
        if self.cleaned_data[StageId.HUMAN_EDIT.value]:
            config[StageId.HUMAN_EDIT.value] = {"enabled": True, **self.review_members()}
        return config


def engine_settings(engine: Engine | None) -> dict[str, Any]:
    """The values of a fresh form: what the engine's own pipeline does."""
    return values_of(resolve(engine.pipeline_config if engine else {}, {}))
