"""J18: what is rated, or past asking, is closed by the system."""

import pytest

from repair.models import Incident, Job
from repair.services import aftercare, holding, incidents
from repair.tasks import close
from tests.repair.world import SYSTEM, VINS, World, fresh


def rated(world: World, vin: str) -> Job:
    job = world.delivered(vin=vin)
    aftercare.rate_order(
        tenant_id=job.tenant_id, order_id=job.order_id, score=5, comment="", actor=world.ten, now=world.tick()
    )
    return fresh(job)


@pytest.mark.django_db
def test_rated_jobs_are_closed_unless_held_or_with_an_open_file(world: World) -> None:
    plain, held, troubled = (rated(world, vin) for vin in VINS)
    holding.hold_job(job_id=held.pk, cause="ours", reason="投诉", actor=world.dsp, now=world.tick())
    file = Incident.objects.create(
        job=troubled, kind="damage", text="划痕", happened_at=world.now, status_since=world.now, reported_by="李",
        reported_at=world.now,
    )  # fmt: skip
    assert aftercare.close_rated(actor=SYSTEM, now=world.tick()) == 1
    assert [fresh(job).status for job in (plain, held, troubled)] == ["closed", "rated", "rated"]
    holding.release_job(job_id=held.pk, actor=world.dsp, now=world.tick())
    incidents.judge_incident(
        incident_id=file.pk,
        liability="company",
        reason="我方",
        compensation_fen=None,
        actor=world.dsp,
        now=world.tick(),
    )
    incidents.close_incident(incident_id=file.pk, actor=world.dsp, now=world.tick())
    assert close() == 2
    assert close() == 0
