"""How well translations keep to the glossary, in two numbers. Light: what only passes the numbers on need not load the checks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TermCount:
    """How many terms the source texts have, each once for a text, and how many of these their translations lack."""

    seen: int = 0
    missed: int = 0

    def __add__(self, other: "TermCount") -> "TermCount":
        return TermCount(self.seen + other.seen, self.missed + other.missed)


NO_TERMS = TermCount()
