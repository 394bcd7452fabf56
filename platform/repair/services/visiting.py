"""Visits: one vehicle, one site, one window; two lines of one vehicle at one site in overlapping windows share one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from dispatch.models import Leg
from dispatch.requests import LegSpec
from events.copying import copy_rows
from events.ids import new_id
from repair import states
from repair.models import Job, Visit
from repair.requests import JobLine
from repair.services.registering import RegisteredVehicles

VISIT_FIELDS = (
    "id", "tenant", "vehicle", "vin", "plate", "site_code", "address", "lat", "lng", "return_address", "return_lat",
    "return_lng", "window_start", "window_end", "return_by", "contact", "phone", "workshop_why", "opened_at", "waits_for",
)  # fmt: skip


@dataclass(slots=True)
class VisitPlan:
    """A visit that stands or is about to; the first line's place and contact hold, and the earliest `return_by`."""

    id: UUID
    line: JobLine
    plate: str
    vehicle_id: UUID
    vehicle_class: str
    is_new: bool
    window_start: datetime
    window_end: datetime
    return_by: datetime | None
    waits_for: UUID | None = None
    is_begun: bool = False  # past its pickup: it takes no further line
    lines: list[JobLine] = field(default_factory=list)

    def takes(self, line: JobLine) -> bool:
        """Whether `line` is the same site in an overlapping window, before the pickup."""
        if self.is_begun:
            return False
        own = self.line.site_code or self.line.address
        return (
            own == (line.site_code or line.address)
            and self.window_start < line.window_end
            and line.window_start < self.window_end
        )

    def pickup_leg(self, now: datetime) -> LegSpec:
        """The trip that fetches the vehicle; where it goes is known once a workshop is chosen."""
        line = self.line
        return LegSpec(
            purpose_id=self.id,
            kind="pickup",
            label=self.plate or line.vin[-6:],
            window_start=self.window_start,
            window_end=self.window_end,
            received_at=now,
            from_address=line.address,
            from_lat=line.lat,
            from_lng=line.lng,
            vehicle_class=self.vehicle_class,
            contact=line.contact,
            phone=line.phone,
        )


def place_in_visits(
    *, tenant_id: UUID, lines: Sequence[JobLine], vehicles: RegisteredVehicles, now: datetime
) -> dict[str, VisitPlan]:
    """The visit of each line, by external_ref; new ones are stored. Called inside a command.

    A vehicle with an open visit elsewhere waits: its new visit names the one it waits for.
    """
    open_visits = find_open(tenant_id, {line.vin for line in lines})
    placed: dict[str, VisitPlan] = {}
    fresh: list[VisitPlan] = []
    for line in lines:
        mine = open_visits.setdefault(line.vin, [])
        plan = next((visit for visit in mine if visit.takes(line)), None)
        if plan is None:
            plan = new_plan(line, vehicles, waits_for=mine[-1].id if mine else None)
            mine.append(plan)
            fresh.append(plan)
        plan.lines.append(line)
        if plan.is_new and line.return_by and (plan.return_by is None or line.return_by < plan.return_by):
            plan.return_by = line.return_by
        placed[line.external_ref] = plan
    copy_rows(Visit, VISIT_FIELDS, (visit_row(plan, tenant_id, now) for plan in fresh))
    return placed


def find_open(tenant_id: UUID, vins: set[str]) -> dict[str, list[VisitPlan]]:
    """The tenant's open visits of these vehicles, oldest first; one past its pickup takes no further line."""
    found: dict[str, list[VisitPlan]] = {}
    rows = lock_open(tenant_id, vins)
    if not rows:
        return found
    before = set(states.BEFORE_CUSTODY.split()) - {states.AT_PICKUP}  # who stands at the door takes what he came for
    begun = set(
        Job.objects.filter(visit__in=[row.pk for row in rows])
        .exclude(status__in=before | states.JOB.ended)
        .values_list("visit_id", flat=True)
    )
    for row in rows:
        line = JobLine(
            external_ref="",
            vin=row.vin,
            service="",
            description="",
            address=row.address,
            lat=row.lat,
            lng=row.lng,
            contact=row.contact,
            phone=row.phone,
            window_start=row.window_start,
            window_end=row.window_end,
            site_code=row.site_code,
        )
        plan = VisitPlan(
            row.pk,
            line,
            row.plate,
            row.vehicle_id,
            "",
            False,
            row.window_start,
            row.window_end,
            row.return_by,
            row.waits_for_id,
        )
        plan.is_begun = row.pk in begun
        found.setdefault(row.vin, []).append(plan)
    return found


def lock_open(tenant_id: UUID, vins: set[str]) -> list[Visit]:
    """The open visits, oldest first, locked after their legs: none ends or is collected while a line joins or waits for it."""
    found = Visit.objects.filter(tenant_id=tenant_id, vin__in=vins, ended_at__isnull=True)
    keys = list(found.values_list("pk", flat=True))
    if not keys:
        return []
    list(Leg.objects.select_for_update().filter(purpose_id__in=keys).order_by("pk"))
    visits = Visit.objects.select_for_update().filter(pk__in=keys, ended_at__isnull=True).order_by("pk")
    return sorted(visits, key=lambda visit: (visit.opened_at, visit.pk))


def new_plan(line: JobLine, vehicles: RegisteredVehicles, *, waits_for: UUID | None) -> VisitPlan:
    """A visit that this line opens."""
    known = vehicles[line.vin]
    return VisitPlan(
        new_id(),
        line,
        known.plate,
        known.vehicle_id,
        known.vehicle_class,
        True,
        line.window_start,
        line.window_end,
        line.return_by,
        waits_for,
    )


def visit_row(plan: VisitPlan, tenant_id: UUID, now: datetime) -> tuple[object, ...]:
    """The visit's columns, in the order of VISIT_FIELDS."""
    line = plan.line
    return (
        plan.id,
        tenant_id,
        plan.vehicle_id,
        line.vin,
        plan.plate,
        line.site_code,
        line.address,
        line.lat,
        line.lng,
        line.return_address,
        line.return_lat,
        line.return_lng,
        plan.window_start,
        plan.window_end,
        plan.return_by,
        line.contact,
        line.phone,
        "{}",
        now,
        plan.waits_for,
    )
