"""From inside a tenant PostgreSQL itself refuses whatever is not the tenant's own."""

import pytest
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from events.book.models import Entry
from tenants.context import tenant_context
from tenants.grants import grant_core
from tenants.models import Tenant
from tenants.owner import as_owner, execute
from tests.tenants.places import refused, run_sql

UNDEFINED = "42P01"
FUNCTION = """
CREATE FUNCTION public.peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public
AS 'SELECT count(*) FROM tenants_tenant'
"""


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM {pacific}.events_book_entry",
        "SELECT count(*) FROM {acme}.events_book_entry JOIN {pacific}.events_book_entry USING (seq)",
        "INSERT INTO {pacific}.events_book_entry SELECT * FROM {acme}.events_book_entry",
        "UPDATE {pacific}.events_book_entry SET type = 'x'",
        "DELETE FROM {pacific}.events_book_entry",
        "TRUNCATE {pacific}.events_book_entry",
        "COPY {pacific}.events_book_entry TO STDOUT",
        "LOCK TABLE {pacific}.events_book_entry",
        "SELECT last_value FROM {pacific}.django_migrations_id_seq",
        "SET LOCAL search_path = {pacific}; SELECT * FROM {pacific}.events_book_entry",
        "WITH gone AS (DELETE FROM {pacific}.events_book_entry RETURNING *) SELECT * FROM gone",
        "EXPLAIN ANALYZE SELECT * FROM {pacific}.events_book_entry",
        "CREATE VIEW {acme}.window AS SELECT * FROM {pacific}.events_book_entry",
    ],
)
def test_another_tenants_schema_is_refused(statement: str, acme: Tenant, pacific: Tenant) -> None:
    with tenant_context(acme), refused(), transaction.atomic():
        run_sql(statement, acme=acme, pacific=pacific)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM public.tenants_tenant",
        "SELECT * FROM public.events_event",
        "SELECT * FROM public.people_user",
        "SELECT * FROM public.django_session",
        "INSERT INTO public.events_stream (tenant_id, last_seq, last_hash) VALUES (gen_random_uuid(), 0, '')",
        "UPDATE public.tenants_tenant SET name = 'x'",
        "COPY public.people_user TO STDOUT",
        "SELECT nextval('public.django_migrations_id_seq')",
        "CREATE TABLE public.mine (id int)",
        "SELECT * FROM tenant_template.events_book_entry",
    ],
)
def test_the_core_is_refused(statement: str, acme: Tenant) -> None:
    with tenant_context(acme), refused(), transaction.atomic():
        run_sql(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["events_event", "tenants_tenant", "people_user", "django_session"])
def test_the_core_is_not_even_in_the_path(table: str, acme: Tenant) -> None:
    with tenant_context(acme), refused(UNDEFINED), transaction.atomic():
        run_sql(f"SELECT * FROM {table}")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TEMPORARY TABLE loot AS SELECT * FROM events_book_entry",
        "CREATE TEMPORARY TABLE loot (id int) ON COMMIT PRESERVE ROWS",
        "CREATE TEMPORARY VIEW loot AS SELECT 1",
        "SELECT 1 AS id INTO TEMPORARY loot",
        "CREATE TABLE loot (id int)",
        "CREATE FUNCTION loot() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA loot",
        "ALTER TABLE events_book_entry DISABLE TRIGGER USER",
        "DROP TABLE events_book_entry",
        "TRUNCATE events_book_entry",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY events_book_entry TO PROGRAM 'cat'",
    ],
)
def test_nothing_can_be_made_or_left_behind(statement: str, acme: Tenant) -> None:
    with tenant_context(acme), refused(), transaction.atomic():
        run_sql(statement)


@pytest.mark.django_db
def test_the_application_makes_no_temporary_table_in_the_core_either() -> None:
    with refused(), transaction.atomic():
        run_sql("CREATE TEMPORARY TABLE loot (id int)")


@pytest.mark.django_db
def test_the_log_of_a_book_is_append_only(acme: Tenant) -> None:
    for statement in ("UPDATE events_book_entry SET type = 'x'", "DELETE FROM events_book_entry"):
        with tenant_context(acme), refused(), transaction.atomic():
            run_sql(statement)


@pytest.mark.django_db
def test_a_book_is_out_of_reach_without_a_tenant(acme: Tenant) -> None:
    """The application's login is a member of every tenant's role, but inherits nothing of them."""
    with refused(), transaction.atomic():
        run_sql("SELECT * FROM {acme}.events_book_entry", acme=acme)
    with refused(UNDEFINED), transaction.atomic():
        Entry.objects.count()


@pytest.fixture
def function_of_public(own_db: str) -> None:
    """A function that a migration left in public, with the owner's rights, after the grants were made."""
    with as_owner():
        execute(FUNCTION)


def test_a_function_of_public_is_refused(function_of_public: None, acme: Tenant) -> None:
    with as_owner():
        assert run_sql("SELECT public.peek()") == [(2,)]
    with tenant_context(acme):
        for call in ("SELECT public.peek()", "SELECT * FROM public.refuse_change()"):
            with refused(), transaction.atomic():
                run_sql(call)
        with refused("42883"), transaction.atomic():
            run_sql("SELECT peek()")
    assert not granted_to_public("peek")


def granted_to_public(function: str) -> bool:
    """Whether everybody may call it, would they come by the schema."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proacl IS NULL OR EXISTS (SELECT 1 FROM aclexplode(proacl) WHERE grantee = 0) FROM pg_proc"
            " WHERE proname = %s",
            [function],
        )
        return bool(cursor.fetchone()[0])


LEAKS = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', %(own)s) AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
AND (has_table_privilege(%(role)s, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
     OR has_any_column_privilege(%(role)s, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
UNION ALL
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', %(own)s) AND c.relkind = 'S'
AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(%(role)s, c.oid, 'USAGE, SELECT, UPDATE') END
UNION ALL
SELECT n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'extensions') AND has_function_privilege(%(role)s, p.oid, 'EXECUTE')
UNION ALL
SELECT nspname || ' (usage)' FROM pg_namespace
WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'extensions', %(own)s) AND has_schema_privilege(%(role)s, oid, 'USAGE')
UNION ALL
SELECT nspname || ' (create)' FROM pg_namespace WHERE has_schema_privilege(%(role)s, oid, 'CREATE')
UNION ALL
SELECT datname || ' (database)' FROM pg_database
WHERE datname = current_database() AND has_database_privilege(%(role)s, oid, 'CREATE, TEMPORARY, CONNECT')
"""


@pytest.mark.django_db
def test_a_tenants_role_has_its_own_schema_and_the_extensions_and_nothing_else(acme: Tenant, pacific: Tenant) -> None:
    for tenant in (acme, pacific):
        with connection.cursor() as cursor:
            cursor.execute(LEAKS, {"role": tenant.role_name, "own": tenant.schema_name})
            assert cursor.fetchall() == []
            cursor.execute(
                "SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = %s",
                [tenant.role_name],
            )
            assert cursor.fetchone() == (False,) * 5


@pytest.mark.django_db
def test_the_applications_login_makes_nothing_and_inherits_nothing() -> None:
    login = settings.DATABASES["default"]["USER"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolinherit FROM pg_roles WHERE rolname = %s", [login]
        )
        assert cursor.fetchone() == (False,) * 4
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(%s, oid, 'CREATE') AND nspname !~ '^pg_temp'",
            [login],
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT has_database_privilege(%s, current_database(), 'CREATE, TEMPORARY')", [login])
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT tableowner FROM pg_tables WHERE tableowner = %s", [login])
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_public_has_nothing(acme: Tenant) -> None:
    """What everybody may do, a tenant's role may do."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace"
            " AND (p.proacl IS NULL OR EXISTS (SELECT 1 FROM aclexplode(p.proacl) a WHERE a.grantee = 0))"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT a.privilege_type FROM pg_database d, aclexplode(d.datacl) a"
            " WHERE d.datname = current_database() AND a.grantee = 0"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT n.nspname, a.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) a"
            " WHERE a.grantee = 0 AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        )
        assert cursor.fetchall() == []


def test_grants_are_put_right_again(own_db: str) -> None:
    """Whatever somebody granted by hand on the core is gone after the next migration."""
    login = settings.DATABASES["default"]["USER"]
    with as_owner():
        execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
        execute(f"GRANT DELETE ON public.events_fact TO {quoted(login)}")
        execute(FUNCTION)
        execute("GRANT EXECUTE ON FUNCTION public.peek() TO PUBLIC")
        grant_core()
    assert not granted_to_public("peek")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, 'events_fact', 'DELETE'), has_table_privilege(%s, 'events_fact', 'INSERT')",
            [login, login],
        )
        assert cursor.fetchone() == (False, True)
        cursor.execute("SELECT 1 FROM pg_namespace, aclexplode(nspacl) WHERE nspname = 'public' AND grantee = 0")
        assert cursor.fetchall() == []


def quoted(name: str) -> str:
    return sql.Identifier(name).as_string(None)
