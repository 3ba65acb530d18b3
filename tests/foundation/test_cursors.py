"""Cursors open only the list they were made for."""

import pytest
from django.test import override_settings

from foundation.cursors import MalformedCursor, decode_cursor, encode_cursor

SCOPE = "org_1:jobs"


def test_a_cursor_gives_its_key_back() -> None:
    assert decode_cursor(encode_cursor("ljb_01k8", scope=SCOPE), scope=SCOPE) == "ljb_01k8"


def test_a_cursor_needs_no_escaping_in_a_url_and_hides_no_secret() -> None:
    cursor = encode_cursor("ljb_01k8é", scope=SCOPE)

    assert set(cursor) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("abc", id="garbage"),
        pytest.param("abc.def", id="garbage with a dot"),
        pytest.param("é😀\0", id="beyond ASCII"),
        pytest.param("A" * 10_000, id="10,000 characters"),
        pytest.param(encode_cursor("ljb_01k8", scope=SCOPE)[:-1], id="cut"),
        pytest.param("X" + encode_cursor("ljb_01k8", scope=SCOPE)[1:], id="tampered"),
        pytest.param(encode_cursor("ljb_01k8", scope="org_2:jobs"), id="of another organization"),
        pytest.param(encode_cursor("ljb_01k8", scope="org_1:reviews"), id="of another list"),
    ],
)
def test_any_other_text_is_malformed(text: str) -> None:
    with pytest.raises(MalformedCursor) as caught:
        decode_cursor(text, scope=SCOPE)

    assert (caught.value.status_code, caught.value.body("req-1")) == (
        400,
        {
            "_tag": "BadRequestError",
            "message": "cursor: The cursor is malformed or belongs to another list.",
            "code": "malformed_cursor",
            "requestId": "req-1",
            "errors": [{"path": "cursor", "message": "The cursor is malformed or belongs to another list."}],
        },
    )


def test_a_cursor_made_with_another_secret_is_malformed() -> None:
    with override_settings(SECRET_KEY="another"):
        cursor = encode_cursor("ljb_01k8", scope=SCOPE)

    with pytest.raises(MalformedCursor):
        decode_cursor(cursor, scope=SCOPE)
