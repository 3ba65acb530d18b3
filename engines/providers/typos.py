"""Mistakes that the `pseudo` provider mends: common English misspellings, and spaces too many in any language."""

import re
from collections.abc import Callable

from engines.translation.placeholders import mask, unmask
from foundation.locales import base_language

_LISTED = """
    accomodate accommodate, acheive achieve, adress address, alot a lot, appearence appearance, arguement argument, begining beginning,
    beleive believe, calender calendar, catagory category, changable changeable, comming coming, definately definitely, dissapear disappear,
    enviroment environment, existance existence, febuary february, foriegn foreign,
    goverment government, grammer grammar, gaurantee guarantee, happend happened,
    immediatly immediately, independant independent, knowlege knowledge, lenght length, libary library, mispell misspell,
    neccessary necessary, occassion occasion, occured occurred, occurence occurrence, paramter parameter, prefered preferred, privelege privilege,
    publically publicly, recieve receive, recieved received, recomend recommend, refered referred, seperate separate, seperately separately,
    succesful successful, successfull successful, suprise surprise, teh the, tommorow tomorrow, truely truly, untill until, usefull useful,
    wich which, wierd weird, writting writing
"""
TYPOS = {wrong: right for wrong, _, right in (entry.strip().partition(" ") for entry in _LISTED.split(","))}
_TYPO = re.compile(rf"\b(?:{'|'.join(TYPOS)})\b", re.IGNORECASE)
_SPACES = re.compile(r"(?<=\S) {2,}(?=\S)")
_BEFORE_COMMA = re.compile(r"(?<=\S) +,(?=\s|$)")


def mend(text: str, locale: str) -> tuple[str, str]:
    """The text without mistakes, and what they were. Both are empty where it has none. What a program reads stays as it is."""
    masked = mask(text)
    reasons: list[str] = []
    mended = _BEFORE_COMMA.sub(_note(reasons, "A space before a comma.", ","), masked.text)
    mended = _SPACES.sub(_note(reasons, "Several spaces in a row.", " "), mended)
    if base_language(locale) == "en":
        mended = _TYPO.sub(_spell(reasons), mended)
    whole = unmask(mended, masked.pieces)
    return (whole, " ".join(dict.fromkeys(reasons))) if whole and reasons else ("", "")


def _note(reasons: list[str], reason: str, replacement: str) -> Callable[[re.Match[str]], str]:
    def replace(found: re.Match[str]) -> str:
        reasons.append(reason)
        return replacement

    return replace


def _spell(reasons: list[str]) -> Callable[[re.Match[str]], str]:
    def replace(found: re.Match[str]) -> str:
        wrong = found[0]
        right = TYPOS[wrong.lower()]
        reasons.append(f"“{wrong.lower()}” is spelt “{right}”.")
        if wrong.isupper():
            return right.upper()
        return right.capitalize() if wrong[0].isupper() else right

    return replace
