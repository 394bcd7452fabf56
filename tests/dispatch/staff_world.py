"""The lead, and what he writes."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from dispatch.models import Agent, LeaveRequest
from dispatch.services.staffing import agents, areas, leaves
from tenants.actors import StaffRole
from tests.dispatch.conftest import HOME, NOW, Desk, as_agent, at, staff

LEAD = staff(StaffRole.LEAD, user_id=uuid4(), name="陈主管")
Facts = Callable[..., list[dict[str, Any]]]


def draft(desk: Desk, **changes: Any) -> agents.AgentDraft:
    """A new agent who passes every gate."""
    full: dict[str, Any] = {
        "name": "新人", "phone": "199 0000 0009", "licence": "C1", "licence_expires_on": date(2028, 1, 1),
        "in_trade_since": date(2020, 1, 1), "lat": HOME[0], "lng": HOME[1], "area_ids": [desk.area.pk],
    }  # fmt: skip
    return agents.AgentDraft(**full | changes)


def draft_of(agent: Agent, **changes: Any) -> agents.AgentDraft:
    """An agent as he is, but for the changes."""
    values = {name: getattr(agent, name) for name in agents.FIELDS}
    values["area_ids"] = list(agent.areas.values_list("pk", flat=True))
    return agents.AgentDraft(**values | changes)


def area_draft(**changes: Any) -> areas.AreaDraft:
    full: dict[str, Any] = {
        "code": "T-NEW", "name": "新区", "lat": 31.0, "lng": 121.0, "radius_m": 9_000, "agents_least": 2, "agents_wanted": 3,
        "staffed_from": time(8), "staffed_until": time(20),
    }  # fmt: skip
    return areas.AreaDraft(**full | changes)


def ask(agent: Agent, start: datetime | None = None, end: datetime | None = None, reason: str = "探亲") -> LeaveRequest:
    """The agent asks for leave on the 24th, or then."""
    return leaves.ask_leave(
        starts_at=start or at(0), ends_at=end or at(24), reason=reason, actor=as_agent(agent), now=NOW
    )
