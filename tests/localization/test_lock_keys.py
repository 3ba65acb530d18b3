"""`lockedKeys` over the API: what they lock comes back byte for byte, the rest is translated."""

from typing import Any

import pytest

from engines.providers.pseudo import pseudolocalize
from tests.localization.calls import JOBS, Api
from tests.localization.work import run_due_steps

DATA: dict[str, Any] = {
    "id": "one",
    "identity": "two",
    "author": {"id": "three", "name": "four"},
    "items": [{"id": "five", "title": "six"}, {"title": "seven"}],
    "nav.home": "eight",
    "nav": {"home": {"label": "nine"}},
    "__proto__": {"id": "ten"},
    "": "eleven",
}
TEXTS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]

CASES: dict[str, tuple[list[str], str]] = {
    "none": ([], ""),
    "a key at any depth": (["id"], "one three five ten"),
    "a key with all below it": (["author"], "three four"),
    "a part of a key": (["ident"], ""),
    "another case": (["ID"], ""),
    "a glob at any depth": (["id*"], "one two three five ten"),
    "every key": (["*"], " ".join(TEXTS)),
    "a path from the root": (["author.id"], "three"),
    "a path that begins in the middle": (["home.label"], ""),
    "a position": (["items.1"], "seven"),
    "a position at any depth": (["1"], "seven"),
    "a glob for one segment": (["*.id"], "three ten"),
    "a glob for a position": (["items.*.title"], "six seven"),
    "any number of segments": (["**.title"], "six seven"),
    "all below a path": (["items.**"], "five six seven"),
    "dots in a key count as segments": (["nav.home"], "eight nine"),
    "a segment of a key with dots": (["home"], "eight nine"),
    "__proto__": (["__proto__"], "ten"),
    "a regular expression is a plain text": (["i.", "(id)", "[a-z]+"], ""),
    "several": (["author.name", "title"], "four six seven"),
    "one twice": (["author.id", "author.id"], "three"),
}


def translated(value: Any, locked: set[str]) -> Any:
    """`value` with all but the locked texts translated."""
    if isinstance(value, dict):
        return {key: translated(member, locked) for key, member in value.items()}
    if isinstance(value, list):
        return [translated(item, locked) for item in value]
    return value if value in locked else pseudolocalize(value, "de")


@pytest.mark.parametrize(("patterns", "locked"), CASES.values(), ids=CASES)
def test_locked_values_come_back_and_the_others_are_translated(api: Api, patterns: list[str], locked: str) -> None:
    answer = api.submit(data=DATA, lockedKeys=patterns)

    run_due_steps()

    job = api.get(f"{JOBS}/{answer.body['jobs'][0]['id']}").body
    assert (job["status"], job["outputData"]) == ("completed", translated(DATA, set(locked.split())))
