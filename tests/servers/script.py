"""Scripts: what a test server does instead of its ordinary answer, and to which requests.

A script is a list of rules `{"match": {...}, "times": n, "action": {"kind": ..., ...}}`; the first rule that matches wins,
`times` uses it up. Both servers and their handles read rules with this module. A rule that names an unknown
field or kind is refused: a misspelt script must fail its test, not pass it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random
from typing import Any

# {"kind": str, ...parameters of that kind, in camelCase}
Action = dict[str, Any]


class ScriptError(ValueError):
    """A rule that no server could play."""


def rule(kind: str, *, match: Mapping[str, Any] | None = None, times: int | None = None, **parameters: Any) -> dict[str, Any]:
    """One rule as the control path wants it; `retry_after=2` becomes `"retryAfter": 2`."""
    action = {"kind": kind} | {_camel_case(name): value for name, value in parameters.items()}
    return {"match": dict(match or {}), "times": times, "action": action}


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@dataclass(slots=True)
class Rule:
    match: dict[str, Any]
    action: Action
    times: int | None
    random: Random | None

    def matches(self, facts: Mapping[str, Any]) -> bool:
        if self.times == 0:
            return False
        return all(_agrees(name, wanted, facts[name]) for name, wanted in self.match.items())

    def take(self) -> Action | None:
        """The action of one more request; None where a spoiling rule lets this one pass."""
        if self.times is not None:
            self.times -= 1
        if self.random is None:
            return self.action
        # Both draws every time: how many of the first n requests are spoiled depends on the seed and n alone.
        chance, kind = self.random.random(), self.random.choice(self.action["kinds"])
        if chance >= self.action["share"]:
            return None
        return {"kind": kind} if isinstance(kind, str) else kind


def _agrees(name: str, wanted: Any, found: Any) -> bool:
    if name == "nth":
        return found in wanted
    if name == "text":
        return wanted in found
    return fnmatchcase(found, wanted)


class Script:
    """The rules in force. `fields` are what a rule may match, `kinds` what it may do."""

    def __init__(self, *, fields: Collection[str], kinds: Collection[str]) -> None:
        self._fields = frozenset(fields)
        self._kinds = frozenset(kinds)
        self.rules: list[Rule] = []

    def replace(self, rules: list[dict[str, Any]]) -> None:
        """Raises ScriptError, and then keeps the rules it had."""
        self.rules = [self._read(one) for one in rules]

    def action_for(self, facts: Mapping[str, Any]) -> Action | None:
        for one in self.rules:
            if one.matches(facts):
                return one.take()
        return None

    def _read(self, raw: dict[str, Any]) -> Rule:
        match, action = raw.get("match") or {}, raw.get("action") or {}
        if set(raw) - {"match", "times", "action"} or set(match) - self._fields:
            raise ScriptError(f"a rule has match, times, action, and matches {sorted(self._fields)}: {raw}")
        if isinstance(match.get("nth"), int):
            match["nth"] = [match["nth"]]
        if action.get("kind") != "spoil":
            self._check_kind(action)
            return Rule(match, action, raw.get("times"), None)
        for kind in action["kinds"]:
            self._check_kind({"kind": kind} if isinstance(kind, str) else kind)
        return Rule(match, action, raw.get("times"), Random(action.get("seed", 0)))

    def _check_kind(self, action: Action) -> None:
        if action.get("kind") not in self._kinds:
            raise ScriptError(f"unknown kind in {action}; known: {sorted(self._kinds)}")
