"""The synchronous API: one view per path (contract §6)."""

import time
from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from engines.process.estimate import estimate
from engines.process.localize import Localized, LocalizeRequest, localize
from engines.process.requests import (
    EstimateSerializer,
    LegacyLocalizeSerializer,
    LegacyRecognizeSerializer,
    LocalizeSerializer,
    RecognizeSerializer,
    read_legacy_localize,
    read_localize,
    validate,
)
from engines.process.serializers import (
    EstimateAnswerSerializer,
    LegacyLocalizedSerializer,
    LegacyRecognitionSerializer,
    LocalizedSerializer,
    RecognitionSerializer,
)
from engines.recognition import recognize
from foundation.api_errors import current_request_id
from foundation.customer_json import JSONValue
from organizations.authentication import ApiKeyAuthentication, BearerAuthentication, actor_of, now_of

TAG = ["Synchronous"]
LEGACY = ["Older clients"]
DEFAULT_LABEL = "en"


class LocalizeView(APIView):
    """Translate a payload and wait for it."""

    @extend_schema(
        operation_id="localize",
        tags=TAG,
        summary="Localize content at once",
        description="Answers within 50 seconds. What was verified before a failure is remembered: repeating the call pays only for the rest.",
        request=LocalizeSerializer,
        responses=LocalizedSerializer,
    )
    def post(self, request: Request) -> Response:
        started = time.monotonic()
        wanted = read_localize(actor_of(request), _body(request))
        return Response(LocalizedSerializer(_localize(request, wanted, started)).data)


class RecognizeView(APIView):
    """Say what language a text is in."""

    @extend_schema(
        operation_id="recognizeLocale",
        tags=TAG,
        summary="Recognize the locale of a text",
        description="As specific as the text supports; `und` and `Unknown` where it cannot be told.",
        request=RecognizeSerializer,
        responses=RecognitionSerializer,
    )
    def post(self, request: Request) -> Response:
        values = validate(RecognizeSerializer(data=_body(request)))
        return Response(RecognitionSerializer(recognize(values["text"], values.get("labelLocale") or DEFAULT_LABEL)).data)


class EstimateView(APIView):
    """Say what a translation would cost."""

    @extend_schema(
        operation_id="estimateCost",
        tags=TAG,
        summary="Estimate the cost of localizing",
        description="From numbers of characters alone. Nothing is translated, stored or charged. Repeated locales are summed.",
        request=EstimateSerializer,
        responses=EstimateAnswerSerializer,
    )
    def post(self, request: Request) -> Response:
        items = validate(EstimateSerializer(data=_body(request)))["items"]
        found = estimate(actor_of(request), [(item["targetLocale"], item["sourceChars"]) for item in items])
        return Response(EstimateAnswerSerializer(found).data)


class LegacyLocalizeView(APIView):
    """`POST /i18n`: the synchronous call as older clients know it."""

    authentication_classes = [BearerAuthentication, ApiKeyAuthentication]

    @extend_schema(
        operation_id="legacyLocalize",
        tags=LEGACY,
        summary="Localize content at once, for older clients",
        request=LegacyLocalizeSerializer,
        responses=LegacyLocalizedSerializer,
    )
    def post(self, request: Request) -> Response:
        started = time.monotonic()
        wanted = read_legacy_localize(actor_of(request), _body(request))
        return Response(LegacyLocalizedSerializer(_localize(request, wanted, started)).data)


class LegacyRecognizeView(APIView):
    """`POST /recognize`: the same for recognizing."""

    authentication_classes = [BearerAuthentication, ApiKeyAuthentication]

    @extend_schema(
        operation_id="legacyRecognize",
        tags=LEGACY,
        summary="Recognize the locale of a text, for older clients",
        request=LegacyRecognizeSerializer,
        responses=LegacyRecognitionSerializer,
    )
    def post(self, request: Request) -> Response:
        values = validate(LegacyRecognizeSerializer(data=_body(request)))
        return Response(LegacyRecognitionSerializer(recognize(values["text"])).data)


def _localize(request: Request, wanted: LocalizeRequest, started: float) -> Localized:
    return localize(wanted, now=now_of(request), started=started, trace=f"sync.{current_request_id()}")


def _body(request: Request) -> dict[str, JSONValue]:
    return cast(dict[str, JSONValue], request.data)  # what StrictJSONParser gives
