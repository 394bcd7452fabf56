"""When PostgreSQL refuses for no fault of ours: somebody else is at the same rows, or a text holds what none can keep."""

from django.db import DatabaseError
from psycopg import DataError as PsycopgDataError
from psycopg import errors

CONTENDED = (
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.QueryCanceled,
)

UNKEEPABLE = (errors.UntranslatableCharacter, errors.CharacterNotInRepertoire)


def is_contended(error: BaseException | None) -> bool:
    """Whether a database error says no more than that somebody else was faster."""
    return isinstance(error, DatabaseError) and isinstance(error.__cause__, CONTENDED)


def is_unkeepable(error: BaseException | None) -> bool:
    """Whether a text with a NUL was to be kept or looked for."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else error  # a COPY raises the driver's own
    return isinstance(cause, UNKEEPABLE) or (isinstance(cause, PsycopgDataError) and "NUL (0x00)" in str(cause))
