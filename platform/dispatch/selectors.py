"""What the pages of dispatch read: a fixed number of queries, however much there is."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DurationField,
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
from django.db.models.functions import Coalesce
from django.utils import timezone

from config import clock
from dispatch.events import LegAssigned, LegUnassigned
from dispatch.models import Agent, Clock, ClockRule, Leg, Offer
from dispatch.planning import GateReason
from dispatch.planning.tables import ZONE
from dispatch.states import ACCEPTED, ARRIVED, ASSIGNED, CONTACTED, FAILED, LEG, OFFERED, PLANNED, UNASSIGNED, UNDER_WAY
from events.ids import public_id
from events.models import Fact
from tenants.postgresql.compiled import compile_once

WAITING = (PLANNED, UNASSIGNED, FAILED)
NAMED = (ASSIGNED, OFFERED, ACCEPTED, CONTACTED)
MOVING = (UNDER_WAY, ARRIVED)
GROUPS: dict[str, tuple[str, ...]] = {"waiting": WAITING, "named": NAMED, "moving": MOVING}


def open_legs() -> QuerySet[Leg]:
    """Every leg that has not ended, with `due_at`: when the next step of its state is due."""
    limits = {rule.kind: rule.limit for rule in read_limits(now=clock.now())}
    return keep_open_legs(limits["dispatch"], limits["contact"]).all()  # a copy, which reads its rows itself


@compile_once(now=DateTimeField())
def read_limits(now: Any) -> QuerySet[ClockRule, Any]:
    """How long the first naming and the first call may take."""
    return limits_of("dispatch", "contact", at=now).values_list("kind", "limit")


def limits_of(*kinds: str, at: Any) -> QuerySet[Any, Any]:
    """The rules of these clocks that are in force, with their `limit` as a duration."""
    limit = ExpressionWrapper(Coalesce("limit_s", 0) * Value(timedelta(seconds=1)), output_field=DurationField())
    rules: QuerySet[Any, Any] = ClockRule.objects.filter(kind__in=kinds).in_force("kind", at=at).annotate(limit=limit)
    return rules


def open_legs_by(dispatch: Any, contact: Any) -> QuerySet[Leg]:
    """`open_legs` by the limits of these two clocks."""
    answer_by = Offer.objects.filter(leg=OuterRef("pk"), answer="").values("expires_at")[:1]
    due = Case(
        When(status__in=[PLANNED, UNASSIGNED], then=after("received_at", dispatch)),
        When(status=FAILED, then=after("status_since", dispatch)),
        When(status=OFFERED, then=Subquery(answer_by)),
        When(status=ACCEPTED, then=after("status_since", contact)),
        When(status__in=[ASSIGNED, CONTACTED], then=F("busy__startswith")),
        When(status=UNDER_WAY, then=F("window_end")),
        When(status=ARRIVED, then=F("busy__endswith")),
        output_field=DateTimeField(),
    )
    return Leg.objects.exclude(status__in=LEG.ended).annotate(due_at=due)


keep_open_legs = lru_cache(maxsize=16)(open_legs_by)


def after(name: str, limit: Any) -> Expression:
    """A moment so long after a field's."""
    return ExpressionWrapper(F(name) + limit, output_field=DateTimeField())


def count_by_area(*, now: datetime) -> dict[UUID | None, dict[str, Any]]:
    """Of `open_legs`, area by area: how many there are, wait, are named, move, are late, have nobody, and begin today."""
    midnight = datetime.combine(timezone.localdate(now, ZONE), time(), ZONE) + timedelta(days=1)
    found = (row._asdict() for row in count_open(now=now, midnight=midnight))
    return {counts.pop("area_id"): counts for counts in found}


@compile_once(now=DateTimeField(), midnight=DateTimeField())
def count_open(now: Any, midnight: Any) -> QuerySet[Leg, Any]:
    """The counts of `count_by_area`."""
    counts = {
        "all": Count("pk"),
        "late": Count("pk", filter=Q(due_at__lt=now)),
        "unassigned": Count("pk", filter=Q(status=UNASSIGNED)),
        "today": Count("pk", filter=Q(window_start__lt=midnight)),
        **{name: Count("pk", filter=Q(status__in=states)) for name, states in GROUPS.items()},
    }
    limits = {kind: Subquery(limits_of(kind, at=now).values("limit")) for kind in ("dispatch", "contact")}
    return open_legs_by(**limits).values("area_id").annotate(**counts).values_list("area_id", *counts)


def count_legs(by_area: Mapping[Any, Mapping[str, Any]]) -> dict[str, int]:
    """The same over all areas."""
    names = ("all", "late", "unassigned", "today", *GROUPS)
    return {name: sum(counts[name] for counts in by_area.values()) for name in names}


def count_unassigned(_actor: object = None) -> int:
    """For the navigation: legs that nobody has."""
    return sum(row.legs for row in count_without_agent())


@compile_once()
def count_without_agent() -> QuerySet[Leg, Any]:
    """The figure of `count_unassigned`."""
    return Leg.objects.filter(status=UNASSIGNED).values("status").annotate(legs=Count("pk")).values_list("legs")


def running_clocks() -> QuerySet[Clock]:
    """Clocks that have not ended, the one that runs out first on top."""
    clocks = Clock.objects.filter(stopped_at=None, cancelled_at=None).select_related("tenant")
    return clocks.prefetch_related("pauses").order_by("due_at", "pk")


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


def last_decision(leg_id: UUID) -> Fact | None:
    """The last fact that gave a leg to an agent or took it from him."""
    decisions = Fact.objects.filter(subject=public_id("leg", leg_id), type__in=[LegAssigned.type, LegUnassigned.type])
    return decisions.order_by("-id").only("actor_kind", "actor_id", "actor_name").first()
