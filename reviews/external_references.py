"""The reference of an order, and what is signed with it: the mark that goes with the order, and the address its callbacks come to.

A reference is random and unguessable. The signatures are of the server's key; the mark's is not asked for when an order is found again, so that a new
key loses no order.
"""

import secrets

from django.conf import settings
from django.core.signing import BadSignature, Signer

BYTES = 32  # of chance in a reference
LONGEST_TOKEN = 200
CALLBACKS = "reviews/callbacks"

_marks = Signer(salt="reviews.external.mark")
_callbacks = Signer(salt="reviews.external.callback")


def new_reference() -> str:
    return secrets.token_urlsafe(BYTES)


def mark_of(reference: str) -> str:
    """What the provider keeps: the reference and a signature, divided by the last colon."""
    return _marks.sign(reference)


def callback_url(reference: str) -> str:
    return f"{settings.PUBLIC_URL}/{CALLBACKS}/{_callbacks.sign(reference)}"


def read_callback_token(token: str) -> str | None:
    """The reference in the last part of a callback's address; None where it was not made here."""
    try:
        return _callbacks.unsign(token) if len(token) <= LONGEST_TOKEN else None
    except BadSignature:
        return None
