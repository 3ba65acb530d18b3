"""The fields of a pipeline's configuration: of an engine's Pipeline tab, and of a new submission. They know no rule of their own."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from engines.pages.problem_form import ProblemForm, number_of
from engines.pipeline_config import EXTERNAL, INTERNAL, RULES, StageId
from foundation.customer_json import JSONValue
from localization.pages.stages import STAGE_MEANINGS, STAGE_NAMES

OPTIONAL = [stage for stage, rule in RULES.items() if rule.is_optional]
REVIEW_FIELDS = {"mode": "mode", "tier": "tier", "timeoutHours": "timeout_hours", "maxCostUsd": "max_cost_usd"}  # of `humanEdit`, by member


class PipelineForm(ProblemForm):
    """A switch for each optional stage, under the stage's id, and what else a human edit is asked for."""

    mode = forms.ChoiceField(label="By", required=False, choices=[(INTERNAL, "Your own reviewers"), (EXTERNAL, "A provider outside")])
    tier = forms.ChoiceField(label="Tier of the provider", required=False, choices=[("standard", "Standard"), ("pro", "Pro")])
    timeout_hours = forms.CharField(label="Hours until the AI version ships", required=False, widget=forms.TextInput({"inputmode": "decimal"}))
    max_cost_usd = forms.CharField(
        label="At most, in USD",
        required=False,
        help_text="Of an order at a provider. Empty: no limit.",
        widget=forms.TextInput({"inputmode": "decimal"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for stage in OPTIONAL:
            self.fields[stage.value] = forms.BooleanField(label=STAGE_NAMES[stage], required=False, help_text=STAGE_MEANINGS[stage])

    @property
    def switches(self) -> list[forms.BoundField]:
        """The optional stages, in the order in which they run."""
        return [self[stage.value] for stage in OPTIONAL]

    @property
    def review(self) -> list[forms.BoundField]:
        """What else a human edit is asked for."""
        return [self[name] for name in REVIEW_FIELDS.values()]

    def switched(self) -> dict[str, JSONValue]:
        """The configuration with the switches alone."""
        return {stage.value: {"enabled": self.cleaned_data[stage.value]} for stage in OPTIONAL}

    def review_members(self) -> dict[str, JSONValue]:
        """The members of `humanEdit` beside its switch."""
        given = self.cleaned_data
        return {
            "mode": given["mode"],
            "tier": given["tier"],
            "timeoutHours": number_of(given["timeout_hours"]),
            "maxCostUsd": number_of(given["max_cost_usd"]) if given["max_cost_usd"] else None,
        }


def fields_of_problems(prefix: str) -> dict[str, str]:
    """`ProblemForm.field_of` of a configuration whose paths begin so."""
    review = f"{prefix}{StageId.HUMAN_EDIT}"
    return {f"{prefix}{stage}": stage.value for stage in OPTIONAL} | {f"{review}.{member}": name for member, name in REVIEW_FIELDS.items()}


def values_of(config: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A whole configuration by the names of the form's fields."""
    review = config[StageId.HUMAN_EDIT]
    return {
        **{stage.value: bool(config[stage]["enabled"]) for stage in OPTIONAL},
        "mode": review["mode"],
        "tier": review["tier"],
        "timeout_hours": spell_number(review["timeoutHours"]),
        "max_cost_usd": "" if review["maxCostUsd"] is None else spell_number(review["maxCostUsd"]),
    }


def spell_number(value: float) -> str:
    """All its digits, without an exponent: 48.0 is `48`."""
    return format(Decimal(str(value)).normalize(), "f")
