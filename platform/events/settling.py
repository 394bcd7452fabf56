"""The end of an outermost command: listeners, counters in key order, numbers, hashes, storage, projection."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from events.catalogue import canonical, encode
from events.commands import Recorded, ToldEvent, Work
from events.copying import copy_rows
from events.listening import listeners
from events.models import Event, Fact, Stream
from events.projecting import Author, Told, project
from events.waking import wake_after_commit
from tenants.actors import Actor
from tenants.context import TenantNotReady, tenant_context
from tenants.models import Tenant

STAMP = (
    "id", "type", "version", "subject", "data", "actor_kind", "actor_id", "actor_name", "credential", "on_behalf_of",
    "reason", "occurred_at", "recorded_at", "request_id",
)  # fmt: skip
EVENT_FIELDS = (*STAMP, "tenant", "seq", "because", "prev_hash", "hash")


def settle(work: Work) -> None:
    """Bring everything that `work` recorded and told to its place; the caller's transaction commits it."""
    run_listeners(work)
    recorded_at = datetime.now(UTC)
    if work.facts:
        copy_rows(
            Fact,
            STAMP,
            (stamp(item.id, item.fact, encode(item.fact).decode(), item, recorded_at) for item in work.facts),
        )
    if work.told:
        work.is_projecting = True
        store_and_project(work.told, recorded_at)


def run_listeners(work: Work) -> None:
    """Hand each run of new facts to its listeners, until nothing new is recorded."""
    start = 0
    while start < len(work.facts):
        end = len(work.facts)
        for name, run in groupby(work.facts[start:end], key=lambda item: item.fact.type):
            items = list(run)
            for listener in listeners.get(name, ()):
                listener(items)
        start = end


def stamp(
    key: UUID, happening: object, data: str, item: Recorded | ToldEvent, recorded_at: datetime
) -> tuple[object, ...]:
    """The columns that facts and events share, in the order of STAMP."""
    actor = item.actor
    return (
        key, happening.type, happening.version, happening.subject, data, actor.kind, actor.id, actor.name,  # type: ignore[attr-defined]
        actor.credential, actor.on_behalf_of, actor.reason, item.occurred_at, recorded_at, actor.request_id,
    )  # fmt: skip


def store_and_project(told: list[ToldEvent], recorded_at: datetime) -> None:
    """Number each tenant's events under its counter, store them all, then project tenant by tenant in key order."""
    by_tenant: dict[UUID, list[ToldEvent]] = defaultdict(list)
    for item in told:
        by_tenant[item.tenant_id].append(item)
    tenants = ready_tenants(list(by_tenant))
    streams = lock_streams(sorted(by_tenant))
    for tenant_id in sorted(by_tenant):
        entries = number_events(streams[tenant_id], by_tenant[tenant_id], recorded_at)
        with tenant_context(tenants[tenant_id]):
            project(entries)
        wake_readers(tenant_id)


def ready_tenants(keys: list[UUID]) -> dict[UUID, Tenant]:
    """The tenants by key; raises TenantNotReady for the first that is not."""
    tenants: dict[UUID, Tenant] = Tenant.objects.in_bulk(keys)
    for key in keys:
        if not tenants[key].is_ready:
            raise TenantNotReady(_("%(tenant)s is not ready for use yet.") % {"tenant": tenants[key]})
    return tenants


def lock_streams(keys: list[UUID]) -> dict[UUID, Stream]:
    """The counters, locked in key order; made when a tenant is told its first event."""
    found = {
        s.tenant_id: s for s in Stream.objects.select_for_update().filter(tenant_id__in=keys).order_by("tenant_id")
    }
    missing = [key for key in keys if key not in found]
    if missing:
        Stream.objects.bulk_create([Stream(tenant_id=key) for key in missing], ignore_conflicts=True)
        return lock_streams(keys)
    return found


def number_events(stream: Stream, items: list[ToldEvent], recorded_at: datetime) -> list[Told]:
    """Give numbers without a gap, chain the hashes, COPY the events, move the counter."""
    entries: list[Told] = []
    copy_rows(Event, EVENT_FIELDS, event_rows(stream, items, recorded_at, entries))
    Stream.objects.filter(pk=stream.pk).update(last_seq=stream.last_seq, last_hash=stream.last_hash)
    return entries


def event_rows(
    stream: Stream, items: list[ToldEvent], recorded_at: datetime, entries: list[Told]
) -> Iterator[tuple[object, ...]]:
    """The rows of the events table, while `entries` is filled for the projectors."""
    for item in items:
        data = encode(item.event)
        previous = bytes(stream.last_hash)
        stream.last_seq += 1
        text = data.decode()
        row = stamp(item.id, item.event, text, item, recorded_at)
        because = item.because.id if item.because else None
        digest = chain_hash(previous, item.tenant_id, stream.last_seq, because, row, data)
        stream.last_hash = digest
        entries.append(Told(stream.last_seq, item.event, text, author_of(item.actor), item.occurred_at))
        yield (*row, item.tenant_id, stream.last_seq, because, previous, digest)


def author_of(actor: Actor) -> Author:
    """What a projector may know of who acts."""
    return Author(actor.name, actor.kind, actor.credential, actor.on_behalf_of)


def chain_hash(  # the parts of one event, in the order in which they are hashed
    previous: bytes, tenant_id: UUID, seq: int, because: UUID | None, row: tuple[Any, ...], data: bytes
) -> bytes:
    """SHA-256 over the previous hash and everything that the event's row says; `row` is in the order of STAMP."""
    key, name, version, subject, _data, *who, occurred_at, recorded_at, request = row
    times = occurred_at.astimezone(UTC), recorded_at.astimezone(UTC)
    said = canonical([tenant_id, seq, because, key, name, version, subject, *who, *times, request])
    return hashlib.sha256(previous + said + data).digest()


def wake_readers(tenant_id: UUID) -> None:
    """Wake a worker for what was told, after the commit; the sweep delivers what nobody woke for."""
    from events.tasks import deliver

    wake_after_commit(deliver, str(tenant_id))
