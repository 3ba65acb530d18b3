"""The API's answers about who calls, and how a command line gets its key (contract §6)."""

from typing import Any
from urllib.parse import urljoin

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.clock import database_now
from organizations import cli_sessions
from organizations.authentication import ApiKeyAuthentication, BearerAuthentication, actor_of
from organizations.serializers import CliSessionSerializer, CliSessionStateSerializer, MeSerializer, NewCliSessionSerializer, WhoamiSerializer

TAG = ["Account"]


class Me(APIView):
    """`GET /users/me`: the cheapest authenticated call, by which clients check their key. Authenticating is its only query."""

    @extend_schema(responses=MeSerializer, tags=TAG, summary="Who am I")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The person whose key this is; for a service key, the person who created it."""
        key = actor_of(request).key
        return Response(MeSerializer(key.creator).data if key else None)


class Whoami(APIView):
    """`POST /whoami`, without a body. Older clients send the key as a bearer token."""

    authentication_classes = [ApiKeyAuthentication, BearerAuthentication]

    @extend_schema(operation_id="whoami", request=None, responses=WhoamiSerializer, tags=TAG, summary="Whose key is this")
    def post(self, request: Request) -> Response:
        return Response(WhoamiSerializer(actor_of(request).key).data)


class CliSessions(APIView):
    """`POST /cli-sessions`: a command line asks to be logged in. Nobody is authenticated yet, and no rate limit applies."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="createCliSession",
        request=NewCliSessionSerializer,
        responses={201: CliSessionSerializer},
        auth=[],
        tags=TAG,
        summary="Start logging in a command line",
        description="Open `verifyUrl` in a browser, then ask for the session until it is completed.",
    )
    def post(self, request: Request) -> Response:
        body = NewCliSessionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        session = cli_sessions.open_session(verifier=body.validated_data["verifier"], now=database_now())
        asked = cli_sessions.CliRequest(session.pk, get_client_ip_address(request._request) or "", request.headers.get("User-Agent", "")[:200])
        address = urljoin(settings.PUBLIC_URL, reverse("cli-login", args=[cli_sessions.confirm_token(asked)]))
        return Response(CliSessionSerializer(session, context={"verify_url": address}).data, status=201)


class CliSessionState(APIView):
    """`GET /cli-sessions/:id`: has somebody confirmed? The key is given once."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="getCliSession",
        responses=CliSessionStateSerializer,
        auth=[],
        parameters=[OpenApiParameter("X-Cli-Verifier", OpenApiTypes.STR, OpenApiParameter.HEADER, required=True)],
        tags=TAG,
        summary="Ask whether a command line was logged in",
    )
    def get(self, request: Request, session_id: str) -> Response:
        key = cli_sessions.fetch_key(session_id, verifier=request.headers.get("X-Cli-Verifier", ""), now=database_now())
        return Response({"status": "pending"} if key is None else {"status": "completed", "apiKey": key})
