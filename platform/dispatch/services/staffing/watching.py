"""P16: an area that has fewer fit agents on shift than the operator promises raises an alert, once, until it has enough."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from dispatch.coverage import AreaCover, Unfit, cover_areas
from dispatch.events import CoverRestored, CoverShort
from dispatch.models import Area, CoverAlert
from dispatch.planning.tables import ZONE
from events.commands import command, record
from events.each import each_alone
from events.ids import new_id, public_id
from tenants.actors import Actor


def watch_cover(*, actor: Actor, now: datetime) -> int:
    """Look at every area, and open or close its alert, each in a command of its own; returns how many changed."""
    open_for = set(CoverAlert.objects.filter(closed_at=None).values_list("area_id", flat=True))
    cover = cover_areas(now=now, by_area={})
    due = [item.area.pk for item in cover if is_too_few(item, now=now) or item.area.pk in open_for]
    return sum(each_alone(due, lambda area_id: note_cover(area_id=area_id, actor=actor, now=now)))


def is_too_few(item: AreaCover, *, now: datetime) -> bool:
    """Whether an area is short in hours in which it is to be staffed."""
    return item.is_short and is_staffed(item.area, now=now)


def is_staffed(area: Any, *, now: datetime) -> bool:
    """Whether the operator promises agents there at this hour."""
    return bool(area.staffed_from <= timezone.localtime(now, ZONE).time() < area.staffed_until)


@command
def note_cover(*, area_id: UUID, actor: Actor, now: datetime) -> bool:
    """Open, follow or close the alert of one area as things stand; whether one was opened or closed.

    The area's lock makes one of two that look at once; the unique constraint would refuse the other.
    """
    area = Area.objects.select_for_update(no_key=True).get(pk=area_id)
    item = next(item for item in cover_areas(now=now, by_area={}, area_id=area_id))
    alert = CoverAlert.objects.select_for_update().filter(area=area, closed_at=None).first()
    if is_too_few(item, now=now):
        return follow(alert, item.fit) if alert is not None else raise_alert(area, item, now=now)
    if alert is None:
        return False
    alert.closed_at = max(now, alert.opened_at)
    alert.save(update_fields=["closed_at"])
    record(
        CoverRestored(
            subject=public_id("are", area.pk), alert_id=alert.pk, area_id=area.pk, area=area.name, fit=item.fit,
            opened_at=alert.opened_at, is_off_hours=not is_staffed(area, now=now),
        )
    )  # fmt: skip
    return True


def raise_alert(area: Area, item: AreaCover, *, now: datetime) -> bool:
    """A new alert, with who is there and may not drive."""
    unfit = describe_unfit(item.unfit)
    alert = CoverAlert.objects.create(
        pk=new_id(), area=area, opened_at=now, least=area.agents_least, fit=item.fit, fewest=item.fit, unfit=unfit
    )
    record(
        CoverShort(
            subject=public_id("are", area.pk), alert_id=alert.pk, area_id=area.pk, area=area.name, fit=item.fit,
            least=area.agents_least, unfit=unfit,
        )
    )  # fmt: skip
    return True


def follow(alert: CoverAlert, fit: int) -> bool:
    """The fewest that there were while it lasted."""
    if fit < alert.fewest:
        alert.fewest = fit
        alert.save(update_fields=["fewest"])
    return False


def describe_unfit(unfit: Sequence[Unfit]) -> list[dict[str, Any]]:
    """Who is on shift and may not drive, as the alert keeps it."""
    return [
        {"agent": item.ref, "name": item.agent.name, "reasons": [reason.value for reason in item.reasons]}
        for item in unfit
    ]
