"""A tenant is entered only inside a transaction, and the entry is local to it.

django-tenants sets `search_path` for the session, so a pooled or proxied connection carries it to the next user. Here path *and
role* are set with `set_config(…, is_local => true)` in one round trip: commit or rollback ends them, whatever Python forgot.
The tenant's role has rights on its own schema alone, so even raw SQL cannot reach another's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from django.conf import settings
from django.db import connections
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from django_tenants.postgresql_backend.base import DatabaseWrapper as DjangoTenantsWrapper
from django_tenants.postgresql_backend.base import FakeTenant
from psycopg import ServerCursor, sql
from psycopg.pq import TransactionStatus


class WallError(RuntimeError):
    """The wall was asked for something it never does; always a programming error."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a connection stands: a schema and the role that may touch it (None: the login itself)."""

    schema: str
    role: str | None

    @property
    def search_path(self) -> str:
        """The path of this place, quoted for set_config; core and extensions have fixed names."""
        return f'"{self.schema}", "{settings.EXTENSIONS_SCHEMA}"'


CORE = Place(schema="public", role=None)
ENTER = "SELECT set_config('search_path', %s, true), set_config('role', %s, true)"


@dataclass(slots=True)
class Block:
    """One stay in a tenant; it may hold one outermost command (counters are locked once, after the desks)."""

    has_run_command: bool = False


class PlacedCursor(CursorWrapper):
    """A cursor that refuses to run when its connection has since moved to another place."""

    db: "DatabaseWrapper"

    def __init__(self, cursor: Any, db: "DatabaseWrapper") -> None:
        super().__init__(cursor, db)
        self.__dict__["place"] = db.wanted

    def require_place(self) -> None:
        """Raise WallError unless the connection still stands where this cursor was opened.

        A stay elsewhere may have ended, or a savepoint been rolled back, since: then the place is sent anew.
        """
        place: Place = self.__dict__["place"]
        if place != self.db.wanted:
            raise WallError(
                f"This cursor was opened in {place.schema}; the connection is now in {self.db.wanted.schema}."
            )
        self.db.send_place()

    def execute(self, sql: Any, params: Any = None) -> Any:
        self.require_place()
        return super().execute(sql, params)

    def executemany(self, sql: Any, param_list: Any) -> Any:
        self.require_place()
        return super().executemany(sql, param_list)

    def callproc(self, procname: str, params: Any = None, kparams: Any = None) -> Any:
        self.require_place()
        return super().callproc(procname, params, kparams)

    def copy(self, statement: Any) -> Any:
        """psycopg's COPY, under the same rule; whoever watches statements (a question, a test) sees it too."""
        self.require_place()
        for watch in self.db.execute_wrappers:
            watch(lambda *_args: None, str(statement), None, False, {"connection": self.db, "cursor": self})
        return self.cursor.copy(statement)


class PlacedServerCursor(PlacedCursor):
    """A server-side cursor asks the database for every page, so reading from it obeys the same rule."""

    def __iter__(self) -> Iterator[Any]:
        for row in super().__iter__():
            self.require_place()
            yield row

    def fetchone(self) -> Any:
        self.require_place()
        return self.__getattr__("fetchone")()

    def fetchmany(self, size: int = 0) -> Any:
        self.require_place()
        return self.__getattr__("fetchmany")(size)

    def fetchall(self) -> Any:
        self.require_place()
        return self.__getattr__("fetchall")()


class PlacedDebugCursor(CursorDebugWrapper, PlacedCursor):
    """The same for DEBUG and for tests that count queries."""


class DatabaseWrapper(DjangoTenantsWrapper):
    """Keeps the place that is wanted and the place last sent, and makes them agree before any statement."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.wanted: Place = CORE
        self.block: Block | None = None
        self._home: Place = CORE  # where the session stands outside transactions; only a migration moves it
        self._sent: Place | None = CORE  # None: unknown, so it is sent again
        super().__init__(*args, **kwargs)

    # --- moving ---------------------------------------------------------------------------------------------------
    def move_to(self, place: Place, *, at_once: bool = True) -> None:
        """Stand in `place` from the next statement on; `at_once` sends it now, so that a refusal shows here."""
        if place != CORE and not self.in_atomic_block:
            raise WallError(f"{place.schema} can be entered only inside a transaction.")
        self._want(place)
        if at_once:
            self.ensure_connection()
            self.send_place()

    def forget_place(self) -> None:
        """The database may have reverted what was sent: send it again before the next statement."""
        self._sent = None

    @property
    def is_broken(self) -> bool:
        """Whether the current transaction can only be rolled back."""
        raw = self.connection
        return raw is not None and raw.info.transaction_status == TransactionStatus.INERROR

    def _want(self, place: Place) -> None:
        self.wanted = place
        self.schema_name = place.schema  # django-tenants' router reads it
        self.tenant = FakeTenant(schema_name=place.schema)

    def send_place(self) -> None:
        """Make the database stand where the code does; nothing is sent when it does already."""
        if self._sent == self.wanted:
            return
        if not self.in_atomic_block:
            if self.wanted != self._home:
                raise WallError(f"{self.wanted.schema} is wanted outside a transaction.")
            self._sent = self._home  # nothing local outlives its transaction
            return
        if self.is_broken:
            return  # only a rollback may follow; anything else would hide the first error
        with self.wrap_database_errors:
            self.connection.execute(ENTER, [self.wanted.search_path, self.wanted.role or "none"])
        self._sent = self.wanted

    # --- what Django calls ----------------------------------------------------------------------------------------
    def _handle_search_path(self, cursor: Any = None) -> None:
        del cursor
        self.send_place()

    def connect(self) -> None:
        # a connection that was lost or closed inside a transaction took its place with it
        self._home = self._sent = CORE
        super().connect()

    def make_cursor(self, cursor: Any) -> PlacedCursor:
        return (PlacedServerCursor if isinstance(cursor, ServerCursor) else PlacedCursor)(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> PlacedDebugCursor:
        return PlacedDebugCursor(cursor, self)

    def _commit(self) -> Any:
        try:
            return super()._commit()
        finally:
            self._sent = self._home

    def _rollback(self) -> Any:
        try:
            return super()._rollback()
        finally:
            self._sent = self._home

    def savepoint_rollback(self, sid: str) -> None:
        try:
            super().savepoint_rollback(sid)
        finally:
            self.forget_place()

    def close(self) -> None:
        super().close()
        if not self.in_atomic_block:
            self._home = self._sent = CORE
            self._want(CORE)

    def _configure_connection(self, connection: Any) -> bool:
        """Once for every new server connection: the core's path and the limits that no request may exceed."""
        super()._configure_connection(connection)
        wanted = {"search_path": CORE.search_path, **self.settings_dict.get("LIMITS", settings.DATABASE_LIMITS)}
        parts = sql.SQL(", ").join(
            sql.SQL("set_config({}, {}, false)").format(sql.Literal(name), sql.Literal(value))
            for name, value in wanted.items()
        )
        connection.execute(sql.SQL("SELECT ") + parts)
        return True  # commit them: a later rollback must not take them back

    # --- django-tenants' ways in, closed --------------------------------------------------------------------------
    def set_schema_to_public(self) -> None:
        self._want(CORE)

    def set_tenant(self, tenant: Any, include_public: bool = True) -> NoReturn:
        raise WallError("A tenant is entered by tenants.context.tenant_context alone.")

    def set_schema(self, schema_name: str, include_public: bool = True, tenant_type: Any = None) -> NoReturn:
        raise WallError("A schema is entered by tenants.context.tenant_context alone.")

    # --- the owner's way in ---------------------------------------------------------------------------------------
    def stand_in_for_migration(self, schema: str) -> None:
        """Session-wide, for the owner's login alone: Django's migrations open transactions of their own."""
        if not self.settings_dict.get("IS_OWNER"):
            raise WallError("Only the owner's login migrates.")
        place = Place(schema=schema, role=None)
        self._want(place)
        self.ensure_connection()
        self.connection.execute("SELECT set_config('search_path', %s, false)", [place.search_path])
        self._home = self._sent = place


def current_wrapper() -> DatabaseWrapper:
    """This thread's connection, as the wall knows it."""
    wrapper = connections["default"]
    assert isinstance(wrapper, DatabaseWrapper)
    return wrapper
