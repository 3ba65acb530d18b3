"""What in a text is read by a program and not by a person: placeholders, tags, addresses and the syntax of ICU messages.

The signature of a translation must equal that of its source; the rest of the package asks here what must stay untouched. The kinds of syntax are
those of the libraries in use: gettext and printf, Python, Java, iOS, i18next, Rails, ICU MessageFormat, HTML and XML.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from engines.translation.icu import find_icu


class Kind(Enum):
    ARGUMENT = "argument"  # {name} {{name}} ${x} %s %(n)d %1$s $t(key), the head of an ICU argument
    TAG = "tag"
    ADDRESS = "address"  # URL, e-mail address
    SYNTAX = "syntax"  # entities, and the braces, selectors and `#` of ICU messages: a translation may have others


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    start: int
    end: int
    text: str
    in_branch: bool = False  # of a plural or select, which another language may have more or fewer of


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with one private-use character for each token; `pieces` in order of appearance."""

    text: str
    pieces: tuple[str, ...]


# Anything that could begin a token: most texts have none of it.
_SUSPECT = re.compile(r"[%{<$@&\ue000-\uf8ff]|://|www\.")
_TOKEN = re.compile(
    r"""
    (?P<argument>
        \{\{\{?[^{}]{0,200}\}?\}\}                                     # {{name}}
      | [$%\#]\{[^{}]{1,200}\}                                         # ${x} %{x} #{x}
      | \{\s{0,9}[\w.\-\[\]]{0,200}\s{0,9}(?:[:!,][^{}]{0,200})?\}     # {name} {0} {} {n, number} {x:.2f}
      | \$t\([^()]{1,200}\)                                            # $t(key)
      | %\([\w.\- ]{1,100}\)[-+0\#]*\d*(?:\.\d+)?[diouxXeEfFgGcrs]     # %(n)d
      | (?<![\d%])%(?:\d{1,2}\$)?[-+0\#,']*\d*(?:\.\d+)?(?:hh?|ll?|[qLzjt])?[@sdiufFxXeEgGc](?![A-Za-z]{3})   # %s %1$s %.2f %@
    )
  | (?P<address>
        (?:(?:https?|ftp|wss?)://|\bwww\.)[!\#-&(-;=?-\[\]_a-z~]+  # ASCII only: Chinese text may follow without a space
      | [\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+
    )
  | (?P<tag>
        <!--.{0,2000}?-->
      | </?[A-Za-z0-9][\w:.-]{0,100}\s{0,9}/?>
      | <[A-Za-z0-9][\w:.-]{0,100}\s[^<>=]{0,2000}=[^<>]{0,2000}>  # with attributes; `<empty string>` is text
      | <(?:audio|button|details|dialog|iframe|input|link|meta|option|script|select|textarea|video)\s[\w\s:-]{1,200}/?>  # with bare ones
    )
  | (?P<syntax> &(?:[A-Za-z]\w{1,30}|\#\d{1,7}|\#x[0-9A-Fa-f]{1,6}); | [\ue000-\uf8ff] )
    """,
    re.VERBOSE | re.DOTALL,
)
_AFTER_ADDRESS = ".,;:!?"  # closes the sentence around an address, not the address
_BRACKETS = {"(": ")", "[": "]"}
_CLOSING = frozenset(_BRACKETS.values())
_CODE = re.compile(r"(?<!`)(`{1,2})(?!`)[^`\n]{1,200}\1(?!`)")
_FIRST_MASK = 0xE000
_MASKS = 6400  # the private-use area of the basic plane
_MASK = re.compile(f"[{chr(_FIRST_MASK)}-{chr(_FIRST_MASK + _MASKS - 1)}]")


def find_syntax(text: str) -> list[Token]:
    """Every token, in order, none overlapping another."""
    if not _SUSPECT.search(text):
        return []
    tokens: list[Token] = []
    end = 0
    for piece in find_icu(text):
        tokens += _find_plain(text, end, piece.start, in_branch=piece.closes_branch)
        tokens.append(Token(Kind.ARGUMENT if piece.is_head else Kind.SYNTAX, piece.start, piece.end, text[piece.start : piece.end], piece.is_nested))
        end = piece.end
    return tokens + _find_plain(text, end, len(text), in_branch=False)


def find_kept(text: str) -> list[Token]:
    """What a provider that reads no prompt must leave alone: every token, and the inline code of Markdown."""
    tokens = find_syntax(text)
    if "`" not in text:
        return tokens
    codes = [Token(Kind.SYNTAX, found.start(), found.end(), found[0]) for found in _CODE.finditer(text)]
    outside = [token for token in tokens if not any(code.start <= token.start and token.end <= code.end for code in codes)]
    apart = [code for code in codes if not any(token.start < code.end and code.start < token.end for token in outside)]
    return sorted((*outside, *apart), key=lambda token: token.start)


def tally(tokens: Iterable[Token], *kinds: Kind) -> Counter[str]:
    """How often each token of these kinds occurs. In branches of an ICU argument each counts once: languages differ in their branches."""
    counts: Counter[str] = Counter()
    in_branches: set[str] = set()
    for token in tokens:
        if token.kind not in kinds:
            continue
        key = _spelling(token)
        if token.in_branch:
            in_branches.add(key)
        else:
            counts[key] += 1
    if in_branches:
        counts.update(f"{key} in a branch" for key in in_branches)
    return counts


def signature(text: str) -> Counter[str]:
    """How often each placeholder, tag and address occurs, as `tally` counts them."""
    return tally(find_syntax(text), Kind.ARGUMENT, Kind.TAG, Kind.ADDRESS)


def mask(text: str) -> Masked:
    """For providers that would change tokens: they see one character of a kind that has no meaning. Tokens after the 6,400th are kept."""
    pieces: list[str] = []
    parts: list[str] = []
    end = 0
    for token in find_kept(text)[:_MASKS]:
        parts += (text[end : token.start], chr(_FIRST_MASK + len(pieces)))
        pieces.append(token.text)
        end = token.end
    return Masked("".join((*parts, text[end:])), tuple(pieces))


def unmask(text: str, pieces: tuple[str, ...]) -> str | None:
    """The text with its tokens, or None where one was lost or doubled."""
    if sorted(_MASK.findall(text)) != [chr(_FIRST_MASK + index) for index in range(len(pieces))]:
        return None
    return _MASK.sub(lambda found: pieces[ord(found[0]) - _FIRST_MASK], text)


def _find_plain(text: str, start: int, end: int, *, in_branch: bool) -> list[Token]:
    tokens = []
    for found in _TOKEN.finditer(text, start, end):
        kind = Kind(found.lastgroup)
        content = _trim_address(found[0]) if kind is Kind.ADDRESS else found[0]
        tokens.append(Token(kind, found.start(), found.start() + len(content), content, in_branch))
    return tokens


def _trim_address(text: str) -> str:
    """Without what follows it in its sentence, or after the bracket that it stands in: `(https://x.example/a)` and `[a](https://x.example)`."""
    opened: list[str] = []
    for position, character in enumerate(text):
        if character in _BRACKETS:
            opened.append(_BRACKETS[character])
        elif character in _CLOSING and (not opened or opened.pop() != character):
            return text[:position].rstrip(_AFTER_ADDRESS)
    return text.rstrip(_AFTER_ADDRESS)


def _spelling(token: Token) -> str:
    """Spaces mean nothing inside braces, and before the end of a tag."""
    if token.kind is Kind.ARGUMENT and token.text.startswith("{"):
        return re.sub(r"\s+", "", token.text)
    if token.kind is Kind.TAG:
        slash = "/" if token.text.endswith("/>") else ""
        return f"{token.text[: -len(slash) - 1].rstrip()}{slash}>"
    return token.text
