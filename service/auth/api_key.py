"""What an API key looks like, and what is kept of it. Pure.

pgk_Fs3kQ9Zt_0yN4f…   43 characters: 32 random bytes in base64url (RFC 4648, 5)
└── prefix ┘          the visible part: by it people tell keys apart, and a key is found
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string

MARK = "pgk_"
"""What every key begins with, so that one that leaked is found by those who look for such."""
PREFIX_LENGTH = len(MARK) + 8
_ALPHABET = string.ascii_letters + string.digits  # no - and no _: a double click is to select all of it
_KEY = re.compile(r"pgk_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}", re.ASCII)


def new_key() -> str:
    """A key that nobody has."""
    visible = "".join(secrets.choice(_ALPHABET) for _ in range(PREFIX_LENGTH - len(MARK)))
    return f"{MARK}{visible}_{secrets.token_urlsafe(32)}"


def is_key(text: str) -> bool:
    """Whether it has the form of a whole key."""
    return _KEY.fullmatch(text) is not None


def prefix_of(text: str) -> str:
    """The visible part."""
    return text[:PREFIX_LENGTH]


def digest_of(text: str) -> bytes:
    """SHA-256 of the whole key, which is all that is stored of it.

    A slow hash (scrypt, Argon2) is for secrets that can be guessed. These are 256 random bits: there is nothing to try
    first, whatever a try costs, and each request would pay for it.
    """
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
