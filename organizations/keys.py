"""What an API key looks like: `ilk_`, 32 random characters (160 bits), 7 characters of checksum.

The checksum lets a mistyped or truncated key, or any other text in the header, be refused without asking the database. Only the SHA-256 of the text
is stored: 160 random bits need neither salt nor a slow hash.
"""

import hashlib
import re
import secrets
import zlib

from foundation.ids import ALPHABET

PREFIX = "ilk_"
RANDOM_LENGTH = 32
CHECKSUM_LENGTH = 7  # of 5 bits each, for the 32 of a CRC
HINT_LENGTH = len(PREFIX) + 6

_SHAPE = re.compile(f"{PREFIX}[{ALPHABET}]{{{RANDOM_LENGTH + CHECKSUM_LENGTH}}}")


def make_key() -> tuple[str, str, str]:
    """A new key: its text (to be shown once), its digest (to be stored), and its hint (its first characters, to tell keys apart)."""
    body = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    text = body + _checksum(body)
    return text, digest_of(text), text[:HINT_LENGTH]


def is_well_formed(text: str) -> bool:
    """Whether `make_key` could have made this text."""
    return _SHAPE.fullmatch(text) is not None and _checksum(text[:-CHECKSUM_LENGTH]) == text[-CHECKSUM_LENGTH:]


def digest_of(text: str) -> str:
    """SHA-256, 64 hexadecimal characters."""
    return hashlib.sha256(text.encode()).hexdigest()


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    return "".join(ALPHABET[number >> shift & 31] for shift in range((CHECKSUM_LENGTH - 1) * 5, -1, -5))
