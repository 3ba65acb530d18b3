"""Secrets at rest: text that is encrypted in its column and clear only in memory.

`ENCRYPTION_KEYS` lists Fernet keys, newest first: the first encrypts, all decrypt, so a key is rotated by putting a new one in front.
"""

from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


class EncryptedTextField(models.TextField[str, str]):
    """A text column whose stored value is a Fernet token. It cannot be filtered by value. Raises `InvalidToken` when no key fits."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else _box().encrypt(str(value).encode()).decode("ascii")

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        return None if value is None else _box().decrypt(value.encode("ascii")).decode()
