"""The rules in force: limits, and what lets a clock stand still. Each is a version from a date on."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, QuerySet

from dispatch.models import AreaAlert, ClockRule, PauseRule
from dispatch.states import ALERT_OPEN

WAITS: Final = frozenset({"approval", "consent", "insurer", "parts"})
"""Clocks that only measure, and are themselves a cause: while somebody is waited for, the promise moves."""


class UnknownClock(LookupError):
    """There is no rule for a clock of this kind."""


def clock_rules(*, at: datetime, kinds: Collection[str] | None = None) -> dict[str, ClockRule]:
    """The rule in force of each kind (or of these); each knows as `has_alerts` whether an area alert holds."""
    rules = ClockRule.objects.in_force("kind", at=at).annotate(has_alerts=Exists(live_alerts(now=at)))
    if kinds is not None:
        rules = rules.filter(kind__in=list(kinds))
    return {rule.kind: rule for rule in rules}


def require_rules(kinds: Collection[str], *, at: datetime) -> dict[str, ClockRule]:
    """The rules of these kinds. Raises UnknownClock."""
    rules = clock_rules(at=at, kinds=kinds)
    for kind in sorted(set(kinds) - rules.keys()):
        raise UnknownClock(kind)
    return rules


def limit_of(kind: str, *, at: datetime) -> timedelta:
    """The limit in force of one kind; nothing for a clock that only measures. Raises UnknownClock."""
    return timedelta(seconds=require_rules([kind], at=at)[kind].limit_s or 0)


def pause_rules(*, cause: str, at: datetime) -> dict[str, PauseRule]:
    """What a cause lets stand still, by the kind of clock."""
    rules = PauseRule.objects.filter(cause=cause).in_force("kind", at=at)
    return {rule.kind: rule for rule in rules if rule.pauses}


def live_alerts(*, now: datetime) -> QuerySet[AreaAlert]:
    """Alerts that let clocks stand still at `now`, whether or not somebody has written down yet that they began."""
    return AreaAlert.objects.filter(status__in=ALERT_OPEN, opened_at__lte=now, starts_at__lte=now)
