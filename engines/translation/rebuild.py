"""Puts translations back into a payload. The result is made from the source, leaf by leaf: keys, order and numbers are its by construction."""

from collections.abc import Mapping

from foundation.customer_json import JSONValue, Path


def rebuild(data: JSONValue, translations: Mapping[Path, str]) -> JSONValue:
    """A copy of `data` in which the string leaves at these paths have these texts. A path that is none of a string leaf changes nothing."""
    return _copy(data, (), translations)


def _copy(value: JSONValue, path: Path, translations: Mapping[Path, str]) -> JSONValue:
    if isinstance(value, str):
        return translations.get(path, value)
    if isinstance(value, dict):
        return {key: _copy(child, (*path, key), translations) for key, child in value.items()}
    if isinstance(value, list):
        return [_copy(child, (*path, index), translations) for index, child in enumerate(value)]
    return value
