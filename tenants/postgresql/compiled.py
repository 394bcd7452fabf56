"""Queries whose SQL is written once a process.

Django writes a queryset's SQL anew each time it runs. A page that is asked for every few seconds spends more on that than the
database does on its answer. `compile_once` builds the queryset once, with a slot for each value that differs from time to
time, keeps the text, and runs it as any cursor does: parameters stay parameters.

    @compile_once(now=DateTimeField())
    def on_shift(now: Any) -> QuerySet[Shift, Any]:
        return Shift.objects.filter(starts_at__lte=now, ends_at__gt=now).values_list("agent_id", "agent__name")

    for row in on_shift(now=clock.now()):
        row.agent__name

What is no slot is fixed for good: nothing in such a queryset may look at the time, the language, the zone or the tenant.
"""

from collections import namedtuple
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Expression, Field, QuerySet

Build = Callable[..., QuerySet[Any, Any]]


class Slot(Expression):
    """Stands in a queryset for a value that is known when it runs."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, Any]:
        """Itself as the parameter, until there is a value."""
        return "%s", [self]


class Compiled:
    """A queryset of `values_list`, whose SQL is kept; called with the values of its slots it gives its rows."""

    def __init__(self, build: Build, slots: "dict[str, Field[Any, Any]]") -> None:
        self.build, self.slots = build, slots
        self.__doc__, self.__name__ = build.__doc__, build.__name__

    @cached_property
    def queryset(self) -> QuerySet[Any, Any]:
        """With its slots."""
        return self.build(**{name: Slot(name, field) for name, field in self.slots.items()})

    @cached_property
    def statement(self) -> tuple[str, tuple[Any, ...]]:
        """The text, and its parameters with the slots among them."""
        sql, parameters = self.queryset.query.sql_with_params()
        return sql, tuple(parameters)

    @cached_property
    def row(self) -> Callable[[Any], Any]:
        """Makes a row, with the names of the columns."""
        query = self.queryset.query
        names = [*query.extra_select, *query.values_select, *query.annotation_select]
        if not names:
            raise TypeError(f"{self.__name__} must name its columns with values_list.")
        row: Any = namedtuple("Row", names)  # type: ignore[misc]
        make: Callable[[Any], Any] = row._make
        return make

    def __call__(self, **values: Any) -> list[Any]:
        """The rows. Raises TypeError when a slot is left empty or has no place."""
        if values.keys() != self.slots.keys():
            raise TypeError(f"{self.__name__} takes {', '.join(self.slots) or 'nothing'}.")
        sql, parameters = self.statement
        filled = [values[each.name] if isinstance(each, Slot) else each for each in parameters]
        with connection.cursor() as cursor:
            cursor.execute(sql, filled)
            return [self.row(found) for found in cursor.fetchall()]


def compile_once(**slots: "Field[Any, Any]") -> Callable[[Build], Compiled]:
    """A decorator for a function that builds a queryset of `values_list` from slots of these names and kinds."""
    return lambda build: Compiled(build, slots)
