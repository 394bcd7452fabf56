"""A small dispatch desk: one area, one licence rule a class, agents who pass every gate unless a test says otherwise."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from dispatch.models import Agent, Area, Leg, LicenceRule, Shift
from dispatch.requests import LegSpec
from dispatch.services.assigning import solve
from dispatch.services.legs import plan_legs
from events.commands import command
from events.models import Fact
from tenants.actors import Actor, StaffRole, system_actor
from tenants.models import Tenant
from tenants.people.models import User

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOME = (31.2077, 121.6047)
SITE = (31.2177, 121.5950)
SHOP = (31.2617, 121.6172)


def at(hour: int, minute: int = 0, *, day: int = 24) -> datetime:
    """A time in Shanghai in November 2026; hours over 23 run into the next day."""
    return datetime(2026, 11, day, tzinfo=SHANGHAI) + timedelta(hours=hour, minutes=minute)


NOW = at(9, day=23)


def staff(role: StaffRole = StaffRole.DISPATCHER, *, user_id: object = "d1", name: str = "调度") -> Actor:
    """One of the operator's people."""
    return Actor(kind="user", id=str(user_id), name=name, staff_roles=frozenset({role}))


def as_agent(agent: Agent) -> Actor:
    """The agent himself."""
    return staff(StaffRole.AGENT, user_id=agent.user_id, name=agent.name)


@command
def within(*, work: Callable[[], Any], actor: Actor, now: datetime) -> Any:
    """Clocks are moved inside a command of whoever owns the fact."""
    return work()


class Desk:
    """What the tests build on."""

    dispatcher = staff()
    system = system_actor("test")

    def __init__(self) -> None:
        self.area = Area.objects.create(code="T-EAST", name="东区", lat=31.21, lng=121.60, radius_m=12_000)
        for vehicle_class, licences in (("small_car", ["C1", "A2"]), ("tractor", ["A2"])):
            LicenceRule.objects.create(vehicle_class=vehicle_class, licences=licences, valid_from=date(2020, 1, 1))
        self.acme = Tenant.objects.get(slug="acme")
        self.pacific = Tenant.objects.get(slug="pacific")

    def agent(self, name: str = "安", *, shift: tuple[datetime, datetime] | None = None, **changes: Any) -> Agent:
        """An agent who passes every gate on 24 November, from 8 to 18 h."""
        user = User.objects.create_user(email=f"{uuid4().hex}@baylink.example", name=name)
        fit: dict[str, Any] = {
            "user": user, "name": name, "phone": "19900000001", "lat": HOME[0], "lng": HOME[1], "licence": "C1",
            "licence_expires_on": date(2028, 1, 1), "in_trade_since": date(2020, 1, 1),
            "trained_until": date(2027, 12, 31),
        }  # fmt: skip
        agent = Agent.objects.create(**{**fit, **changes})
        agent.areas.add(self.area)
        start, end = shift or (at(8), at(18))
        Shift.objects.create(agent=agent, starts_at=start, ends_at=end)
        return agent

    def spec(self, **changes: Any) -> LegSpec:
        """A pickup on 24 November from 10 to 12 h."""
        plain: dict[str, Any] = {
            "purpose_id": uuid4(), "kind": "pickup", "label": "沪A12345", "window_start": at(10), "window_end": at(12),
            "received_at": NOW, "from_address": "科苑路1号", "from_lat": SITE[0], "from_lng": SITE[1],
            "to_address": "金桥车间", "to_lat": SHOP[0], "to_lng": SHOP[1], "vehicle_class": "small_car",
            "contact": "刘芳", "phone": "19900003294",
        }  # fmt: skip
        return LegSpec(**{**plain, **changes})

    def leg(self, *, tenant: Tenant | None = None, now: datetime = NOW, **changes: Any) -> Leg:
        """A planned leg."""
        tenant_id = (tenant or self.acme).pk
        return plan_legs(tenant_id=tenant_id, legs=[self.spec(**changes)], actor=self.system, now=now)[0]

    def assigned(self, *, now: datetime = NOW, **changes: Any) -> Leg:
        """A leg that the planner has named an agent for."""
        leg = self.leg(now=now, **changes)
        solve(now=now)
        return self.fresh(leg)

    def fresh(self, leg: Leg) -> Leg:
        """As it stands in the database."""
        return Leg.objects.select_related("agent", "area").get(pk=leg.pk)


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


@pytest.fixture
def facts() -> Callable[..., list[dict[str, Any]]]:
    """The data of the facts of some types, in the order they were recorded: facts("leg.moved")."""

    def read(*types: str, leg_id: UUID | None = None) -> list[dict[str, Any]]:
        found = Fact.objects.filter(type__in=types).order_by("id")
        rows = [{"type": fact.type, **fact.data} for fact in found]
        return [row for row in rows if leg_id is None or row.get("leg_id") == str(leg_id)]

    return read
