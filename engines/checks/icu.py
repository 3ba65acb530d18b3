"""ICU messages: the translation parses, has the arguments of its source, every branch of a select and every `=0` of a plural.

Only messages with a plural or select are certain to be ICU; plain `{name}` is the placeholder check's.
"""

from collections.abc import Iterator
from itertools import repeat

from engines.checks.finding import Finding, error
from engines.checks.message import PLURALS, Argument, Message, looks_branching, parse_message
from engines.checks.reading import Comparison
from engines.translation.icu import find_icu

CODE = "icu"

_BEYOND_ONE = frozenset({"few", "many", "other"})  # categories whose text needs its number


def find_faults(pair: Comparison) -> Iterator[Finding]:
    source, target = pair.pair.source, pair.pair.target
    if not looks_branching(source) or not find_icu(source):
        return
    wanted, found = parse_message(source), parse_message(target)
    if wanted is None:
        if not find_icu(target):
            yield error(CODE, "The translation is not a well-formed ICU message.")
    elif found is None:
        yield error(CODE, "The translation is not a well-formed ICU message: a brace, a branch or an apostrophe is wrong.")
    else:
        yield from (error(CODE, sentence) for sentence in dict.fromkeys(_compare(wanted, found, wanted.names())))


def _compare(wanted: Message, found: Message, needed: set[str]) -> Iterator[str]:
    """What `found` lacks of the arguments named in `needed`, and what its branches lack."""
    for name in sorted(needed - found.names()):
        yield f"The translation lacks the argument {name} in a branch or beside it."
    partners = _by_kind(found)
    for (name, kind), models in _by_kind(wanted).items():
        given = partners.get((name, kind), [])
        if not given:
            yield f"The translation lacks the argument {name} of type {kind}."
        # Of several of one name and kind each is compared with its counterpart; where their numbers differ, with the first.
        for model, partner in zip(models if len(models) == len(given) else repeat(models[0], len(given)), given, strict=True):
            yield from _compare_branches(model, partner)


def _by_kind(message: Message) -> dict[tuple[str, str], list[Argument]]:
    found: dict[tuple[str, str], list[Argument]] = {}
    for argument in message.branching:
        found.setdefault((argument.name, argument.kind), []).append(argument)
    return found


def _compare_branches(wanted: Argument, found: Argument) -> Iterator[str]:
    is_plural = wanted.kind in PLURALS
    must = {key for key in wanted.branches if not is_plural or key.startswith("=")}
    for key in sorted(must - found.branches.keys()):
        yield f"The translation lacks the branch {key} of the argument {wanted.name}."
    if not is_plural and found.branches.keys() - wanted.branches.keys():
        yield f"The translation has a branch of the argument {wanted.name} that the text has not."
    if wanted.offset != found.offset:
        yield f"The translation has another offset of the argument {wanted.name}."
    for key, branch in found.branches.items():
        model = wanted.branches.get(key) or wanted.branches["other"]
        needed = model.names()
        if is_plural and key not in _BEYOND_ONE:
            needed.discard(wanted.name)
        yield from _compare(model, branch, needed)
