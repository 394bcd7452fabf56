"""What the pages of dispatch read: a fixed number of queries, however much there is."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils import timezone

from dispatch.models import OCCUPIED, Agent, Area, Clock, ClockRule, Leave, Leg, LicenceRule, Offer, Shift
from dispatch.planning import GateReason, licence_codes
from dispatch.planning.tables import a_year_after
from dispatch.states import ACCEPTED, ARRIVED, ASSIGNED, CONTACTED, FAILED, LEG, OFFERED, PLANNED, UNASSIGNED, UNDER_WAY
from dispatch.texts import actor_text
from events.ids import public_id
from events.models import Fact

WAITING = (PLANNED, UNASSIGNED, FAILED)
NAMED = (ASSIGNED, OFFERED, ACCEPTED, CONTACTED)
MOVING = (UNDER_WAY, ARRIVED)
GROUPS: dict[str, tuple[str, ...]] = {"waiting": WAITING, "named": NAMED, "moving": MOVING}
FLOOR_CLASS = "small_car"
"""An agent who may not drive even this is fit for nothing."""


def open_legs() -> QuerySet[Leg]:
    """Every leg that has not ended, with `due_at`: when the next step of its state is due."""
    limits = dict(ClockRule.objects.filter(kind__in=["dispatch", "contact"]).values_list("kind", "limit_s"))
    answer_by = Offer.objects.filter(leg=OuterRef("pk"), answer="").values("expires_at")[:1]
    due = Case(
        When(status__in=[PLANNED, UNASSIGNED], then=after("received_at", limits["dispatch"])),
        When(status=FAILED, then=after("status_since", limits["dispatch"])),
        When(status=OFFERED, then=Subquery(answer_by)),
        When(status=ACCEPTED, then=after("status_since", limits["contact"])),
        When(status__in=[ASSIGNED, CONTACTED], then=F("busy__startswith")),
        When(status=UNDER_WAY, then=F("window_end")),
        When(status=ARRIVED, then=F("busy__endswith")),
        output_field=DateTimeField(),
    )
    return Leg.objects.exclude(status__in=LEG.ended).annotate(due_at=due)


def after(name: str, seconds: int | None) -> Expression:
    """A moment so many seconds after a field's."""
    return ExpressionWrapper(F(name) + Value(timedelta(seconds=seconds or 0)), output_field=DateTimeField())


def count_legs(*, now: datetime) -> dict[str, int]:
    """How many legs wait, are named, move, are late, and have nobody."""
    return open_legs().aggregate(
        all=Count("pk"),
        late=Count("pk", filter=Q(due_at__lt=now)),
        unassigned=Count("pk", filter=Q(status=UNASSIGNED)),
        **{name: Count("pk", filter=Q(status__in=states)) for name, states in GROUPS.items()},
    )


def count_unassigned(_actor: object = None) -> int:
    """For the navigation: legs that nobody has."""
    return Leg.objects.filter(status=UNASSIGNED).count()


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCover:
    """An area with the agents who are fit and on shift, those of them who are free, and the legs that wait."""

    area: Area
    fit: int
    free: int
    waiting: int

    @property
    def tone(self) -> str:
        """Nobody is bad, fewer than wanted a warning."""
        if self.fit >= self.area.agents_wanted:
            return "good"
        return "warn" if self.fit else "bad"


def cover_areas(*, now: datetime) -> list[AreaCover]:
    """Every area with what covers it now."""
    places = Agent.areas.through.objects.filter(agent__in=agents_on_duty(now=now))
    busy = Leg.objects.filter(agent=OuterRef("agent_id"), status__in=OCCUPIED, busy__contains=now)
    counts = {
        row["area_id"]: (row["fit"], row["free"])
        for row in places.annotate(is_busy=Exists(busy))
        .values("area_id")
        .annotate(fit=Count("pk"), free=Count("pk", filter=Q(is_busy=False)))
    }
    waiting = Leg.objects.filter(status__in=WAITING).values_list("area_id").annotate(count=Count("pk"))
    by_area: dict[UUID | None, int] = dict(waiting)
    found = []
    for area in Area.objects.order_by("name"):
        fit, free = counts.get(area.pk, (0, 0))
        found.append(AreaCover(area=area, fit=fit, free=free, waiting=by_area.get(area.pk, 0)))
    return found


def agents_on_duty(*, now: datetime) -> QuerySet[Agent]:
    """Agents on shift now who pass every lasting gate but area and the class beyond the floor."""
    today = timezone.localdate(now)
    leave = Leave.objects.filter(agent=OuterRef("pk"), starts_at__lte=now, ends_at__gt=now)
    shift = Shift.objects.filter(agent=OuterRef("pk"), starts_at__lte=now, ends_at__gt=now)
    return Agent.objects.filter(
        Q(probation_until=None) | Q(probation_until__lt=today),
        Exists(shift),
        ~Exists(leave),
        is_active=True,
        licence__in=licences_of_floor(today),
        licence_expires_on__gte=today,
        in_trade_since__lte=a_year_before(today),
        trained_until__gte=today,
    )


def a_year_before(day: Any) -> Any:
    """Who began on this day or earlier has a full year on `day`."""
    earlier = day - timedelta(days=366)
    while a_year_after(earlier + timedelta(days=1)) <= day:
        earlier += timedelta(days=1)
    return earlier


def licences_of_floor(day: Any) -> list[str]:
    """The licences as printed on the agents' cards that may drive the floor class on a day."""
    floor = floor_licences(day)
    printed = Agent.objects.order_by().values_list("licence", flat=True).distinct()
    return [licence for licence in printed if licence_codes(licence) & floor]


def floor_licences(day: Any) -> frozenset[str]:
    """The classes that may drive the floor class on a day."""
    rules = LicenceRule.objects.filter(vehicle_class=FLOOR_CLASS, valid_from__lte=day)
    rule = rules.filter(Q(valid_until=None) | Q(valid_until__gte=day)).order_by("-valid_from").first()
    return frozenset(rule.licences) if rule else frozenset()


def annotate_agents(agents: QuerySet[Agent], *, now: datetime) -> QuerySet[Agent]:
    """With what `why_unfit` asks of the hours: shift and leave now, the next shift, and the legs that are theirs."""
    shifts = Shift.objects.filter(agent=OuterRef("pk"))
    now_on = shifts.filter(starts_at__lte=now, ends_at__gt=now)
    leave = Leave.objects.filter(agent=OuterRef("pk"), starts_at__lte=now, ends_at__gt=now)
    legs = Leg.objects.filter(agent=OuterRef("pk"), status__in=OCCUPIED).order_by().values("agent")
    return agents.annotate(
        shift_ends_at=Subquery(now_on.values("ends_at")[:1]),
        next_shift_at=Subquery(shifts.filter(starts_at__gt=now).order_by("starts_at").values("starts_at")[:1]),
        is_on_leave=Exists(leave),
        is_busy=Exists(Leg.objects.filter(agent=OuterRef("pk"), status__in=OCCUPIED, busy__contains=now)),
        open_legs=Subquery(legs.annotate(count=Count("pk")).values("count")),
    ).prefetch_related("areas")


def why_unfit(agent: Any, *, now: datetime, floor: frozenset[str]) -> list[GateReason]:
    """The gates that are shut for an annotated agent now, whatever the leg."""
    today = timezone.localdate(now)
    shut = [
        (GateReason.UNFIT, not agent.is_active),
        (GateReason.LICENCE, not licence_codes(agent.licence) & floor),
        (GateReason.LICENCE_EXPIRED, agent.licence_expires_on < today),
        (GateReason.PROBATION, agent.probation_until is not None and agent.probation_until >= today),
        (GateReason.TRADE_YEAR, a_year_after(agent.in_trade_since) > today),
        (GateReason.TRAINING, agent.trained_until is None or agent.trained_until < today),
        (GateReason.LEAVE, agent.is_on_leave),
    ]
    return [reason for reason, is_shut in shut if is_shut]


def running_clocks() -> QuerySet[Clock]:
    """Clocks that have not ended, the one that runs out first on top."""
    return Clock.objects.filter(stopped_at=None, cancelled_at=None).select_related("tenant").order_by("due_at", "pk")


def names_of(agent_ids: Any) -> dict[str, Agent]:
    """Agents by the text of their ids, for reasons that were kept."""
    keys = {UUID(str(key)) for key in agent_ids}
    return {str(agent.pk): agent for agent in Agent.objects.filter(pk__in=keys)}


def group_rejected(rejected: dict[str, Any], names: dict[str, Agent]) -> list[tuple[GateReason, int, list[str]]]:
    """By first reason: how many agents, and the names that were kept."""
    listed: dict[str, list[str]] = defaultdict(list)
    for agent_id, reasons in rejected.get("agents", {}).items():
        if agent_id in names:
            listed[reasons[0]].append(names[agent_id].name)
    counts = rejected.get("counts", {})
    return [(reason, counts[reason], sorted(listed[reason])) for reason in GateReason if reason in counts]


def last_actor(leg_id: UUID) -> str:
    """Who did the last thing to a leg, in the reader's words."""
    fact = (
        Fact.objects.filter(subject=public_id("leg", leg_id)).order_by("-id").only("actor_kind", "actor_name").first()
    )
    return actor_text(fact.actor_name, kind=fact.actor_kind) if fact else "–"
