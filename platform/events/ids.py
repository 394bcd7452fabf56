"""Keys and public ids: UUIDv7 made in Python; outside, a prefix and the UUID in Crockford base 32."""

from uuid import UUID

import uuid_utils.compat as uuid_utils

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUES = {letter: value for value, letter in enumerate(ALPHABET)}
LENGTH = 26
PAIRS = [a + b for a in ALPHABET for b in ALPHABET]


class BadId(ValueError):
    """Not a public id of the expected kind."""


def new_id() -> UUID:
    """A new UUIDv7: keys made one after another sort in that order."""
    return uuid_utils.uuid7()


def public_id(prefix: str, key: UUID) -> str:
    """`ord_01J…`: the prefix and 26 letters of Crockford base 32."""
    number = key.int
    return f"{prefix}_" + "".join([PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])


def read_public_id(prefix: str, text: str) -> UUID:
    """The UUID behind a public id; raises BadId for another prefix, length or letter. Small letters are accepted."""
    head, _, tail = text.partition("_")
    letters = tail.upper().replace("O", "0").replace("I", "1").replace("L", "1")
    if head != prefix or len(letters) != LENGTH:
        raise BadId(text)
    number = 0
    for letter in letters:
        if letter not in VALUES:
            raise BadId(text)
        number = number << 5 | VALUES[letter]
    if number >> 128:
        raise BadId(text)
    return UUID(int=number)
