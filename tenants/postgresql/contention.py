"""When PostgreSQL refuses because somebody else is at the same rows: nothing was done, and the same may be tried again."""

from django.db import DatabaseError
from psycopg import errors

CONTENDED = (
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.QueryCanceled,
)


def is_contended(error: BaseException | None) -> bool:
    """Whether a database error says no more than that somebody else was faster."""
    return isinstance(error, DatabaseError) and isinstance(error.__cause__, CONTENDED)
