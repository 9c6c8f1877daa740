"""The one password of the review page: from the environment, compared with argon2. Acts: reads it.

It is never written down by us, in no file and no log. The variable holds the password, or better
its argon2 hash, which `aggregator hash-password` makes.
"""

import os
from collections.abc import Mapping
from typing import Final, Self

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from aggregator.errors import AggregatorError

VARIABLE: Final = "AGGREGATOR_REVIEW_PASSWORD"
SHORTEST: Final = 12  # characters
LONGEST: Final = 1000
_MARK: Final = "$argon2"

_HASHER: Final = PasswordHasher()  # RFC 9106's second recommendation, argon2id with 64 MiB


class ReviewError(AggregatorError):
    """The review page cannot be opened as it is configured."""


class Password:
    """Knows the right password only as its hash."""

    def __init__(self, hash_of_it: str) -> None:
        self._hash = hash_of_it

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read it.

        Raises:
            ReviewError: it is not there, too short, or a hash that is none.
        """
        written = environment.get(VARIABLE, "")
        if not written:
            raise ReviewError(
                f"`review:` in feeds.yaml opens the review page, and the environment has no "
                f"{VARIABLE}; set it to a password of {SHORTEST} characters or more, or to what "
                f"`aggregator hash-password` prints, or take `review:` out"
            )
        if written.startswith(_MARK):
            try:
                _HASHER.check_needs_rehash(written)
            except InvalidHashError as error:
                raise ReviewError(
                    f"{VARIABLE} begins like an argon2 hash and is none; put it in single quotes "
                    "where a shell reads it (it has dollar signs), or make it again with "
                    "`aggregator hash-password`"
                ) from error
            return cls(written)
        return cls(hashed(written))

    def is_right(self, written: str) -> bool:
        """Compare; takes some hundredths of a second, whatever is written."""
        try:
            return _HASHER.verify(self._hash, written[:LONGEST])
        except VerificationError:
            return False


def hashed(password: str) -> str:
    """Return the argon2 hash of a password.

    Raises:
        ReviewError: it is too short, or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise ReviewError(
            f"the review password has {len(password)} characters; {SHORTEST} to {LONGEST} are "
            "wanted, such as four words of your choice"
        )
    return _HASHER.hash(password)
