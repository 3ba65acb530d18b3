"""Cursors of lists: opaque to callers, signed, and good for one list of one organization only."""

from django.core.signing import BadSignature, Signer

from foundation.api_errors import BadRequest
from foundation.customer_json import Problem


class MalformedCursor(BadRequest):
    """The cursor was not made by `encode_cursor` for this scope. A view may let it pass: it is a 400 already."""

    default_code = "malformed_cursor"

    def __init__(self) -> None:
        super().__init__([Problem("cursor", "The cursor is malformed or belongs to another list.")])


def encode_cursor(key: str, *, scope: str) -> str:
    """`key`, the last row shown, as text for a URL. `scope` names organization and list, and the filters if the place depends on them."""
    return _signer(scope).sign_object(key)


def decode_cursor(text: str, *, scope: str) -> str:
    """The key in a cursor made with the same scope. Raises MalformedCursor."""
    try:
        key = _signer(scope).unsign_object(text)
    except (BadSignature, ValueError) as exc:
        raise MalformedCursor from exc
    if not isinstance(key, str):
        raise MalformedCursor
    return key


def _signer(scope: str) -> Signer:
    return Signer(sep=".", salt=f"foundation.cursors:{scope}")
