"""Whether an edited payload is the AI version with other texts and nothing else (contract §10, `submit`).

Pure. What comes out of here are texts by path: the output of a decision is rebuilt from the AI version, so a number keeps the spelling it had.
"""

from collections.abc import Collection, Iterator
from decimal import Decimal
from itertools import islice

from foundation.customer_json import MAX_PROBLEMS, JSONValue, Number, Path, format_path
from reviews.errors import Fault

CODE = "structure"


def find_differences(original: JSONValue, edited: JSONValue, *, editable: Collection[Path]) -> list[Fault]:
    """What is not as it was, in reading order, at most MAX_PROBLEMS of it. Strings at the paths in `editable` may differ."""
    return list(islice(_differences(original, edited, (), editable), MAX_PROBLEMS))


def _differences(original: JSONValue, edited: JSONValue, path: Path, editable: Collection[Path]) -> Iterator[Fault]:
    if isinstance(original, dict):
        yield from _of_objects(original, edited, path, editable)
    elif isinstance(original, list):
        yield from _of_arrays(original, edited, path, editable)
    elif isinstance(original, str):
        yield from _of_strings(original, edited, path, editable)
    elif not _is_same(original, edited):
        yield _fault(path, f"Must stay {_name(original)}.")


def _of_objects(original: dict[str, JSONValue], edited: JSONValue, path: Path, editable: Collection[Path]) -> Iterator[Fault]:
    if not isinstance(edited, dict):
        yield _fault(path, "Must stay an object.")
        return
    yield from (_fault((*path, key), "This key is missing.") for key in original if key not in edited)
    yield from (_fault((*path, key), "This key was not there.") for key in edited if key not in original)
    common = [key for key in original if key in edited]
    if common != [key for key in edited if key in original]:
        yield _fault(path, "The keys must stay in their order.")
    for key in common:
        yield from _differences(original[key], edited[key], (*path, key), editable)


def _of_arrays(original: list[JSONValue], edited: JSONValue, path: Path, editable: Collection[Path]) -> Iterator[Fault]:
    if not isinstance(edited, list):
        yield _fault(path, "Must stay an array.")
    elif len(edited) != len(original):
        yield _fault(path, f"Must keep its length, {len(original)}, not {len(edited)}.")
    else:
        for index, (before, after) in enumerate(zip(original, edited, strict=True)):
            yield from _differences(before, after, (*path, index), editable)


def _of_strings(original: str, edited: JSONValue, path: Path, editable: Collection[Path]) -> Iterator[Fault]:
    if not isinstance(edited, str):
        yield _fault(path, "Must stay a string.")
    elif edited != original and path not in editable:
        yield _fault(path, "Must stay as it is: it is locked, empty, or no text to translate.")


def _is_same(original: JSONValue, edited: JSONValue) -> bool:
    """Numbers by their value: a tool that reads and writes JSON spells `1.50` as `1.5`."""
    if isinstance(original, Number):
        return isinstance(edited, Number) and Decimal(original.text) == Decimal(edited.text)
    return original is edited  # true, false, null


def _name(value: JSONValue) -> str:
    return value.text if isinstance(value, Number) else "null" if value is None else str(value).lower()


def _fault(path: Path, message: str) -> Fault:
    return Fault(format_path(path), CODE, message)
