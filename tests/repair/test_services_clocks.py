"""What a clock that ran out brings about."""

from datetime import datetime, timedelta

import pytest

from dispatch.clocks import find_breaches
from dispatch.clocks.telling import tell_breach
from dispatch.models import Clock, Leg
from events.each import each_alone
from repair.models import Job
from repair.services.silence import pass_silent_leg_on, pass_silent_legs_on
from tests.repair.world import SYSTEM, World, fresh

SECOND = timedelta(seconds=1)


def contact_due(job: Job) -> datetime:
    """When the customer must have been called."""
    due = Clock.objects.get(subject_id=job.pk, kind="contact", stopped_at=None).due_at
    assert due is not None
    return due


@pytest.mark.django_db
def test_an_agent_who_does_not_call_loses_the_leg_to_the_next(world: World) -> None:
    job = world.accept(world.name(world.order()))
    assert fresh(job).status == "accepted"
    due = contact_due(job)
    assert find_breaches(now=due - SECOND) == 0
    assert pass_silent_legs_on(now=due - SECOND) == 0
    assert find_breaches(now=due + SECOND) == 1
    assert pass_silent_legs_on(now=due + SECOND) == 1
    leg = Leg.objects.get(pk=world.leg(job).pk)
    assert (leg.status, leg.agent_id, leg.refused_by) == ("unassigned", None, [world.li.pk])
    assert (fresh(job).status, fresh(job).agent_id) == ("acknowledged", None)
    clock = Clock.objects.get(subject_id=job.pk, kind="contact")
    assert clock.breached_at is not None
    assert find_breaches(now=due + timedelta(minutes=5)) == 0
    assert pass_silent_legs_on(now=due + timedelta(minutes=5)) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("is_found_before", [True, False])
def test_an_agent_who_calls_late_keeps_the_leg(world: World, is_found_before: bool) -> None:
    job = world.accept(world.name(world.order()))
    world.now = contact_due(job) + SECOND
    if is_found_before:
        find_breaches(now=world.now)
    job = world.contact(job)
    leg = world.leg(job)
    assert (job.status, leg.status, leg.agent) == ("contacted", "contacted", world.li)
    assert Clock.objects.get(subject_id=job.pk, kind="contact").breached_at is not None
    assert pass_silent_legs_on(now=world.tick()) == 0
    assert not pass_silent_leg_on(leg_id=leg.pk, actor=SYSTEM, now=world.now)
    assert world.leg(job).agent == world.li


@pytest.mark.django_db
def test_a_leg_that_a_dispatcher_hands_on_late_stays_with_the_next_agent(world: World) -> None:
    job = world.accept(world.name(world.order()))
    world.now = contact_due(job) + SECOND
    job = world.accept(world.name(job, agent=world.wu))
    assert pass_silent_legs_on(now=world.tick()) == 0
    assert (job.status, world.leg(job).agent) == ("accepted", world.wu)


@pytest.mark.django_db
def test_one_tenants_trouble_stops_no_other_tenants_clocks(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from tenants.models import Tenant

    other = Tenant.objects.exclude(pk=world.tenant.pk).exclude(schema_name="public").order_by("pk").first()
    assert other is not None
    mine = world.order()
    theirs = world.open(world.line(), tenant=other)[0]

    def stumble(clock: Clock, *, breached_at: datetime) -> None:
        if clock.tenant_id == world.tenant.pk:
            raise RuntimeError
        tell_breach(clock, breached_at=breached_at)

    monkeypatch.setattr("dispatch.clocks.breaching.tell_breach", stumble)
    assert find_breaches(now=world.tick(days=1)) == 1
    assert "is left for the next time" in caplog.text
    assert Clock.objects.get(subject_id=theirs.pk, kind="dispatch").breached_at == world.now
    assert Clock.objects.get(subject_id=mine.pk, kind="dispatch").breached_at is None


def test_what_fails_alone_is_logged_and_the_others_are_done(caplog: pytest.LogCaptureFixture) -> None:
    assert each_alone([1, 0, 2], lambda number: 2 // number) == [2, 1]
    assert "ZeroDivisionError" in caplog.text
