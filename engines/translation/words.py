"""How many words a text has, as people are shown and costs are counted by: the same everywhere."""

import re

# A character of Chinese or Japanese counts as a word: those scripts have no spaces.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+(?:['’-]\w+)*")


def count_words(text: str) -> int:
    return len(_WORD.findall(text))
