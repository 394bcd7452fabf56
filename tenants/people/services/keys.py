"""Keys of partner systems, made and ended on record."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from events.commands import command, record, tell
from events.ids import public_id
from tenants.actors import Actor
from tenants.models import Tenant
from tenants.people import keys
from tenants.people.access import require_manager
from tenants.people.events import ApiKeyEnded, ApiKeyIssued, KeyIssued, KeyRevoked
from tenants.people.models import ApiKey


@command
def issue_key(
    *,
    tenant: Tenant,
    name: str,
    scopes: Iterable[str],
    days: int | None,
    actor: Actor,
    now: datetime,
    approve_up_to_fen: int | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; returns its row and its text, which is never shown again.

    A person gives each live key a name of its own, so that a form sent twice makes one. Raises ValidationError by field.
    """
    require_manager(actor=actor, tenant=tenant)
    if actor.kind == "user":
        require_new_name(tenant=tenant, name=name, now=now)
    row, text = keys.issue_api_key(
        tenant=tenant, name=name, scopes=scopes, now=now, days=days, created_by=actor.name,
        approve_up_to_fen=approve_up_to_fen,
    )  # fmt: skip
    subject = public_id("key", row.pk)
    fact = record(
        ApiKeyIssued(
            subject=subject,
            tenant=tenant.slug,
            name=row.name,
            prefix=row.prefix,
            scopes=row.scopes,
            expires_at=row.expires_at,
            approve_up_to_fen=approve_up_to_fen,
        )
    )
    event = KeyIssued(
        subject=subject, name=row.name, prefix=row.prefix, scopes=row.scopes, expires_at=row.expires_at,
        approve_up_to_fen=approve_up_to_fen,
    )  # fmt: skip
    tell(tenant.pk, event, because=fact)
    return row, text


def require_new_name(*, tenant: Tenant, name: str, now: datetime) -> None:
    """Raise ValidationError when a live key of the tenant has this name; whoever asks at the same time waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [f"{tenant.pk} {name}"])
    live = ApiKey.objects.for_tenant(tenant).filter(name=name, revoked_at__isnull=True)
    if live.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now)).exists():
        raise ValidationError(
            {"name": _("There is a key of this name already. Revoke it first, or choose another name.")}
        )


@command
def revoke_key(*, tenant: Tenant, key_id: UUID, actor: Actor, now: datetime) -> None:
    """End a key at once; raises Http404 unless it is a live one of this tenant's."""
    require_manager(actor=actor, tenant=tenant)
    row: ApiKey | None = ApiKey.objects.for_tenant(tenant).filter(pk=key_id).first()
    if row is None or not keys.revoke_api_key(tenant=tenant, key_id=key_id, now=now):
        raise Http404
    subject = public_id("key", row.pk)
    fact = record(ApiKeyEnded(subject=subject, tenant=tenant.slug, name=row.name, prefix=row.prefix))
    tell(tenant.pk, KeyRevoked(subject=subject, name=row.name, prefix=row.prefix), because=fact)
