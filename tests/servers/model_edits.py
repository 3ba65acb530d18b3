"""What the model server answers to prompts that edit or judge (their object says `"task"`), deterministically.

`clean` mends the misspellings of TYPOS and double spaces between words, outside protected spans, and gives the reason "Spelling.". The other edits
append a mark to texts that hold an agreed word, in `source` or `current`; a text that has its mark does not change, and marks keep every check green:

    task        word in the text                             what happens
    post_edit   `uneven`                                     `current` gets ` ◆`, reason "Reconciled."
    rephrase    `clumsy`                                     `current` gets ` ◇`, reason "Reads better."
    correct     any                                          `current` gets ` ✓`, reason "As remarked."
    judge       `minorflaw`, `majorflaw`, `criticalflaw`     an issue of that severity, type "mistranslation", unless `translation` has ` ✓`

The words reach a judge through `source`, so they work for targets in every script. Faults: a text fault turns every affected text into a change (for
`judge`: into an issue with the spoiled text as its explanation); a key fault does to the numbers of changes and issues what it does to `texts`;
a completion fault spoils the answer around them. `only` is sought in `source`, of `clean` in the text.
"""

import re
from typing import Any

from tests.servers.model_prompts import PROTECTED, Entry, change_outside

TYPOS = {"teh": "the", "recieve": "receive", "seperate": "separate", "occured": "occurred", "definately": "definitely", "wierd": "weird"}
MARKS = {"post_edit": ("uneven", " ◆", "Reconciled."), "rephrase": ("clumsy", " ◇", "Reads better."), "correct": ("", " ✓", "As remarked.")}
CORRECTED = MARKS["correct"][1]
FLAWS = {"minorflaw": "minor", "majorflaw": "major", "criticalflaw": "critical"}
_TYPO = re.compile(rf"\b(?:{'|'.join(TYPOS)})\b", re.IGNORECASE)
_SPACES = re.compile(r"(?<=\S) {2,}(?=\S)")


def edit_text(task: str, entry: Entry) -> tuple[str, str]:
    """The new text and the reason. Unchanged where the kind finds nothing to do."""
    if task == "clean":
        return _clean(entry.current), "Spelling."
    word, mark, reason = MARKS[task]
    body = entry.current.rstrip()
    is_meant = (word in entry.source or word in body) and not body.endswith(mark)
    return (f"{body}{mark}{entry.current[len(body) :]}" if is_meant else entry.current), reason


def find_issues(number: str, entry: Entry) -> list[dict[str, Any]]:
    if CORRECTED in entry.current:
        return []
    return [make_issue(number, severity, f"It says {word}.") for word, severity in FLAWS.items() if word in entry.source]


def make_issue(number: str, severity: str, explanation: Any) -> dict[str, Any]:
    return {"n": number, "severity": severity, "type": "mistranslation", "explanation": explanation}


def _clean(text: str) -> str:
    return change_outside(PROTECTED, text, lambda piece: _SPACES.sub(" ", _TYPO.sub(_spell, piece)))


def _spell(found: re.Match[str]) -> str:
    right = TYPOS[found[0].lower()]
    return right.capitalize() if found[0][0].isupper() else right
