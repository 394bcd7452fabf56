"""Offers: held out, answered by the agent himself, or passed on when he declines or their time is over."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from dispatch import naming
from dispatch.access import require_own_leg
from dispatch.checking import find_next
from dispatch.errors import OfferClosed
from dispatch.locking import lock_leg, lock_legs
from dispatch.models import Leg, Offer
from dispatch.naming import SYSTEM, Naming, name_agents, refuse, unname
from dispatch.proposing import find_windows
from dispatch.states import ACCEPTED, ASSIGNED, LEG, OFFERED, UNASSIGNED
from dispatch.telling import tell_alert, tell_moved
from events.commands import command
from events.each import each_alone
from tenants.actors import Actor

BATCH = 500


def open_due_offers(*, actor: Actor, now: datetime) -> int:
    """Hold out every offer whose hour has come, in commands of one tenant; returns how many."""
    due = Offer.objects.filter(answer="", opens_at__lte=now, leg__status=ASSIGNED).order_by("opens_at")
    of_tenant: dict[UUID, list[UUID]] = defaultdict(list)
    for tenant_id, leg_id in due.values_list("leg__tenant_id", "leg_id")[:BATCH]:
        of_tenant[tenant_id].append(leg_id)
    parts = [keys[start : start + 100] for keys in of_tenant.values() for start in range(0, len(keys), 100)]
    return sum(each_alone(parts, lambda keys: open_offers(leg_ids=keys, actor=actor, now=now)))


@command
def open_offers(*, leg_ids: list[UUID], actor: Actor, now: datetime) -> int:
    """Hold out the offers of these legs now, due or not; each lasts as long as it was to. Returns how many."""
    legs = lock_legs(Q(pk__in=leg_ids, status=ASSIGNED))
    pending = {offer.leg_id: offer for offer in Offer.objects.filter(leg_id__in=[leg.pk for leg in legs], answer="")}
    for offer in pending.values():
        offer.opens_at, offer.expires_at = now, now + (offer.expires_at - offer.opens_at)
    Offer.objects.bulk_update(pending.values(), ["opens_at", "expires_at"])
    naming.open_offers([leg for leg in legs if leg.pk in pending], now=now)
    return len(pending)


def open_offer_of(leg: Leg) -> Offer:
    """The leg's offer that waits for its answer. Raises OfferClosed."""
    offer = Offer.objects.filter(leg=leg, answer="").first()
    if offer is None:
        raise OfferClosed(_("This offer is closed."))
    return offer


def close_offer(leg: Leg, *, answer: str, reason: str, now: datetime) -> None:
    """Write the answer of the leg's open offer."""
    Offer.objects.filter(leg=leg, answer="").update(answer=answer, answered_at=now, reason=reason[:200])


@command
def accept_offer(*, leg_id: UUID, actor: Actor, now: datetime) -> Leg:
    """The agent takes the leg. Raises TransitionError for another's, OfferClosed when its time is over."""
    leg = lock_leg(leg_id)
    require_own_leg(leg, "accept", actor=actor)
    LEG.check(leg, "accept", actor=actor, evidence={})
    if open_offer_of(leg).expires_at <= now:
        raise OfferClosed(_("The time of this offer is over; it goes to another agent."))
    close_offer(leg, answer=ACCEPTED, reason="", now=now)
    LEG.transition(leg, "accept", actor=actor, now=now)
    leg.save(update_fields=["status", "status_since"])
    tell_moved(leg, "accept", before=OFFERED)
    return leg


@command
def decline_offer(*, leg_id: UUID, reason: str, actor: Actor, now: datetime) -> Leg:
    """The agent will not: the leg goes to the next one, or to the dispatchers. Raises TransitionError."""
    leg = lock_leg(leg_id)
    require_own_leg(leg, "pass_on", actor=actor)
    LEG.check(leg, "give_up", actor=actor, evidence={"reason": reason})
    close_offer(leg, answer="declined", reason=reason, now=now)
    pass_on(leg, "decline", reason=reason, now=now)
    return leg


def expire_offers(*, actor: Actor, now: datetime) -> int:
    """Pass on every leg whose offer nobody answered in time, one command a leg; returns how many."""
    over = Offer.objects.filter(answer="", expires_at__lte=now, leg__status=OFFERED).order_by("expires_at", "pk")
    keys = list(over.values_list("leg_id", flat=True))
    return sum(each_alone(keys, lambda leg_id: expire_offer(leg_id=leg_id, actor=actor, now=now)))


@command
def expire_offer(*, leg_id: UUID, actor: Actor, now: datetime) -> bool:
    """One leg of `expire_offers`; False when its offer was answered meanwhile."""
    leg = lock_leg(leg_id)
    if leg.status != OFFERED or not Offer.objects.filter(leg=leg, answer="", expires_at__lte=now).exists():
        return False
    close_offer(leg, answer="expired", reason="", now=now)
    pass_on(leg, "expire", reason="offer_expired", now=now)
    return True


def pass_on(leg: Leg, event: str, *, reason: str, now: datetime) -> None:
    """After `event` (decline, expire), inside its command: to the next best agent by the gates, or to nobody."""
    refuse(leg)
    leg.save(update_fields=["refused_by"])
    found = find_next(leg, now=now)
    tell_moved(leg, event, before=OFFERED, after=ASSIGNED if found else UNASSIGNED, reason=reason)
    hand_on(leg=leg, found=found, actor=SYSTEM, now=now)


@command
def hand_on(*, leg: Leg, found: Naming | None, actor: Actor, now: datetime) -> None:
    """The system's step of `pass_on`: whoever declined names nobody. Locks of leg and agent are held."""
    if found is not None:
        name_agents(namings=[found], event="pass_on", actor=actor, now=now)
        return
    unname(leg, "give_up", reason="nobody_left", actor=actor, now=now, windows=find_windows(leg, now=now))
    tell_alert(leg, reason="nobody_left")
