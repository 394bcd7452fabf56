"""The owner's command that exports a tenant, then deletes its side. What the operator did stays in the operator's records."""

import hashlib
from datetime import datetime
from pathlib import Path

from config.removal.bundle import Bundle, BundleError, check_bundle, last_seq_of, write_bundle
from config.removal.events import TenantRemoved
from events.commands import command, record
from events.ids import public_id
from events.models import Delivery, Event, Stream
from files.models import StoredFile
from files.storing import current_storage
from repair import states
from repair.models import Job
from tenants.actors import Actor
from tenants.models import Tenant
from tenants.owner import as_owner, execute
from tenants.people.models import ApiKey, Invitation, Membership
from tenants.provisioning import close_tenant, drop_book

# What the tenant itself handed in. Photos and signed papers are the operator's evidence of what it did, and stay.
TENANTS_OWN = ("order_batch", "register_import")


class TenantIsBusy(Exception):
    """Something of the tenant is still under way; nothing was closed or deleted."""


def remove_tenant(*, tenant: Tenant, folder: Path, actor: Actor, now: datetime) -> Bundle:
    """Close the tenant, write and prove its bundle in `folder`, delete its log, book, role, people and uploads.

    A run that was broken off is simply run again: nothing is deleted before the bundle has been read back. Needs the
    owner's login. Raises TenantIsBusy while jobs are open, BundleError, WallError.
    """
    require_idle(tenant)
    close_tenant(tenant)
    bundle = write_bundle(tenant=tenant, path=folder / f"{tenant.slug}-{now:%Y%m%dT%H%M%SZ}.zip", now=now)
    check_bundle(bundle)
    with as_owner():
        keys = delete_side(tenant=tenant, bundle=bundle, actor=actor, now=now)
    for key in keys:  # after the commit: bytes cannot be rolled back
        current_storage().remove(key)
    return bundle


def require_idle(tenant: Tenant) -> None:
    """Raise TenantIsBusy while the operator still works for the tenant."""
    count = Job.objects.filter(tenant=tenant).exclude(status__in=states.ENDED.split()).count()
    if count:
        raise TenantIsBusy(f"{tenant.slug} has {count} jobs that are not closed; end or cancel them first.")


@command
def delete_side(*, tenant: Tenant, bundle: Bundle, actor: Actor, now: datetime) -> list[str]:
    """All of the deleting in one transaction; returns the storage keys whose bytes are to go. Raises BundleError."""
    del now
    Tenant.objects.select_for_update().get(pk=tenant.pk)
    require_idle(tenant)
    count = delete_stream(tenant, bundle)
    for model in (Membership, Invitation, ApiKey):
        model.objects.filter(tenant=tenant).delete()
    uploads = StoredFile.objects.filter(tenant=tenant, purpose__in=TENANTS_OWN)
    keys = list(uploads.values_list("key", flat=True))
    uploads.delete()
    drop_book(tenant)
    record(
        TenantRemoved(
            subject=public_id("ten", tenant.pk), tenant_id=tenant.pk, slug=tenant.slug, events=count,
            bundle_name=bundle.path.name, bundle_sha256=hashlib.sha256(bundle.path.read_bytes()).hexdigest(),
        )
    )  # fmt: skip
    return keys


def delete_stream(tenant: Tenant, bundle: Bundle) -> int:
    """The tenant's log and counter, under the counter's lock; raises BundleError when something was told after the export."""
    Stream.objects.select_for_update().filter(tenant=tenant).first()
    if last_seq_of(tenant) != bundle.last_seq:
        raise BundleError("Something happened after the export; run it again.")
    execute("ALTER TABLE public.events_event DISABLE TRIGGER events_event_stays")
    count: int = Event.objects.filter(tenant=tenant).delete()[0]
    execute("ALTER TABLE public.events_event ENABLE TRIGGER events_event_stays")
    Delivery.objects.filter(tenant=tenant).delete()
    Stream.objects.filter(tenant=tenant).delete()
    return count
