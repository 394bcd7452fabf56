"""Agents are taken on, their papers change, and they are let in to sign in."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.access import require_staffer
from dispatch.events import AgentChanged, AgentLinked
from dispatch.models import Agent, Area
from dispatch.planning import licence_codes
from dispatch.planning.tables import ZONE
from dispatch.services.staffing.freeing import lock_staff, settle
from dispatch.waking import wake_solver
from events.commands import command, record
from events.ids import new_id, public_id
from tenants.actors import Actor, StaffRole
from tenants.people.models import Invitation, User
from tenants.people.services.invitations import invite

LICENCES: Final = ("A1", "A2", "A3", "B1", "B2", "C1", "C2", "C3", "C4", "C5", "C6", "D", "E", "F", "M", "N", "P")
"""The classes that a Chinese driving licence can have (GA/T 1574)."""
PHONE: Final = re.compile(r"\+?[0-9][0-9 -]{5,30}")
MOST_LEGS: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDraft:
    """An agent as the lead writes him; `lat` and `lng` (WGS-84) are where his shifts begin."""

    name: str
    phone: str
    licence: str
    licence_expires_on: date
    in_trade_since: date
    lat: float
    lng: float
    area_ids: Collection[UUID]
    probation_until: date | None = None
    home: str = ""
    load: int = 6
    is_active: bool = True


FIELDS: Final = (
    "name", "phone", "licence", "licence_expires_on", "in_trade_since", "lat", "lng", "probation_until", "home", "load",
    "is_active",
)  # fmt: skip


@command
def save_agent(
    *, agent_id: UUID | None, draft: AgentDraft, actor: Actor, now: datetime, confirmed: Collection[UUID] | None = None
) -> Agent:
    """Take an agent on (agent_id None), or change him; legs that he may not drive any more go to be planned anew.

    Raises PermissionDenied, ValidationError by field, Agent.DoesNotExist, LegsAtStake for legs not `confirmed`.
    """
    require_staffer(actor)
    agent = Agent(pk=new_id()) if agent_id is None else lock_staff([agent_id])[agent_id]
    areas = check_draft(draft, now=now)
    before = {} if agent_id is None else values_of(agent)
    for name in FIELDS:
        value = getattr(draft, name)
        setattr(agent, name, value.strip() if isinstance(value, str) else value)
    agent.licence = agent.licence.upper()
    agent.save(force_insert=agent_id is None)
    agent.areas.set(areas)
    record_change(agent, before)
    if agent_id is not None:
        settle([agent.pk], confirmed=confirmed, actor=actor, now=now)
    wake_solver()
    return agent


def check_draft(draft: AgentDraft, *, now: datetime) -> list[Area]:
    """The areas of a draft; raises ValidationError by field."""
    today = timezone.localdate(now, ZONE)
    codes = licence_codes(draft.licence)
    areas = list(Area.objects.filter(pk__in=list(draft.area_ids)))
    found: dict[str, tuple[bool, str]] = {
        "name": (bool(draft.name.strip()), _("Give a name.")),
        "phone": (
            bool(PHONE.fullmatch(draft.phone.strip())),
            _("Give a phone number: digits, spaces, and a plus in front."),
        ),
        "licence": (
            len(draft.licence.strip()) <= 4 and is_licence(draft.licence, codes),
            _("Write the classes as they are printed: C1, B2, A1A2."),
        ),
        "in_trade_since": (draft.in_trade_since <= today, _("This day has not come yet.")),
        "lat": (abs(draft.lat) <= 90, _("A latitude lies between -90 and 90.")),
        "lng": (abs(draft.lng) <= 180, _("A longitude lies between -180 and 180.")),
        "load": (1 <= draft.load <= MOST_LEGS, _("From 1 to %(most)s legs.") % {"most": MOST_LEGS}),
        "areas": (bool(areas) and len(areas) == len(set(draft.area_ids)), _("Choose one area at least.")),
    }
    errors = {name: words for name, (is_right, words) in found.items() if not is_right}
    if errors:
        raise ValidationError(errors)
    return areas


def is_licence(text: str, codes: Collection[str]) -> bool:
    """Whether a licence as printed holds known classes and nothing else."""
    rest = re.sub(r"[A-Z]\d?|[ ,]", "", text.strip().upper())
    return bool(codes) and not rest and set(codes) <= set(LICENCES)


def values_of(agent: Agent) -> dict[str, Any]:
    """An agent as the fact keeps him."""
    areas = sorted(agent.areas.values_list("code", flat=True))
    return {**{name: getattr(agent, name) for name in FIELDS}, "areas": areas}


def record_change(agent: Agent, before: dict[str, Any]) -> None:
    """What was, and what is: only what changed; nothing when nothing did."""
    after = values_of(agent)
    changed = {name for name in after if name not in before or before[name] != after[name]}
    if not changed:
        return
    record(
        AgentChanged(
            subject=public_id("agt", agent.pk), agent_id=agent.pk,
            before={name: before[name] for name in sorted(changed) if name in before},
            after={name: after[name] for name in sorted(changed)},
        )
    )  # fmt: skip


@command
def invite_agent(*, agent_id: UUID, email: str, actor: Actor, now: datetime) -> Invitation | None:
    """Invite an agent's person to sign in; who is among the staff as an agent already is linked at once (None).

    Raises PermissionDenied, ValidationError by field, Agent.DoesNotExist.
    """
    require_staffer(actor)
    agent = lock_staff([agent_id])[agent_id]
    if agent.user_id is not None:
        raise ValidationError(_("This agent can sign in already."))
    known = User.objects.filter(
        email__iexact=email.strip(), agent=None, staff__is_active=True, staff__roles__contains=[StaffRole.AGENT.value]
    ).first()
    if known is not None:
        link(agent, known)
        return None
    invitation = invite(tenant=None, email=email, roles=[StaffRole.AGENT.value], actor=actor, now=now)
    agent.invitation = invitation
    agent.save(update_fields=["invitation"])
    return invitation


def link_invited(*, invitation_id: UUID, user_id: UUID) -> None:
    """Whoever accepted an agent's invitation is that agent, unless he is another already."""
    agent = (
        Agent.objects.select_for_update(of=("self",), no_key=True)
        .filter(invitation_id=invitation_id, user=None)
        .first()
    )
    user = User.objects.filter(pk=user_id, agent=None).first()
    if agent is not None and user is not None:
        link(agent, user)


def link(agent: Agent, user: User) -> None:
    """From now on this person's sign-in is the agent's."""
    agent.user, agent.invitation = user, None
    agent.save(update_fields=["user", "invitation"])
    record(AgentLinked(subject=public_id("agt", agent.pk), agent_id=agent.pk, user_id=user.pk))
