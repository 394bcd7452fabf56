"""J20: what a hold stops, whom it calls back, and which clocks stand still."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from dispatch.clocks import find_breaches
from dispatch.models import Clock
from events.machine import TransitionError
from repair.models import Job
from repair.services import holding
from tests.repair.world import World, fresh


def test_a_hold_stops_the_next_step(world: World) -> None:
    job = world.receive(world.in_custody())
    holding.hold_job(job_id=job.pk, cause="ours", reason="费用争议", actor=world.dsp, now=world.tick())
    with pytest.raises(TransitionError) as caught:
        world.estimate(job)
    assert caught.value.code == "on_hold"
    holding.release_job(job_id=job.pk, actor=world.dsp, now=world.tick())
    assert world.estimate(job).version == 1
    with pytest.raises(TransitionError, match="not on hold"):
        holding.release_job(job_id=job.pk, actor=world.dsp, now=world.tick())


def test_nobody_drives_to_a_vehicle_that_is_held_and_its_release_sends_somebody(world: World) -> None:
    job = world.accept(world.name(world.order()))
    holding.hold_job(job_id=job.pk, cause="ours", reason="客户出差", actor=world.dsp, now=world.tick())
    assert (fresh(job).status, fresh(job).agent_id, world.leg(job).status) == ("acknowledged", None, "cancelled")
    world.tick(days=1)
    holding.release_job(job_id=job.pk, actor=world.dsp, now=world.now)
    job = fresh(job)
    assert world.leg(job).status == "planned"
    assert job.window_end > world.now
    assert Clock.objects.filter(subject_id=job.pk, kind="dispatch", stopped_at=None).count() == 1
    assert world.to_pickup(job).status == "at_pickup"


def test_one_held_job_leaves_the_vehicles_other_job_its_agent(world: World) -> None:
    """Naming goes on over the hold; to be fetched, both must be free."""
    first, second = world.open(world.line(), world.line(service="maintenance"))
    holding.hold_job(job_id=first.pk, cause="ours", reason="争议", actor=world.dsp, now=world.tick())
    world.name(second)
    assert [fresh(job).status for job in (first, second)] == ["assigned", "assigned"]
    with pytest.raises(TransitionError, match="on hold"):
        world.accept(second)
    holding.release_job(job_id=first.pk, actor=world.dsp, now=world.tick(seconds=10))
    world.accept(second)
    assert [fresh(job).status for job in (first, second)] == ["accepted", "accepted"]


def test_a_held_violation_waits_for_its_errand(world: World) -> None:
    job = world.order(service="violation")
    holding.hold_job(job_id=job.pk, cause="ours", reason="等材料", actor=world.dsp, now=world.tick())
    assert world.leg(job, "errand").status == "cancelled"
    holding.release_job(job_id=job.pk, actor=world.dsp, now=world.tick())
    assert world.leg(job, "errand").status == "planned"


def due_of(job: Job, kind: str) -> datetime:
    """When that clock runs out."""
    due = clock_of(job, kind).due_at
    assert due is not None
    return due


def clock_of(job: Job, kind: str) -> Clock:
    """The job's running clock of that kind."""
    return Clock.objects.get(subject_id=job.pk, kind=kind, stopped_at=None, cancelled_at=None)


@pytest.mark.parametrize(("cause", "moved"), [("customer_time", True), ("customer_evidence", True), ("ours", False)])
def test_the_cause_decides_which_clocks_stand_still(world: World, cause: str, moved: bool) -> None:
    job = world.order()
    begun, due = world.now, clock_of(job, "dispatch").due_at
    assert due == begun + timedelta(minutes=10)
    world.now = begun + timedelta(minutes=4)
    holding.hold_job(job_id=job.pk, cause=cause, reason="出差", actor=world.dsp, now=world.now)
    assert find_breaches(now=begun + timedelta(hours=30)) == (0 if moved else 1)
    world.now = begun + timedelta(hours=30)
    holding.release_job(job_id=job.pk, actor=world.dsp, now=world.now)
    clock = clock_of(job, "dispatch")
    if not moved:
        assert (clock.due_at, clock.breached_at, clock.pauses.count()) == (due, begun + timedelta(hours=30), 0)
        return
    stood = timedelta(hours=30) - timedelta(minutes=4)
    assert (clock.due_at, clock.breached_at) == (due + stood, None)
    (pause,) = clock.pauses.all()
    assert (pause.reason, pause.ended_at, clock.paused_at) == (cause, pause.began_at + stood, None)
    assert find_breaches(now=world.now + timedelta(minutes=6)) == 0
    assert find_breaches(now=world.now + timedelta(minutes=6, seconds=1)) == 1


def test_the_notes_of_progress_go_on_over_a_hold_and_the_return_waits(world: World) -> None:
    job = world.in_repair()
    progress, back = due_of(job, "progress"), due_of(job, "return")
    holding.hold_job(job_id=job.pk, cause="customer_time", reason="出差", actor=world.dsp, now=world.tick())
    begun = world.now
    assert clock_of(job, "progress").paused_at is None
    assert clock_of(job, "return").paused_at == begun
    world.now = begun + timedelta(days=9)
    assert find_breaches(now=world.now) == 1
    assert clock_of(job, "progress").breached_at == world.now
    holding.release_job(job_id=job.pk, actor=world.dsp, now=world.now)
    assert clock_of(job, "return").due_at == back + timedelta(days=9)
    assert clock_of(job, "progress").due_at == progress


def test_the_callback_waits_for_a_customer_who_wants_to_be_called_later(world: World) -> None:
    job = world.delivered()
    due = due_of(job, "callback")
    holding.hold_job(job_id=job.pk, cause="customer_time", reason="下周再联系", actor=world.dsp, now=world.tick())
    assert find_breaches(now=world.now + timedelta(days=6)) == 0
    world.tick(days=6)
    holding.release_job(job_id=job.pk, actor=world.dsp, now=world.now)
    assert clock_of(job, "callback").due_at == due + timedelta(days=6)


def test_the_call_of_an_agent_who_is_called_back_is_owed_no_more(world: World) -> None:
    job = world.accept(world.name(world.order()))
    holding.hold_job(job_id=job.pk, cause="ours", reason="台风", actor=world.dsp, now=world.tick())
    assert not Clock.objects.filter(subject_id=job.pk, kind="contact", stopped_at=None).exists()


def test_a_hold_without_a_cause_is_refused(world: World) -> None:
    job = world.order()
    with pytest.raises(ValidationError, match="whose sake"):
        holding.hold_job(job_id=job.pk, cause="fog", reason="雾", actor=world.dsp, now=world.tick())
    with pytest.raises(IntegrityError, match="held_job_has_a_cause"), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(held_since=world.now)
