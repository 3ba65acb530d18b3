"""Where a provider tells that something happened to an order. A callback is a hint: the order is looked at, and nothing of the body is believed.

Callbacks of the protocol are unsigned, so the address holds an unguessable token. Whoever has it can bring the next look forward and no more.
"""

import structlog
from django.http import UnreadablePostError
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.api_errors import BadRequest, NotFound, PayloadTooLarge
from foundation.clock import database_now
from reviews.external import bring_forward
from reviews.external_references import read_callback_token
from reviews.providers.gengo import parse_callback

BODY_LIMIT = 64 * 1024  # the protocol sends nothing larger
SHOWN = 64  # characters of a token that is not ours, in the answer

log = structlog.get_logger(__name__)


class CallbackView(APIView):
    """`POST /reviews/callbacks/<token>`: 200 at once for any order of ours, open or ended."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(exclude=True)
    def post(self, request: Request, token: str) -> Response:
        reference = read_callback_token(token)
        body = _read_body(request)
        if reference is None or not bring_forward(reference, now=database_now()):
            raise NotFound("callback", token[:SHOWN])
        claimed = parse_callback(body)
        log.info("order_called_back", job=claimed.job if claimed else None, status=claimed.status if claimed else None)
        return Response({})


def _read_body(request: Request) -> bytes:
    """The whole body, so that the connection can be used again. Raises PayloadTooLarge, BadRequest."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > BODY_LIMIT:
        raise PayloadTooLarge(BODY_LIMIT)
    try:
        return request._request.read(BODY_LIMIT)
    except UnreadablePostError as exc:
        raise BadRequest(message="The body ended early.") from exc
