"""Drivers, sites and cost centres: rows of the book's own; each change is told with before and after."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from events.announcing import announce
from events.catalogue import EventBase
from events.ids import new_id, public_id
from fleet.access import own_tenant
from fleet.events import CostCenterSaved, DriverSaved, SiteSaved
from fleet.intake.registers.judging import JudgedRow
from fleet.models import Site
from fleet.selectors.registers import FIELDS, MODELS, PREFIXES, entry_fields
from tenants.actors import Actor

EVENTS: Final[dict[str, Any]] = {"drivers": DriverSaved, "sites": SiteSaved, "cost_centers": CostCenterSaved}


def write_entries(*, register: str, rows: Sequence[JudgedRow], actor: Actor, now: datetime) -> list[UUID]:
    """Write rows that were judged under the tenant's counter; the keys of the entries, in their order."""
    model: Any = MODELS[register]
    standing = model._default_manager.in_bulk([UUID(row.known.id) for row in rows if row.known])
    sites = sites_of(rows) if register == "drivers" else {}
    written, events = [], []
    for row in rows:
        entry = standing[UUID(row.known.id)] if row.known else model(id=new_id())
        before = dict(row.known.fields) if row.known else {}
        assign(register, entry, row, sites)
        events.append(saved(register, entry.pk, before, entry_fields(register, entry)))
        written.append((row.known is None, entry))
    announce(tenant_id=own_tenant(actor).pk, events=events, actor=actor, now=now)
    model._default_manager.bulk_create([entry for is_new, entry in written if is_new])
    changed = [entry for is_new, entry in written if not is_new]
    if changed:
        fields = [*FIELDS[register], *(["site"] if register == "drivers" else [])]
        model._default_manager.bulk_update(changed, fields, batch_size=500)
    return [entry.pk for _is_new, entry in written]


def sites_of(rows: Sequence[JudgedRow]) -> dict[str, Site]:
    """The sites that rows name, by code."""
    return {site.code: site for site in Site.objects.filter(code__in={row.values.get("site_code", "") for row in rows})}


def assign(register: str, entry: Any, row: JudgedRow, sites: dict[str, Site]) -> None:
    """The values of a row, into its entry."""
    for name in FIELDS[register]:
        if name in row.values:
            setattr(entry, name, row.values[name])
    if register == "drivers" and "site_code" in row.values:
        entry.site = sites.get(row.values["site_code"])


def saved(register: str, key: UUID, before: dict[str, Any], after: dict[str, Any]) -> EventBase:
    """The event of one entry."""
    event: EventBase = EVENTS[register](subject=public_id(PREFIXES[register], key), before=before, after=after)
    return event
