"""A small URLconf whose views do what a test asks: read a body, validate it, or raise."""

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation import api_errors, fields
from foundation.rendering import RawJSON

handler400 = api_errors.handler400
handler403 = api_errors.handler403
handler404 = api_errors.handler404
handler500 = api_errors.handler500

raised: list[Exception] = []  # what the next call of `/raise` or `/raise-plain` raises


class OpenView(APIView):
    authentication_classes = ()
    permission_classes = ()


class EchoView(OpenView):
    """Gives the body back, read and written by the product."""

    def post(self, request: Request) -> Response:
        return Response(request.data)


class NoBodyView(OpenView):
    """Takes a POST without looking at its body, as `/whoami` does."""

    def post(self, request: Request) -> Response:
        return Response({"raw": RawJSON('{"n": 1.50}')})


class HumanEdit(fields.RefuseUnknown):
    timeoutHours = fields.StrictInteger(min_value=1, max_value=720)  # noqa: N815 - the wire's name


class PipelineConfig(fields.RefuseUnknown):
    humanEdit = HumanEdit(required=False)  # noqa: N815 - the wire's name


class Order(fields.StrictSerializer):
    targetLocales = fields.StrictList(child=fields.LocaleField(), min_items=1, max_items=100, is_distinct=True)  # noqa: N815 - the wire's name
    data = fields.TranslatableObject()
    pipelineConfig = PipelineConfig(required=False)  # noqa: N815 - the wire's name


class OrderView(OpenView):
    def post(self, request: Request) -> Response:
        order = Order(data=request.data)
        order.is_valid(raise_exception=True)
        return Response(order.validated_data)


class RaisingView(OpenView):
    def get(self, request: Request) -> Response:
        raise raised.pop()


class Nobody(BaseAuthentication):
    """Finds no key in any request, and names no scheme, for which DRF alone would answer 403."""

    def authenticate(self, request: Request) -> None:
        return None


class HiddenView(APIView):
    """Needs somebody."""

    authentication_classes = (Nobody,)

    def get(self, request: Request) -> Response:
        raise serializers.ValidationError("never reached")


def raise_plain(request: HttpRequest, **_: str) -> HttpResponse:
    raise raised.pop() if raised else SuspiciousOperation


urlpatterns = [
    path("echo", EchoView.as_view()),
    path("no-body", NoBodyView.as_view()),
    path("orders", OrderView.as_view()),
    path("raise", RaisingView.as_view()),
    path("hidden", HiddenView.as_view()),
    path("raise-plain", raise_plain),
    path("pages/raise-plain", raise_plain),
    path("things/<str:name>", raise_plain),
]
