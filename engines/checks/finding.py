"""The words of the checks: what is compared, and what is said of it."""

from dataclasses import dataclass
from enum import StrEnum

from engines.layers import Term


class Severity(StrEnum):
    ERROR = "error"  # the translation cannot be used
    WARNING = "warning"  # it can; a person should look


@dataclass(frozen=True, slots=True)
class Finding:
    """`message` is a sentence for a reviewer or a model. It may quote the source and never the translation."""

    code: str
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True)
class TextPair:
    """A source text and its translation. Locales are canonical; an empty one is unknown and spares the checks that need it."""

    source: str
    target: str
    source_locale: str
    target_locale: str
    terms: tuple[Term, ...] = ()  # of the glossary; those that do not occur in the source are passed over


def error(code: str, message: str) -> Finding:
    return Finding(code, Severity.ERROR, message)


def warning(code: str, message: str) -> Finding:
    return Finding(code, Severity.WARNING, message)
