"""Time-ordered ids with a prefix that tells what they name, and the model field that holds one.

Every row that the wire shows has one. An id is `<prefix>_` and 19 characters of lower-case Crockford base32: a 44-bit millisecond clock, then
51 random bits. Its characters sort alike under every collation, so id order is time order and inserts stay local in the index.
"""

import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 19
RANDOM_BITS = 51


def new_id(prefix: str) -> str:
    """A new id, such as `ljb_01k8…`. Ids made in one millisecond by one process have no order among each other."""
    number = (time.time_ns() // 1_000_000) << RANDOM_BITS | secrets.randbits(RANDOM_BITS)
    return f"{prefix}_{_encode(number)}"


def new_ids(prefix: str, count: int) -> list[str]:
    """`count` new ids in rising order, so that rows made together are read back in the order they were made."""
    clock = (time.time_ns() // 1_000_000) << RANDOM_BITS
    numbers: set[int] = set()
    while len(numbers) < count:
        numbers.add(clock | secrets.randbits(RANDOM_BITS))
    return [f"{prefix}_{_encode(number)}" for number in sorted(numbers)]


def id_at(prefix: str, moment: datetime) -> str:
    """The least id that can be made at `moment` or later: a bound for a range along an index. `moment` is after 1970."""
    return f"{prefix}_{_encode(int(moment.timestamp() * 1000) << RANDOM_BITS)}"


def made_at(key: str) -> datetime:
    """When an id of any prefix was made, in UTC, to the millisecond."""
    number = 0
    for character in key.rpartition("_")[2]:
        number = number << 5 | ALPHABET.index(character)
    return datetime.fromtimestamp((number >> RANDOM_BITS) / 1000, UTC)


def _encode(number: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range((LENGTH - 1) * 5, -1, -5))


class PrefixedIdField(models.CharField[str, str]):
    """A primary key made by `new_id(prefix)`, or with `primary_key=False` a column that names such a row without a constraint.

    PostgreSQL's column type is spelt out because Django adds a second, `LIKE`, index to every key whose type starts with `varchar`.
    """

    def __init__(self, prefix: str, **options: Any) -> None:
        self.prefix = prefix
        options.setdefault("primary_key", True)
        if options["primary_key"]:
            options.setdefault("editable", False)
        options["max_length"] = len(prefix) + 1 + LENGTH
        super().__init__(**options)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, options = super().deconstruct()
        del options["max_length"]
        options["prefix"] = self.prefix
        options["primary_key"] = self.primary_key
        return name, path, args, options

    def get_default(self) -> Any:
        return new_id(self.prefix) if self.primary_key else super().get_default()

    def has_default(self) -> bool:
        return self.primary_key or super().has_default()

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return f"character varying({self.max_length})"


def is_id(text: str, prefix: str) -> bool:
    """Whether `text` could name a row of that kind: asked before a query, which some texts (a NUL) would break."""
    return len(text) == len(prefix) + 1 + LENGTH and text.startswith(f"{prefix}_") and set(text[len(prefix) + 1 :]) <= set(ALPHABET)
