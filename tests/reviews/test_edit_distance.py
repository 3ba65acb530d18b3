"""How far a person went from the AI version: exact, of any script, and quick for long texts."""

import random
from itertools import pairwise

import pytest

from organizations.access import Actor
from reviews.deciding import approve_review, edit_review
from reviews.edit_distance import MAX_CHARACTERS, SAMPLE, count_edits, measure_edits
from reviews.models import Decision, ReviewItem
from tests.factories import NOW
from tests.reviews.work import claimed, edited, fresh


def by_the_book(before: str, after: str) -> int:
    """Wagner and Fischer's table, row by row."""
    row = list(range(len(after) + 1))
    for index, old in enumerate(before, start=1):
        row = _next_row(row, index, old, after)
    return row[len(after)]


def _next_row(row: list[int], index: int, old: str, after: str) -> list[int]:
    found = [index]
    for (diagonal, above), new in zip(pairwise(row), after, strict=True):
        found.append(min(found[-1] + 1, above + 1, diagonal + (old != new)))
    return found


@pytest.mark.parametrize(
    ("before", "after", "edits"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("kitten", "sitting", 3),
        ("Guten Morgen", "Guten Tag", 5),
        ("保存する", "保存します", 3),
        ("abc", "abc", 0),
        ("aaa", "aa", 1),
    ],
)
def test_edits_are_counted_in_characters(before: str, after: str, edits: int) -> None:
    assert count_edits(before, after) == edits
    assert count_edits(after, before) == edits


def test_edits_are_the_least_that_a_table_finds() -> None:
    chance = random.Random(7)
    for _ in range(300):
        before, after = ("".join(chance.choices("ab ñ", k=chance.randrange(1, 80))) for _ in range(2))
        assert count_edits(before, after) == by_the_book(before, after)


def test_what_is_longer_than_anybody_types_counts_as_written_anew() -> None:
    assert count_edits("x" * (MAX_CHARACTERS + 1), "y") == MAX_CHARACTERS + 1
    assert count_edits(f"{'x' * 3 * MAX_CHARACTERS}a", f"{'x' * 3 * MAX_CHARACTERS}b") == 1


def test_distance_is_of_the_texts_that_differ_alone() -> None:
    assert measure_edits([("same", "same"), ("abcd", "abxd"), ("ab", "abcdef")]) == 5 / 10
    assert measure_edits([("same", "same")]) is None
    assert measure_edits([("abc", "")]) == 1


def test_sample_of_much_is_measured() -> None:
    assert measure_edits([("a" * 9, "b" * 9), *[("c" * SAMPLE, "c" * SAMPLE + "d")] * 2]) == pytest.approx(10 / (SAMPLE + 10))


@pytest.mark.django_db
def test_decision_keeps_its_distance(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)

    edit_review(actor=rita, item=fresh(item), fence=1, data=edited(body="Guten Tag"), now=NOW)

    assert Decision.objects.get().edit_distance == pytest.approx(5 / 12)


@pytest.mark.django_db
def test_approval_has_none(item: ReviewItem, rita: Actor) -> None:
    claimed(rita, item)

    approve_review(actor=rita, item=fresh(item), fence=1, now=NOW)

    assert Decision.objects.get().edit_distance is None
