"""Characters that nobody sees: controls, overrides of direction, private use. A translation may have those of its source."""

import re
from collections.abc import Iterator

from engines.checks.finding import Finding, error
from engines.checks.reading import Comparison

CODE = "control"

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ufffd\ufffe\uffff\ud800-\udfff\ue000-\uf8ff]")


def find_faults(pair: Comparison) -> Iterator[Finding]:
    found = _CONTROL.findall(pair.pair.target)
    if found and not set(found) <= set(_CONTROL.findall(pair.pair.source)):
        yield error(CODE, "The translation contains control characters that the text has not.")
