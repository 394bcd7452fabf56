"""What a clock that ran out brings about."""

from datetime import timedelta

import pytest

from dispatch.clocks import find_breaches
from dispatch.models import Clock, Leg
from tests.repair.world import World, fresh


@pytest.mark.django_db
def test_an_agent_who_does_not_call_loses_the_leg_to_the_next(world: World) -> None:
    job = world.accept(world.name(world.order()))
    assert fresh(job).status == "accepted"
    due = Clock.objects.get(subject_id=job.pk, kind="contact").due_at
    assert due is not None
    assert find_breaches(now=due - timedelta(seconds=1)) == 0
    assert find_breaches(now=due + timedelta(seconds=1)) == 1
    leg = Leg.objects.get(pk=world.leg(job).pk)
    assert (leg.status, leg.agent_id, leg.refused_by) == ("unassigned", None, [world.li.pk])
    assert (fresh(job).status, fresh(job).agent_id) == ("acknowledged", None)
    clock = Clock.objects.get(subject_id=job.pk, kind="contact")
    assert clock.breached_at is not None
    assert find_breaches(now=due + timedelta(minutes=5)) == 0
