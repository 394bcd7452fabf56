"""Every event that the repair desk tells names the fact behind it."""

from datetime import timedelta

from events.models import Event, Fact
from repair.ids import job_ref
from repair.models import Visit
from repair.services import changing, choosing, errands, holding, working
from repair.services.visit_ends import begin_left_waiting
from tests.repair.world import SYSTEM, VINS, World, fresh, visit_of


def untold(world: World) -> list[str]:
    """The types of what was told without a fact."""
    return sorted(Event.objects.filter(tenant=world.tenant, because=None).values_list("type", flat=True))


def test_a_whole_order_is_told_because_of_its_steps(world: World) -> None:
    job = world.in_repair()
    working.note_progress(job_id=job.pk, text="等待喷漆", actor=world.ws(job), now=world.tick())
    holding.hold_job(job_id=job.pk, cause="ours", reason="停电", actor=world.dsp, now=world.tick())
    holding.release_job(job_id=job.pk, actor=world.dsp, now=world.tick())
    changing.stop_job(job_id=job.pk, reason="不修了", actor=world.dsp, now=world.tick())
    other = world.delivered(vin="LSVNV2182E2100001", plate="沪B1")
    assert (fresh(job).status, fresh(other).status) == ("stopped", "delivered")
    assert untold(world) == []


def test_a_note_of_progress_is_a_fact_and_its_words_are_told_because_of_it(world: World) -> None:
    job = world.in_repair()
    working.note_progress(job_id=job.pk, text="等待喷漆", actor=world.ws(job), now=world.tick())
    fact = Fact.objects.get(subject=job_ref(job.pk), data__event="note_progress")
    assert (fact.data["row"], fact.data["note"], fact.data["before"]) == ("P10", "等待喷漆", fact.data["after"])
    assert Event.objects.get(because=fact.pk).data["text"] == "等待喷漆"


def test_what_moves_a_window_or_a_workshop_is_named(world: World) -> None:
    first = world.in_custody()
    later = world.tick() + timedelta(hours=9)
    second = world.order(window_start=later, window_end=later + timedelta(hours=2))
    Visit.objects.filter(pk=visit_of(first).pk).update(ended_at=world.now)
    world.tick(days=2)
    assert begin_left_waiting(actor=SYSTEM, now=world.now) == 1
    assert fresh(second).window_end > world.now
    parts = world.order(service="parts", vin=VINS[1])
    errands.order_parts(job_id=parts.pk, actor=world.dsp, now=world.tick())
    world.tick(days=3)
    errands.receive_parts(job_id=parts.pk, is_fitted=True, actor=world.dsp, now=world.now)
    choosing.change_workshop(
        visit_id=visit_of(second).pk, workshop_id=world.north.pk, reason="近", actor=world.dsp, now=world.now
    )
    assert {"order.amended", "order.workshop_named"} <= set(Event.objects.values_list("type", flat=True))
    assert untold(world) == []
