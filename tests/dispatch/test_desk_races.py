"""Two connections at once: nobody is in two places, nothing is answered or breached twice."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from dispatch.clocks import Swept, start_clocks
from dispatch.clocks.sweeping import sweep_some
from dispatch.errors import AgentUnfit, LegMoved, OfferClosed
from dispatch.models import Agent, Assignment, ClockWarning, Leg
from dispatch.naming import write_names
from dispatch.requests import ClockStart
from dispatch.services.assigning import Seen, reassign_leg, solve
from dispatch.services.legs import cancel_legs
from dispatch.services.offers import accept_offer, decline_offer, expire_offers
from events.ids import new_id
from events.machine import TransitionError
from events.models import Fact
from tenants.actors import Actor
from tests.dispatch.conftest import NOW, Desk, as_agent, at, staff, within


@pytest.fixture
def desk(own_db: str) -> Desk:
    return Desk()


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run the works in threads of their own, each with its own connection; give results or errors in order."""
    barrier, found = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=10)
            found[place] = work()
        except Exception as error:  # noqa: BLE001
            found[place] = error  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return found


def test_two_dispatchers_name_one_agent_at_once(desk: Desk) -> None:
    agent = desk.agent()
    for _round in range(5):
        legs = [desk.leg(window_end=at(10, 20)), desk.leg(window_end=at(10, 20))]

        def name(leg_id: UUID) -> Any:
            return reassign_leg(leg_id=leg_id, agent_id=agent.pk, reason="", actor=desk.dispatcher, now=NOW)

        found = at_once(lambda a=legs[0].pk: name(a), lambda b=legs[1].pk: name(b))  # type: ignore[misc]
        refusals = [item for item in found if isinstance(item, AgentUnfit)]
        assert len(refusals) == 1, found
        assert [reason.value for reason in refusals[0].reasons] == ["overlap"]
        assert Leg.objects.filter(status="assigned").count() == 1
        cancel_legs(purpose_ids=[leg.purpose_id for leg in legs], reason="", actor=desk.system, now=NOW)


def test_two_dispatchers_name_agents_for_one_leg_at_once(desk: Desk) -> None:
    agents = [desk.agent("陈一"), desk.agent("陈二")]
    one, other = staff(user_id="d1", name="王调度"), staff(user_id="d2", name="李调度")
    for _round in range(5):
        leg = desk.leg()

        def name(agent: Agent, who: Actor, leg_id: UUID = leg.pk) -> Any:
            return reassign_leg(leg_id=leg_id, agent_id=agent.pk, reason="", actor=who, now=NOW, seen=Seen(None))

        found = at_once(lambda: name(agents[0], one), lambda: name(agents[1], other))
        told = [item for item in found if isinstance(item, LegMoved)]
        assert len(told) == 1, found
        holder = desk.fresh(leg).agent
        assert holder is not None and told[0].message.startswith(
            f"{one.name if holder == agents[0] else other.name} has named {holder.name}"
        )
        cancel_legs(purpose_ids=[leg.purpose_id], reason="", actor=desk.system, now=NOW)


def test_the_database_itself_lets_nobody_be_in_two_places(desk: Desk) -> None:
    agent = desk.agent()
    first, second = desk.leg(), desk.leg()
    reassign_leg(leg_id=first.pk, agent_id=agent.pk, reason="", actor=desk.dispatcher, now=NOW)
    busy = Leg.objects.get(pk=first.pk).busy
    with pytest.raises(IntegrityError, match="agent_is_in_one_place_at_a_time"), transaction.atomic():
        Leg.objects.filter(pk=second.pk).update(agent=agent, busy=busy, status="offered")
    with pytest.raises(IntegrityError, match="named_leg_has_an_agent"), transaction.atomic():
        Leg.objects.filter(pk=second.pk).update(status="offered")
    assert write_names.__doc__


def test_the_planner_and_a_dispatcher_name_one_agent_at_once(desk: Desk) -> None:
    agent = desk.agent()
    legs = [desk.leg(window_end=at(10, 20)) for _number in range(2)]

    def by_hand() -> Any:
        return reassign_leg(leg_id=legs[1].pk, agent_id=agent.pk, reason="", actor=desk.dispatcher, now=NOW)

    at_once(lambda: solve(now=NOW), by_hand)
    assert Leg.objects.filter(status="assigned", agent=agent).count() == 1
    assert Assignment.objects.filter(ended_at=None).count() == 1


def test_an_offer_is_answered_once(desk: Desk) -> None:
    agent, other = desk.agent("one"), desk.agent("two", lat=31.26)
    leg = desk.assigned(now=at(8))
    me, last = as_agent(agent), at(8) + timedelta(seconds=89)
    found = at_once(
        lambda: accept_offer(leg_id=leg.pk, actor=me, now=last),
        lambda: decline_offer(leg_id=leg.pk, reason="no", actor=me, now=last),
        lambda: expire_offers(actor=desk.system, now=at(8) + timedelta(seconds=90)),
        lambda: expire_offers(actor=desk.system, now=at(8) + timedelta(seconds=90)),
    )
    kept = desk.fresh(leg)
    assert (kept.status, kept.agent) in [("accepted", agent), ("offered", other)]
    assert all(isinstance(item, Leg | int | TransitionError | OfferClosed) for item in found), found
    assert Assignment.objects.filter(leg=leg, ended_at=None).count() == 1


def test_two_beats_record_one_breach(desk: Desk) -> None:
    starts = [
        ClockStart(kind="dispatch", subject_id=new_id(), subject="job_X", started_at=NOW) for _number in range(50)
    ]
    within(work=lambda: start_clocks(tenant_id=desk.acme.pk, clocks=starts, now=NOW), actor=desk.system, now=NOW)
    for minutes, warned, breached in ((9, 50, 0), (11, 0, 50)):
        later = NOW + timedelta(minutes=minutes)
        beat = lambda later=later: sweep_some(tenant_id=desk.acme.pk, actor=desk.system, now=later)  # noqa: E731
        found = sum(at_once(beat, beat, beat), Swept())
        assert (found.warned, found.breached, found.seen) == (warned, breached, 50)
    assert Fact.objects.filter(type="clock.breached").count() == 50
    assert ClockWarning.objects.filter(share=80).count() == Fact.objects.filter(type="clock.warned").count() == 50
