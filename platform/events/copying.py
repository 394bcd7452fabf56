"""The one helper of bulk writes: COPY rows into a model's table."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql

_statements: dict[tuple[str, tuple[str, ...]], str] = {}


def copy_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY `rows` (values in the order of `fields`, as psycopg adapts them; JSON as text) into the table of `model`.

    Constraints hold as for INSERT; defaults of Python and auto_now do not apply. Returns how many rows were written.
    """
    statement = copy_statement(model, tuple(fields))
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def copy_statement(model: type[models.Model], fields: tuple[str, ...]) -> str:
    """COPY … FROM STDIN for these fields; the table is found by the connection's path."""
    key = (model._meta.db_table, fields)
    if key not in _statements:
        columns = sql.SQL(", ").join([sql.Identifier(column_of(model, name)) for name in fields])
        text = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), columns)
        _statements[key] = text.as_string(None)
    return _statements[key]


def column_of(model: type[models.Model], name: str) -> str:
    """The database column of a field."""
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]
