"""What the API takes: bodies and query strings, and how a valid submission is made of them (contract §2.1)."""

from typing import Any

from rest_framework import serializers

from engines.choosing import choose_engine
from engines.pipeline_config import resolve
from engines.pipeline_serializer import PipelineConfigSerializer
from engines.review_accounts import refuse_external_without_account
from foundation.customer_json import MAX_KEY_LENGTH, JSONValue
from foundation.fields import (
    LocaleField,
    QueryInteger,
    StrictChoice,
    StrictList,
    StrictMap,
    StrictSerializer,
    StrictString,
    StringList,
    TranslatableObject,
)
from foundation.ids import is_id
from localization.models import Job
from localization.services import Submission
from organizations.access import Actor
from webhooks.addresses import check_url
from webhooks.errors import RefusedURL


class CallbackURLField(StrictString):
    """A URL that webhooks may be sent to."""

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        try:
            check_url(value)
        except RefusedURL as exc:
            raise serializers.ValidationError(str(exc)) from exc
        return value


class SubmissionSerializer(StrictSerializer):
    """The body of `POST /jobs/localization`. An optional field that is null counts as left out."""

    sourceLocale = LocaleField()
    targetLocales = StrictList(child=LocaleField(), min_items=1, max_items=100, is_distinct=True)
    data = TranslatableObject()  # type: ignore[assignment]  # the wire's name, which a serializer's own attribute has too
    context = StrictString(required=False, allow_null=True, allow_blank=True, max_length=10_000)  # type: ignore[assignment]  # as above
    hints = StrictMap(required=False, allow_null=True, child=StringList(max_items=50, max_length=500, min_length=0), max_items=20_000)
    lockedKeys = StringList(required=False, allow_null=True, max_items=200, max_length=MAX_KEY_LENGTH)
    callbackUrl = CallbackURLField(required=False, allow_null=True, max_length=2000)
    idempotencyKey = StrictString(required=False, allow_null=True, min_length=1, max_length=255)
    engineId = StrictString(required=False, allow_null=True)
    pipelineConfig = PipelineConfigSerializer(required=False, allow_null=True)


class JobListQuery(StrictSerializer):
    """The query string of `GET /jobs/localization`."""

    engineId = StrictString(required=False)
    status = StrictChoice(choices=Job.Status.values, required=False)
    limit = QueryInteger(min_value=1, max_value=100, default=20)
    cursor = StrictString(required=False)

    def validate_engineId(self, value: str) -> str:
        if not is_id(value, "eng"):
            raise serializers.ValidationError("Must be the id of an engine.")
        return value


def read_submission(actor: Actor, body: dict[str, JSONValue], *, digest: str) -> Submission:
    """The submission a body asks for. Raises ValidationError with all problems, NotFound or Forbidden for the engine."""
    serializer = SubmissionSerializer(data=body)
    serializer.is_valid(raise_exception=True)
    values = serializer.validated_data
    engine = choose_engine(actor, values.get("engineId"))
    config = resolve(engine.pipeline_config, values.get("pipelineConfig") or {})
    refuse_external_without_account(actor.organization.pk, config)
    return Submission(
        engine=engine,
        source_locale=values["sourceLocale"],
        target_locales=values["targetLocales"],
        data=values["data"],
        context=values.get("context") or "",
        hints=values.get("hints") or {},
        locked_keys=values.get("lockedKeys") or [],
        callback_url=values.get("callbackUrl") or "",
        idempotency_key=values.get("idempotencyKey"),
        config=config,
        request_digest=digest,
    )
