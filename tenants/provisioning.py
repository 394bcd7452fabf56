"""A new tenant, step by step: row, role, schema by replay, grants, check, ready. Each step may be repeated after a crash."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction
from django.utils.translation import gettext as _
from psycopg import sql

from tenants.grants import grant_book, make_role, role_exists, role_name_for
from tenants.migrating import current_version
from tenants.models import Domain, Tenant, TenantKind, TenantState
from tenants.owner import as_owner, execute
from tenants.postgresql.base import WallError, current_wrapper
from tenants.template import SchemaDdl, read_ddl, replay_ddl

RESERVED = frozenset({"ops", "www", "api", "sandbox", "mail", "static", "public", "template"})
Progress = Callable[[str], None]


def provision_tenant(*, slug: str, kind: str, name: str, progress: Progress = lambda _line: None) -> Tenant:
    """Make the tenant `slug` ready for use, or go on where an earlier run stopped; needs the owner's login.

    Raises ValidationError when the slug cannot be a host name, is reserved, or belongs to a tenant of another kind.
    """
    check_request(slug=slug, kind=kind, name=name)
    with as_owner():
        tenant = claim_slug(slug=slug, kind=kind, name=name)
        if tenant.state == TenantState.NEW:
            progress(_("schema"))
            make_schema(tenant)
        if tenant.state == TenantState.SCHEMA:
            progress(_("rights"))
            grant_rights(tenant)
        if tenant.state == TenantState.GRANTED:
            progress(_("check"))
            check_and_open(tenant)
        return tenant


def check_request(*, slug: str, kind: str, name: str) -> None:
    """Raise ValidationError, by field, for what no tenant can be."""
    errors: dict[str, str] = {}
    if slug != slug.lower() or "_" in slug or slug.startswith("-") or not 2 <= len(slug) <= 40:
        errors["slug"] = _("Use 2 to 40 small letters, digits and hyphens: it becomes a host name.")
    else:
        try:
            validate_slug(slug)
        except ValidationError:
            errors["slug"] = _("Use 2 to 40 small letters, digits and hyphens: it becomes a host name.")
    if slug in RESERVED:
        errors["slug"] = _("This name is kept for the platform; choose another.")
    if kind not in TenantKind.values:
        errors["kind"] = _("Choose one of: %(kinds)s.") % {"kinds": ", ".join(TenantKind.values)}
    if not name.strip():
        errors["name"] = _("Give the company's name.")
    if errors:
        raise ValidationError(errors)


def claim_slug(*, slug: str, kind: str, name: str) -> Tenant:
    """The tenant's row and host, made or found; two at once: one makes, the other finds."""
    schema = f"t_{slug.replace('-', '_')}"
    with transaction.atomic():
        with current_wrapper().cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"provision:{slug}"])
        tenant: Tenant
        tenant, _made = Tenant.objects.get_or_create(
            slug=slug,
            defaults={"kind": kind, "name": name, "schema_name": schema, "role_name": role_name_for(schema)},
        )
        if tenant.kind != kind:
            raise ValidationError(
                {"kind": _("%(slug)s exists already and is of kind %(kind)s.") % {"slug": slug, "kind": tenant.kind}}
            )
        if tenant.state in {TenantState.CLOSED, TenantState.REMOVED}:
            raise ValidationError({"slug": _("%(slug)s was closed; its name is not given again.") % {"slug": slug}})
        Domain.objects.get_or_create(
            domain=f"{slug}.{settings.BASE_DOMAIN}", defaults={"tenant": tenant, "is_primary": True}
        )
    return tenant


@contextmanager
def step_from(tenant: Tenant, state: TenantState) -> Iterator[bool]:
    """One step in one transaction under the tenant's row; False when somebody else has taken the step meanwhile."""
    with transaction.atomic():
        yield Tenant.objects.select_for_update().get(pk=tenant.pk).state == state
    tenant.refresh_from_db()


def make_schema(tenant: Tenant, ddl: SchemaDdl | None = None) -> None:
    """The role and the schema in one transaction: both stand, or neither."""
    ddl = ddl or read_ddl(settings.TENANT_TEMPLATE_SCHEMA)
    with step_from(tenant, TenantState.NEW) as is_mine:
        if is_mine:
            make_role(tenant)
            replay_ddl(ddl=ddl, schema=tenant.schema_name)
            advance(tenant, TenantState.SCHEMA, schema_version=current_version(settings.TENANT_TEMPLATE_SCHEMA))


def grant_rights(tenant: Tenant) -> None:
    """The role's rights on its schema."""
    with step_from(tenant, TenantState.SCHEMA) as is_mine:
        if is_mine:
            grant_book(schema=tenant.schema_name, role=tenant.role_name)
            advance(tenant, TenantState.GRANTED)


def check_and_open(tenant: Tenant) -> None:
    """Prove that the role reads its own book and not the core, then open the tenant."""
    with step_from(tenant, TenantState.GRANTED) as is_mine:
        if not is_mine:
            return
        wrapper = current_wrapper()
        with wrapper.cursor() as cursor:
            cursor.execute(
                "SELECT has_schema_privilege(%s, %s, 'USAGE'), has_schema_privilege(%s, 'public', 'USAGE')",
                [tenant.role_name, tenant.schema_name, tenant.role_name],
            )
            own, core = cursor.fetchone()
        if not own or core:
            raise WallError(f"{tenant.role_name} reads its own book: {own}; reads the core: {core}.")
        advance(tenant, TenantState.READY)


def advance(tenant: Tenant, state: TenantState, *, schema_version: str | None = None) -> None:
    """Write down how far it has come."""
    tenant.state = state.value
    if schema_version is not None:
        tenant.schema_version = schema_version
    Tenant.objects.filter(pk=tenant.pk).update(state=tenant.state, schema_version=tenant.schema_version)


def close_tenant(tenant: Tenant) -> None:
    """From here on no request and no command enters the tenant; twice is the same. Raises WallError if it is not ready."""
    with as_owner(), transaction.atomic():
        row = Tenant.objects.select_for_update().get(pk=tenant.pk)
        if row.state not in {TenantState.READY, TenantState.CLOSED}:
            raise WallError(f"{row.slug} is {row.state}; only a tenant that is ready can be closed.")
        advance(tenant, TenantState.CLOSED)


def drop_book(tenant: Tenant) -> None:
    """Remove a closed tenant's hosts, schema and role; its row stays, because the operator's own records point at it.

    Part of the owner's transaction in which the tenant's stream goes (docs/decisions/0015).
    """
    Domain.objects.filter(tenant=tenant).delete()
    drop_schema_and_role(tenant)
    advance(tenant, TenantState.REMOVED)


def drop_tenant(tenant: Tenant) -> None:
    """Remove a tenant that never did anything, in one transaction: row, hosts, schema and role.

    Raises ProtectedError, with nothing removed, when the core keeps records of it; `manage.py remove_tenant` is for those.
    """
    with as_owner(), transaction.atomic():
        Domain.objects.filter(tenant=tenant).delete()
        Tenant.objects.filter(pk=tenant.pk).delete()
        drop_schema_and_role(tenant)


def drop_schema_and_role(tenant: Tenant) -> None:
    """The schema with all that is in it, and the role with its grants."""
    role = sql.Identifier(tenant.role_name)
    execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(tenant.schema_name)))
    if role_exists(tenant.role_name):
        # by name: DROP OWNED asks for the role's own privileges, which the owner's login need not have
        extensions = sql.Identifier(settings.EXTENSIONS_SCHEMA)
        execute(sql.SQL("REVOKE ALL ON SCHEMA {} FROM {}").format(extensions, role))
        execute(sql.SQL("DROP ROLE {}").format(role))
