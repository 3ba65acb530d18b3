"""What a key looks like."""

import hashlib

import pytest

from organizations.keys import PREFIX, is_well_formed, make_key


def test_made_keys_are_well_formed_and_differ() -> None:
    keys = {make_key() for _ in range(100)}

    assert len({text for text, _, _ in keys}) == 100
    for text, digest, hint in keys:
        assert is_well_formed(text)
        assert len(text) == 43
        assert digest == hashlib.sha256(text.encode()).hexdigest()
        assert text.startswith(hint)
        assert len(hint) == len(PREFIX) + 6


@pytest.mark.parametrize("position", [0, 4, 20, 35, 36, 42])
def test_one_changed_character_is_noticed(position: int) -> None:
    text, _, _ = make_key()
    other = "0" if text[position] != "0" else "1"

    assert not is_well_formed(text[:position] + other + text[position + 1 :])


def test_truncated_lengthened_and_foreign_texts_are_not_well_formed() -> None:
    text, _, _ = make_key()

    for wrong in ("", PREFIX, text[:-1], text + "0", text + "\n", text.upper(), f" {text}", "\u0445" * 43, "k" * 10_240):
        assert not is_well_formed(wrong)
