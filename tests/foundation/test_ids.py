"""Ids tell when they were made."""

from datetime import UTC, datetime, timedelta

from foundation.ids import id_at, is_id, made_at, new_id


def test_id_tells_when_it_was_made() -> None:
    before = datetime.now(UTC)
    made = made_at(new_id("ljb"))

    assert before - timedelta(milliseconds=1) <= made <= datetime.now(UTC)


def test_bounds_enclose_what_is_made_between_them() -> None:
    key = new_id("ljb")
    made = made_at(key)

    assert id_at("ljb", made) <= key < id_at("ljb", made + timedelta(milliseconds=1))
    assert id_at("ljb", made - timedelta(milliseconds=1)) < id_at("ljb", made)
    assert is_id(id_at("dlv", made), "dlv")
