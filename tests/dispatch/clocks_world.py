"""Clocks of made-up subjects in two areas, and alerts over them; for the tests of the engine."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from dispatch.clocks import cancel_clocks, pause_clocks, resume_clocks, start_clocks, stop_clocks
from dispatch.models import Area, AreaAlert, Clock
from dispatch.requests import ClockStart
from tenants.actors import system_actor
from tenants.models import Tenant
from tests.dispatch.conftest import NOW, within

SYSTEM = system_actor("test")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EAST, WEST = (31.21, 121.60), (31.20, 121.20)


def run(function: Callable[..., Any], *, at: datetime, **kwargs: Any) -> Any:
    """Inside a command of whoever owns the fact."""
    return within(work=lambda: function(now=at, **kwargs), actor=SYSTEM, now=at)


@dataclass
class Clocks:
    """Starts, pauses and stops clocks of one tenant."""

    tenant: Tenant
    east: Area = field(default_factory=lambda: make_area("T-E", "东区", EAST))
    west: Area = field(default_factory=lambda: make_area("T-W", "西区", WEST))

    def start(self, kind: str, *, at: datetime = NOW, tenant: Tenant | None = None, **changes: Any) -> Clock:
        """One clock of a new subject in the east."""
        key: UUID = changes.pop("subject_id", None) or uuid4()
        item = ClockStart(
            **{
                "kind": kind,
                "subject_id": key,
                "subject": f"job_{key.hex[:8]}",
                "started_at": at,
                "places": (EAST,),
                **changes,
            }
        )
        run(start_clocks, at=at, tenant_id=(tenant or self.tenant).pk, clocks=[item])
        return Clock.objects.filter(subject_id=key, kind=kind).latest("id")

    def stop(self, clock: Clock, *, at: datetime) -> Clock:
        run(stop_clocks, at=at, kind=clock.kind, subject_ids=[clock.subject_id])
        return fresh(clock)

    def cancel(self, clock: Clock, *, at: datetime) -> Clock:
        run(cancel_clocks, at=at, subject_ids=[clock.subject_id])
        return fresh(clock)

    def pause(self, clock: Clock, reason: str, *, at: datetime) -> Clock:
        run(pause_clocks, at=at, subject_ids=[clock.subject_id], reason=reason)
        return fresh(clock)

    def resume(self, clock: Clock, reason: str, *, at: datetime) -> Clock:
        run(resume_clocks, at=at, subject_ids=[clock.subject_id], reason=reason)
        return fresh(clock)

    def alert(
        self,
        *,
        starts: datetime,
        ends: datetime,
        opened: datetime | None = None,
        areas: tuple[Area, ...] = (),
        **changes: Any,
    ) -> AreaAlert:
        """An alert as its own service writes it."""
        known = opened or starts
        return AreaAlert.objects.create(
            **{
                "kind": "weather", "status": "announced" if starts > known else "in_force", "status_since": known,
                "starts_at": starts, "ends_at": ends, "text_en": "Typhoon", "text_zh": "台风", "opened_at": known,
                "area_ids": [area.pk for area in areas or (self.east,)], "opened_by": "周敏",
                "evidence_url": "https://weather.example/typhoon", **changes,
            }
        )  # fmt: skip


def end_alert(alert: AreaAlert, *, at: datetime) -> None:
    """It is over."""
    AreaAlert.objects.filter(pk=alert.pk).update(status="over", status_since=at, ended_at=at)


def make_area(code: str, name: str, place: tuple[float, float]) -> Area:
    return Area.objects.create(code=code, name=name, lat=place[0], lng=place[1], radius_m=12_000)


def fresh(clock: Clock) -> Clock:
    """As it stands in the database."""
    return Clock.objects.get(pk=clock.pk)


def stretches(clock: Clock) -> list[tuple[str, datetime, datetime | None]]:
    """Its pauses: reason, from, until."""
    return list(clock.pauses.order_by("began_at", "pk").values_list("reason", "began_at", "ended_at"))
