"""What an agent's papers let him do, on which day and with which vehicles; and what runs out soon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dispatch.models import Agent, LicenceRule
from dispatch.planning import GateReason, licence_codes
from dispatch.planning.tables import ZONE, a_year_after
from dispatch.texts import CLASSES
from events.ids import public_id

REMINDED: Final = timedelta(days=14)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rules:
    """The licence rules, read once; asked for any day."""

    rows: Sequence[LicenceRule]

    def on(self, vehicle_class: str, day: date) -> frozenset[str] | None:
        """The licences that may drive a class on a day; None when no rule is in force."""
        for rule in self.rows:
            if rule.vehicle_class == vehicle_class and is_in_force(rule, day):
                return frozenset(rule.licences)
        return None


def is_in_force(rule: LicenceRule, day: date) -> bool:
    """Whether the rule holds on a day, its last included."""
    return rule.valid_from <= day and (rule.valid_until is None or day <= rule.valid_until)


def read_rules() -> Rules:
    """All of them."""
    return Rules(list(LicenceRule.objects.order_by("-valid_from")))


def papers_shut(agent: Agent, *, day: date, floor: frozenset[str]) -> list[GateReason]:
    """The gates of papers that are shut for an agent on a day, whatever the leg; `floor` are the licences of employment."""
    shut = [
        (GateReason.UNFIT, not agent.is_active),
        (GateReason.LICENCE, not licence_codes(agent.licence) & floor),
        (GateReason.LICENCE_EXPIRED, agent.licence_expires_on < day),
        (GateReason.PROBATION, agent.probation_until is not None and agent.probation_until >= day),
        (GateReason.TRADE_YEAR, a_year_after(agent.in_trade_since) > day),
        (GateReason.TRAINING, agent.trained_until is None or agent.trained_until < day),
    ]
    return [reason for reason, is_shut in shut if is_shut]


@dataclass(frozen=True, slots=True)
class MayDrive:
    """A vehicle class, and why an agent may not drive it today; no reason is a yes."""

    name: Any
    licences: Sequence[str]
    reason: str


def classes_for(agent: Agent, *, now: datetime) -> list[MayDrive]:
    """Every class that is known, by the rules of today and the agent's licence."""
    day, rules, held = timezone.localdate(now, ZONE), read_rules(), licence_codes(agent.licence)
    found = []
    for key, name in CLASSES.items():
        asked = rules.on(key, day)
        shut = GateReason.UNKNOWN_CLASS if asked is None else None if held & asked else GateReason.LICENCE
        if shut is None and agent.licence_expires_on < day:
            shut = GateReason.LICENCE_EXPIRED
        if shut is None and agent.probation_until is not None and agent.probation_until >= day:
            shut = GateReason.PROBATION
        found.append(MayDrive(name, sorted(asked or ()), shut.text if shut else ""))
    return found


@dataclass(frozen=True, slots=True)
class Expiry:
    """Something of an agent's that has run out, or will soon."""

    agent: Agent
    what: Any
    until: date
    days: int  # left; below 0 since

    @property
    def ref(self) -> str:
        """The agent's public id."""
        return public_id("agt", self.agent.pk)

    @property
    def tone(self) -> str:
        """Over is bad, soon a warning."""
        return "bad" if self.days < 0 else "warn"


def expiring(*, now: datetime) -> list[Expiry]:
    """Licences and trainings of active agents that have run out, or will within 14 days; the most urgent first."""
    today = timezone.localdate(now, ZONE)
    rows = Agent.objects.filter(soon(today), is_active=True).order_by("name", "pk")
    found = [
        Expiry(agent, what, until, (until - today).days)
        for agent in rows
        for what, until in (
            (_("Licence"), agent.licence_expires_on),
            (_("Training"), agent.trained_until or today - DAY),
        )
        if until <= today + REMINDED
    ]
    return sorted(found, key=lambda item: (item.until, item.agent.name, item.agent.pk))


def soon(today: date) -> Q:
    """Agents of whom something ends within 14 days, or was never there."""
    last = today + REMINDED
    return Q(licence_expires_on__lte=last) | Q(trained_until__lte=last) | Q(trained_until=None)


def count_expiring(*, now: datetime) -> int:
    """How many agents that are."""
    return Agent.objects.filter(soon(timezone.localdate(now, ZONE)), is_active=True).count()
