"""The roster: shifts are planned, moved, taken off, and a week is worked again as the one before."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.access import require_staffer
from dispatch.errors import ShiftMoved
from dispatch.events import ShiftChanged
from dispatch.models import Agent, Leave, Shift
from dispatch.planning.model import Interval
from dispatch.planning.tables import ZONE
from dispatch.services.staffing.freeing import lock_staff, settle
from dispatch.waking import wake_solver
from events.commands import command, record
from events.ids import new_id, public_id
from tenants.actors import Actor
from ui.formats import format_moment

LONGEST: Final = timedelta(hours=14)  # to confirm
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SeenShift:
    """What the page showed when somebody decided."""

    agent_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of a week that was copied."""

    added: int
    skipped: int


def hours_on(day: date, starts: time, ends: time) -> Interval:
    """A shift of a local day; one that ends before it starts runs into the next."""
    end_day = day if ends > starts else day + timedelta(days=1)
    return datetime.combine(day, starts, ZONE), datetime.combine(end_day, ends, ZONE)


@command
def add_shifts(
    *, agent_id: UUID, days: Sequence[date], starts: time, ends: time, actor: Actor, now: datetime
) -> list[Shift]:
    """Plan the same hours on each of these days; all of them, or none.

    Raises PermissionDenied, ValidationError by field, Agent.DoesNotExist.
    """
    require_staffer(actor)
    agent = lock_staff([agent_id])[agent_id]
    if not days:
        raise ValidationError({"days": _("Choose one day at least.")})
    wanted = [hours_on(day, starts, ends) for day in sorted(set(days))]
    for hours in wanted:
        check_hours(hours, now=now)
    refuse_overlap(agent, wanted, field="days")
    return plan(agent, wanted)


@command
def change_shift(
    *,
    shift_id: UUID,
    agent_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    actor: Actor,
    now: datetime,
    confirmed: Collection[UUID] | None = None,
    seen: SeenShift | None = None,
) -> Shift:
    """Move a shift in time, or to another agent; legs that it does not cover any more go to be planned anew.

    Raises PermissionDenied, ValidationError by field, Shift.DoesNotExist, Agent.DoesNotExist, LegsAtStake, and ShiftMoved
    when it is no longer what was `seen`.
    """
    require_staffer(actor)
    holder_id = Shift.objects.values_list("agent_id", flat=True).get(pk=shift_id)
    agents = lock_staff({holder_id, agent_id})
    shift = lock_shift(shift_id, holder_id, seen)
    check_hours((starts_at, ends_at), now=now)
    refuse_overlap(agents[agent_id], [(starts_at, ends_at)], field="starts_at", besides=shift.pk)
    before = (shift.starts_at, shift.ends_at)
    if (holder_id, *before) == (agent_id, starts_at, ends_at):
        return shift
    shift.agent, shift.starts_at, shift.ends_at = agents[agent_id], starts_at, ends_at
    shift.save(update_fields=["agent", "starts_at", "ends_at"])
    tell_shift(shift, before=before, before_agent_id=holder_id if holder_id != agent_id else None)
    settle(list(agents), confirmed=confirmed, actor=actor, now=now)
    wake_solver()
    return shift


@command
def remove_shift(
    *,
    shift_id: UUID,
    actor: Actor,
    now: datetime,
    confirmed: Collection[UUID] | None = None,
    seen: SeenShift | None = None,
) -> None:
    """Take a shift off the roster; its legs go to be planned anew.

    Raises PermissionDenied, ValidationError for one that is over, Shift.DoesNotExist, LegsAtStake, and ShiftMoved when it
    is no longer what was `seen`.
    """
    require_staffer(actor)
    holder_id = Shift.objects.values_list("agent_id", flat=True).get(pk=shift_id)
    lock_staff([holder_id])
    shift = lock_shift(shift_id, holder_id, seen)
    if shift.ends_at <= now:
        raise ValidationError(_("This shift is over; it stays as it was worked."))
    tell_shift(shift, before=(shift.starts_at, shift.ends_at), is_gone=True)
    shift.delete()
    settle([holder_id], confirmed=confirmed, actor=actor, now=now)


def lock_shift(shift_id: UUID, holder_id: UUID, seen: SeenShift | None) -> Shift:
    """The shift, locked after its agent. Raises ShiftMoved when somebody changed it since it was read or `seen`."""
    shift = Shift.objects.select_for_update(of=("self",)).filter(pk=shift_id).first()
    if shift is None or shift.agent_id != holder_id:
        raise ShiftMoved
    if seen is not None and seen != SeenShift(shift.agent_id, shift.starts_at, shift.ends_at):
        raise ShiftMoved
    return shift


@command
def copy_week(*, agent_ids: Collection[UUID], source: date, target: date, actor: Actor, now: datetime) -> Copied:
    """Plan the shifts of the week that begins on `source` again in that of `target`, at the same local hours.

    What is over, what meets a shift or a leave, and agents who have left are skipped and counted.
    Raises PermissionDenied, ValidationError by field.
    """
    require_staffer(actor)
    if source == target:
        raise ValidationError({"source": _("Choose another week to copy from.")})
    agents = lock_staff(agent_ids)
    begin = datetime.combine(source, time(), ZONE)
    rows = Shift.objects.filter(agent__in=agents, starts_at__gte=begin, starts_at__lt=begin + WEEK).order_by(
        "starts_at"
    )
    taken = busy_hours(agents, target)
    added = skipped = 0
    for row in rows:
        agent, hours = agents[row.agent_id], moved(row, target - source)
        if not agent.is_active or hours[1] <= now or any(meets(hours, other) for other in taken[agent.pk]):
            skipped += 1
            continue
        plan(agent, [hours])
        taken[agent.pk].append(hours)
        added += 1
    return Copied(added, skipped)


def moved(shift: Shift, by: timedelta) -> Interval:
    """The same local hours so many days later."""
    start, end = (timezone.localtime(moment, ZONE) for moment in (shift.starts_at, shift.ends_at))
    return (
        datetime.combine(start.date() + by, start.time(), ZONE),
        datetime.combine(end.date() + by, end.time(), ZONE),
    )


def busy_hours(agents: Iterable[UUID], monday: date) -> dict[UUID, list[Interval]]:
    """Shifts and leaves of these agents around a week."""
    start = datetime.combine(monday, time(), ZONE)
    span = {"starts_at__lt": start + WEEK + LONGEST, "ends_at__gt": start - LONGEST}
    found: dict[UUID, list[Interval]] = {agent_id: [] for agent_id in agents}
    for model in (Shift, Leave):
        rows = model._default_manager.filter(agent_id__in=list(found), **span)
        for agent_id, starts_at, ends_at in rows.values_list("agent_id", "starts_at", "ends_at"):
            found[agent_id].append((starts_at, ends_at))
    return found


def meets(one: Interval, other: Interval) -> bool:
    """Whether two stretches of time overlap."""
    return one[0] < other[1] and other[0] < one[1]


def plan(agent: Agent, wanted: Iterable[Interval]) -> list[Shift]:
    """Write shifts that were checked, under the agent's lock."""
    rows = [Shift(pk=new_id(), agent=agent, starts_at=start, ends_at=end) for start, end in wanted]
    Shift.objects.bulk_create(rows)
    for row in rows:
        tell_shift(row, before=None)
    wake_solver()
    return rows


def check_hours(hours: Interval, *, now: datetime) -> None:
    """Raise ValidationError by field, for a shift that nobody can work."""
    start, end = hours
    if end <= start:
        raise ValidationError({"ends_at": _("It must end after it begins.")})
    if end - start > LONGEST:
        most = {"hours": int(LONGEST.total_seconds() // 3600)}
        raise ValidationError({"ends_at": _("A shift has at most %(hours)s hours.") % most})
    if end <= now:
        raise ValidationError({"starts_at": _("This time is over.")})


def refuse_overlap(agent: Agent, wanted: Sequence[Interval], *, field: str, besides: UUID | None = None) -> None:
    """Raise ValidationError that names the shift in the way; the exclusion constraint holds it, this says it kindly."""
    for start, end in wanted:
        rows = Shift.objects.filter(agent=agent, starts_at__lt=end, ends_at__gt=start).order_by("starts_at")
        other = next((row for row in rows if row.pk != besides), None)
        if other is not None:
            raise ValidationError({field: _("%(agent)s has a shift then already: %(from)s – %(until)s.") % {
                "agent": agent.name, "from": say(other.starts_at), "until": say(other.ends_at),
            }})  # fmt: skip


def say(moment: datetime) -> str:
    """A moment as pages show it."""
    return format_moment(moment=timezone.localtime(moment, ZONE))


def tell_shift(
    shift: Shift, *, before: Interval | None, before_agent_id: UUID | None = None, is_gone: bool = False
) -> None:
    """The fact."""
    record(
        ShiftChanged(
            subject=public_id("agt", shift.agent_id), agent_id=shift.agent_id, shift_id=shift.pk, before=before,
            after=None if is_gone else (shift.starts_at, shift.ends_at), before_agent_id=before_agent_id,
        )
    )  # fmt: skip
