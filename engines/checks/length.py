"""A translation far shorter or far longer than its source: something was left out, added or explained.

Lengths are compared in letters of an alphabet; a Chinese, Japanese or Korean character says as much as two or three of them. The bounds are wider for
short texts.
"""

import re
from collections.abc import Iterator

from engines.checks.finding import Finding, warning
from engines.checks.reading import Comparison

CODE = "length"

_DENSE = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_DENSITY = 2.5
_LONGEST = 1.7
_SHORTEST = 0.5
_MORE = 15  # letters
_LESS = 5


def find_faults(pair: Comparison) -> Iterator[Finding]:
    source, target = _measure(pair.source.prose), _measure(pair.target.prose)
    if target > source * _LONGEST + _MORE:
        yield warning(CODE, "The translation is far longer than the text.")
    elif target < source * _SHORTEST - _LESS:
        yield warning(CODE, "The translation is far shorter than the text.")


def _measure(text: str) -> float:
    length = float(len(text))
    return length if text.isascii() else length + (_DENSITY - 1) * len(_DENSE.findall(text))
