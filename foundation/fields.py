"""Fields of requests, strict about types: a string is a string, `"yes"` is no boolean, `1` is no `true`.

They take what `StrictJSONParser` gives (numbers are `Number`), and their sentences are meant for the caller. A field says what is wrong with its
value; the path is made of the nesting, by `api_errors.flatten`. Limits are checked before the members are looked at, so that a body full of
nonsense costs no more than a good one.
"""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.customer_json import MAX_PROBLEMS, JSONValue, Number, Path
from foundation.locales import UnknownLocale, canonical_locale

ANY_LOCALE = "*"
MAX_STRING_LEAVES = 20_000
MAX_STRING_LENGTH = 50_000

_REQUIRED = {"required": "This field is required.", "null": "Must not be null."}


class StrictString(serializers.CharField):
    """A string, kept as sent. `allow_blank`, `min_length` and `max_length` as in CharField."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        **_REQUIRED,
        "invalid": "Must be a string.",
        "blank": "Must not be empty.",
        "min_length": "Must have at least {min_length} characters.",
        "max_length": "Must have at most {max_length} characters.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data.strip() if self.trim_whitespace else data


class StrictBoolean(serializers.BooleanField):
    """`true` or `false`."""

    default_error_messages: ClassVar[dict[str, Any]] = {**_REQUIRED, "invalid": "Must be true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictInteger(serializers.IntegerField):
    """A number spelt without fraction and exponent, as an int. `min_value` and `max_value` as in IntegerField."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        **_REQUIRED,
        "invalid": "Must be a whole number.",
        "min_value": "Must be at least {min_value}.",
        "max_value": "Must be at most {max_value}.",
    }

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, Number) or not data.is_integer:
            self.fail("invalid")
        return int(data.text)


class StrictNumber(serializers.FloatField):
    """A number as a finite float. `min_value` and `max_value` as in FloatField."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        **_REQUIRED,
        "invalid": "Must be a number.",
        "min_value": "Must be at least {min_value}.",
        "max_value": "Must be at most {max_value}.",
    }

    def to_internal_value(self, data: Any) -> float:
        value = float(data.text) if isinstance(data, Number) else None
        if value is None or not isfinite(value):
            self.fail("invalid")
        return value


class QueryInteger(serializers.IntegerField):
    """A whole number in a query string, such as `limit`."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        **StrictInteger.default_error_messages,
        "max_string_length": StrictInteger.default_error_messages["invalid"],
    }


class StrictChoice(serializers.ChoiceField):
    """One of the given strings."""

    default_error_messages: ClassVar[dict[str, Any]] = {**_REQUIRED, "invalid_choice": "Must be one of: {choices}."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in self.choice_strings_to_values:
            self.fail("invalid_choice", choices=", ".join(map(str, self.choices)))
        return str(self.choice_strings_to_values[data])


@extend_schema_field({"type": "string", "maxLength": 35, "example": "pt-BR"})
class LocaleField(serializers.Field[str, Any, str, Any]):
    """A locale in any spelling, as a canonical tag. With `allow_any`, `*` stands for every locale."""

    default_error_messages: ClassVar[dict[str, Any]] = {**_REQUIRED, "invalid": "Must be a string.", "unknown": "{reason}"}

    def __init__(self, *, allow_any: bool = False, **options: Any) -> None:
        self.allow_any = allow_any
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if self.allow_any and data == ANY_LOCALE:
            return data
        try:
            return canonical_locale(data)
        except UnknownLocale as exc:
            self.fail("unknown", reason=exc.reason)

    def to_representation(self, value: str) -> str:
        return value


class StrictList(serializers.ListField):
    """An array of at most `max_items` values of `child`. With `is_distinct`, two equal values (after canonicalising) are refused."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        **_REQUIRED,
        "not_a_list": "Must be an array.",
        "empty": "Must not be empty.",
        "min_length": "Must have at least {min_length} items.",
        "too_many": "Must have at most {max_items} items, not {count}.",
        "repeated": "Repeats item {first}: {value}.",
    }

    def __init__(self, *, max_items: int, min_items: int = 0, is_distinct: bool = False, **options: Any) -> None:
        self.max_items = max_items
        self.is_distinct = is_distinct
        super().__init__(**{"allow_empty": min_items == 0, "min_length": min_items or None, **options})

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        if len(data) > self.max_items:
            self.fail("too_many", max_items=self.max_items, count=len(data))
        items: list[Any] = super().to_internal_value(data)
        if self.is_distinct:
            self._refuse_repeated(items)
        return items

    def _refuse_repeated(self, items: list[Any]) -> None:
        first: dict[Any, int] = {}
        errors: Any = {
            index: [self.error_messages["repeated"].format(first=first[item], value=item)]
            for index, item in enumerate(items)
            if first.setdefault(item, index) != index
        }
        if errors:
            raise serializers.ValidationError(errors)


class StringList(StrictList):
    """An array of strings, each of `min_length` to `max_length` characters."""

    def __init__(self, *, max_items: int, max_length: int, min_length: int = 1, **options: Any) -> None:
        child = StrictString(min_length=min_length or None, max_length=max_length, allow_blank=min_length == 0)
        super().__init__(max_items=max_items, child=child, **options)


class StrictMap(serializers.DictField):
    """An object with any keys, at most `max_items`, and values of `child`."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        **_REQUIRED,
        "not_a_dict": "Must be an object.",
        "empty": "Must not be empty.",
        "too_many": "Must have at most {max_items} members.",
    }

    def __init__(self, *, max_items: int, **options: Any) -> None:
        self.max_items = max_items
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("not_a_dict", input_type=type(data).__name__)
        if len(data) > self.max_items:
            self.fail("too_many", max_items=self.max_items)
        members: dict[str, Any] = super().to_internal_value(data)
        return members


@extend_schema_field({})
class CustomerJSONField(serializers.Field[JSONValue, Any, Any, Any]):
    """Any JSON, opaque and within the limits of a payload: 20,000 strings of 50,000 characters. Its value is what `customer_json.parse` gave."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        **_REQUIRED,
        "too_many_strings": "Has more than {limit} strings.",
        "too_long": "Must have at most {limit} characters.",
    }

    def to_internal_value(self, data: Any) -> JSONValue:
        count, longest = _measure_strings(data)
        if count > MAX_STRING_LEAVES:
            self.fail("too_many_strings", limit=MAX_STRING_LEAVES)
        if longest > MAX_STRING_LENGTH:
            too_long = [path for path, text in _strings(data, ()) if len(text) > MAX_STRING_LENGTH]
            raise serializers.ValidationError(_nest(too_long[:MAX_PROBLEMS], self.error_messages["too_long"].format(limit=MAX_STRING_LENGTH)))
        return data  # type: ignore[no-any-return]  # what a parser gives is JSON

    def to_representation(self, value: JSONValue) -> JSONValue:
        return value


@extend_schema_field({"type": "object", "additionalProperties": True})
class TranslatableObject(CustomerJSONField):
    """`data`: customers' JSON whose outermost value is an object."""

    default_error_messages: ClassVar[dict[str, Any]] = {"not_an_object": "Must be an object."}

    def to_internal_value(self, data: Any) -> JSONValue:
        if not isinstance(data, dict):
            self.fail("not_an_object")
        return super().to_internal_value(data)


class StrictSerializer(serializers.Serializer[Any]):
    """An object with named members; members that it does not know are ignored."""

    default_error_messages: ClassVar[dict[str, Any]] = {**_REQUIRED, "invalid": "Must be an object."}


class RefuseUnknown(StrictSerializer):
    """An object in which a member that is not declared is a problem with its path: a typo there would cost money."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = {key: ["Unknown field."] for key in list(data) if key not in self.fields} if isinstance(data, Mapping) else {}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as exc:
            if unknown and isinstance(exc.detail, dict):
                raise serializers.ValidationError({**exc.detail, **_limited(unknown)}) from exc
            raise
        if unknown:
            raise serializers.ValidationError(_limited(unknown))
        return value


def _limited(errors: dict[str, list[str]]) -> dict[str, list[str]]:
    return dict(list(errors.items())[:MAX_PROBLEMS])


def _measure_strings(value: JSONValue) -> tuple[int, int]:
    """How many string leaves there are, and the length of the longest."""
    count = longest = 0
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            count, longest = count + 1, max(longest, len(item))
        elif isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return count, longest


def _strings(value: JSONValue, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, member in value.items():
            yield from _strings(member, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strings(item, (*path, index))


def _nest(paths: list[Path], message: str) -> Any:
    """`message` at each path, in the nested form of DRF's errors. No path is the beginning of another."""
    if paths == [()]:
        return [message]
    errors: dict[str | int, Any] = {}
    for *parents, last in paths:
        place = errors
        for part in parents:
            place = place.setdefault(part, {})
        place[last] = [message]
    return errors
