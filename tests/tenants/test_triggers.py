"""What the core checks at COMMIT runs while a tenant's role and path are still current; so it must not need the core's."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tenants.context import core_context, tenant_context
from tenants.models import Domain, Tenant
from tenants.owner import as_owner, execute
from tests.tenants.places import run_sql, stand, stand_of

CHECK = """
CREATE TABLE public.pot (id int PRIMARY KEY, litres int NOT NULL);
CREATE TABLE public.pot_log (says text NOT NULL, role text NOT NULL, path text NOT NULL);
CREATE FUNCTION public.pot_is_not_empty() RETURNS trigger LANGUAGE plpgsql {security} AS $$
DECLARE found int;
BEGIN
    SELECT litres INTO found FROM pot WHERE id = NEW.id;
    INSERT INTO pot_log VALUES ('checked', current_setting('role'), current_schema);
    IF found < 1 THEN RAISE EXCEPTION 'the pot is empty' USING ERRCODE = 'check_violation'; END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER pot_is_not_empty AFTER INSERT OR UPDATE ON public.pot
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.pot_is_not_empty();
GRANT SELECT, INSERT, UPDATE ON public.pot, public.pot_log TO {login}
"""
DEFINER = "SECURITY DEFINER SET search_path = public, pg_temp"


def make_check(security: str) -> None:
    login = run_sql("SELECT quote_ident(current_user)")[0][0]
    with as_owner():
        execute(CHECK.format(security=security, login=login))


def fill_from_inside(tenant: Tenant, litres: int) -> None:
    """A desk's row is written from within a stay; the tenant is the last place, so COMMIT finds it current."""
    with tenant_context(tenant):
        with core_context():
            run_sql(f"INSERT INTO pot VALUES (1, {litres})")
        run_sql("SELECT 1")
        assert stand() == stand_of(tenant)


def test_a_deferred_check_of_the_core_fires_at_commit_with_a_tenant_current(own_db: str, acme: Tenant) -> None:
    make_check(DEFINER)
    fill_from_inside(acme, 3)
    assert run_sql("SELECT says, role, path FROM pot_log") == [("checked", acme.role_name, "public")]
    with pytest.raises(IntegrityError, match="the pot is empty"), transaction.atomic():  # noqa: PT012
        with core_context():
            run_sql("UPDATE pot SET litres = 0")
        with tenant_context(acme):
            pass
    assert run_sql("SELECT litres FROM pot") == [(3,)]
    assert stand() == stand_of(None)


def test_without_the_definers_rights_it_would_fail(own_db: str, acme: Tenant) -> None:
    make_check("")
    with pytest.raises(DatabaseError, match='relation "pot" does not exist'):
        fill_from_inside(acme, 3)


def test_deferred_foreign_keys_of_the_core_hold_at_commit_with_a_tenant_current(
    own_db: str, acme: Tenant, pacific: Tenant
) -> None:
    with tenant_context(acme), core_context():
        Domain.objects.create(tenant=pacific, domain="other.example", is_primary=False)
    missing = "00000000-0000-0000-0000-000000000000"
    with pytest.raises(IntegrityError, match="violates foreign key"), tenant_context(acme), core_context():
        Domain.objects.bulk_create([Domain(tenant_id=missing, domain="nobody.example", is_primary=False)])
    assert set(Domain.objects.filter(domain__endswith=".example").values_list("domain", flat=True)) == {"other.example"}


@pytest.mark.django_db
def test_every_trigger_function_of_the_core_has_its_definers_rights_and_a_fixed_path() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT p.proname, p.prosecdef, coalesce(array_to_string(p.proconfig, ','), '')"
            " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal"
        )
        found = cursor.fetchall()
    assert found
    for name, is_definer, settings in found:
        assert is_definer and "search_path=" in settings, name
