"""ETags against lost updates: a strong tag of what GET shows, and `If-Match` on what changes or removes it (RFC 9110, 8.8.3 and 13.1.1).

The view demands the header, the service compares it with the row it holds the lock on: a change by somebody else in between is never overwritten.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api_errors import PreconditionFailed, PreconditionRequired
from foundation.rendering import encode

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag that was read.")
ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 201], description="To be sent back as If-Match.")


def entity_tag(shown: Mapping[str, Any]) -> str:
    """The quoted tag of a representation: equal exactly where every byte of the answer is."""
    return f'"{hashlib.sha256(encode(shown)).hexdigest()[:32]}"'


def required_if_match(request: Request) -> str:
    """The header as it was sent. Raises PreconditionRequired without it."""
    sent = request.headers.get("If-Match", "").strip()
    if not sent:
        raise PreconditionRequired
    return sent


def refuse_stale(if_match: str, shown: Mapping[str, Any]) -> None:
    """Raises PreconditionFailed, unless `if_match` names the representation (`*` names any; a weak tag names none)."""
    if if_match != "*" and entity_tag(shown) not in (tag.strip() for tag in if_match.split(",")):
        raise PreconditionFailed


def tagged(shown: Mapping[str, Any], *, status: int = 200) -> Response:
    """The answer that shows one thing, with its tag."""
    return Response(shown, status=status, headers={"ETag": entity_tag(shown)})
