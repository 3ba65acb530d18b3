"""`lockedKeys` (contract §2.2)."""

import pytest

from engines.translation.segments import has_translatable_text


@pytest.mark.parametrize(
    ("pattern", "locked"),
    [
        ("id", {"author.id", "items.0.id"}),
        ("author", {"author.id", "author.name"}),
        ("*", {"author.id", "author.name", "identity", "items.0.id", "items.0.title", "nav.home", "nav→home"}),
        ("i*", {"author.id", "identity", "items.0.id", "items.0.title"}),
        ("0", {"items.0.id", "items.0.title"}),
        ("home", {"nav.home", "nav→home"}),
        ("nav.home", {"nav.home", "nav→home"}),
        ("nav.*", {"nav.home", "nav→home"}),
        ("author.id", {"author.id"}),
        ("items.*.id", {"items.0.id"}),
        ("items.0", {"items.0.id", "items.0.title"}),
        ("*.id", {"author.id"}),
        ("**.id", {"author.id", "items.0.id"}),
        ("items.**", {"items.0.id", "items.0.title"}),
        ("items.**.title", {"items.0.title"}),
        ("**.**.name", {"author.name"}),
        ("a*.n*e", {"author.name"}),
        ("id.author", set()),
        ("ID", set()),
        ("i", set()),
        ("[id]", set()),
    ],
)
def test_a_pattern_locks_these_values_and_no_others(pattern: str, locked: set[str]) -> None:
    values = {
        "author.id": {"author": {"id": "x"}},
        "author.name": {"author": {"name": "x"}},
        "identity": {"identity": "x"},
        "items.0.id": {"items": [{"id": "x"}]},
        "items.0.title": {"items": [{"title": "x"}]},
        "nav.home": {"nav.home": "x"},
        "nav→home": {"nav": {"home": "x"}},
    }

    assert {name for name, data in values.items() if not has_translatable_text(data, [pattern])} == locked


def test_patterns_add_up() -> None:
    assert not has_translatable_text({"a": "x", "b": {"c": "y"}}, ["a", "b.c"])
    assert has_translatable_text({"a": "x", "b": {"c": "y"}}, ["a", "b.d"])


def test_a_key_that_contains_dots_counts_as_its_segments() -> None:
    assert not has_translatable_text({"a.b": {"c": "x"}}, ["a.b.c"])
    assert not has_translatable_text({"a": {"b.c": "x"}}, ["a.**.c"])
    assert has_translatable_text({"a.b": {"c": "x"}}, ["a.c"])
