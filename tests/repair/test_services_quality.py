"""J15 and P10: who inspects what was repaired, rework, and the notes on the way."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from dispatch.models import Clock
from events.machine import TransitionError
from events.models import Event
from repair.models import QualityCheck, QualityStandard
from repair.services import inspecting, working
from tenants.actors import StaffRole
from tenants.people.seed import ensure_staff
from tests.repair.world import World, fresh, staff

# --- J15 --------------------------------------------------------------------------------------------------------------


def test_who_repaired_it_does_not_inspect_it(world: World) -> None:
    who = world.technician_of(world.north)
    ensure_staff(user=who, roles=("workshop", "inspector"), workshop_id=world.north.pk)
    himself = staff(StaffRole.INSPECTOR, name=str(who.pk))
    job = world.in_repair()
    assert job.technician == himself.id
    working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
    with pytest.raises(TransitionError, match="cannot inspect"):
        world.inspect(job, actor=himself)
    with pytest.raises(TransitionError, match="cannot inspect"):
        world.inspect(job, fails="road", actor=himself)
    other = staff(StaffRole.INSPECTOR, name="another")
    world.inspect(job, actor=other)
    check = QualityCheck.objects.get()
    with pytest.raises(IntegrityError, match="inspector_is_not_the_technician"), transaction.atomic():
        QualityCheck.objects.create(
            job=job,
            round=2,
            standard=check.standard,
            inspector="x",
            technician="x",
            results={},
            is_passed=True,
            checked_at=world.now,
        )


def test_a_failed_check_is_rework_and_counted(world: World) -> None:
    job = world.in_repair()
    for count in (1, 2):
        working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
        assert not world.inspect(job, fails="road").is_passed
        assert fresh(job).status == "rework"
        working.resume_rework(job_id=job.pk, actor=world.ws(job), now=world.tick())
        assert fresh(job).rework_count == count
    working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
    assert world.inspect(job).round == 3
    assert fresh(job).status == "ready"


def test_every_item_of_the_standard_is_answered(world: World) -> None:
    job = world.in_repair()
    working.finish_repair(job_id=job.pk, actor=world.ws(job), now=world.tick())
    results = {"road": "ok", "extra": "ok", "codes": "perhaps"}
    with pytest.raises(ValidationError) as caught:
        inspecting.inspect(job_id=job.pk, results=results, remarks="", actor=world.qc, now=world.tick())
    assert set(caught.value.message_dict) == {"fault", "torque", "codes", "extra"}


def test_work_is_checked_against_the_standard_in_force(world: World) -> None:
    items = [{"code": "new", "en": "New", "zh": "新"}]
    QualityStandard.objects.create(service="repair", version="2027-01", items=items, valid_from=date(2027, 1, 1))
    job = world.in_repair()
    assert inspecting.standard_for(job, world.now).version == "2026-01"
    QualityStandard.objects.filter(service="repair", version="2026-01").delete()
    with pytest.raises(ValidationError, match="no quality standard"):
        inspecting.standard_for(job, world.now)


# --- progress ---------------------------------------------------------------------------------------------------------


def test_each_note_meets_its_clock_and_starts_the_next(world: World) -> None:
    job = world.in_repair()
    before = Clock.objects.filter(kind="progress").count()
    working.note_progress(job_id=job.pk, text="正在更换", actor=world.ws(job), now=world.tick(hours=3))
    assert Clock.objects.filter(kind="progress").count() == before + 1
    assert Clock.objects.get(kind="progress", stopped_at=None).started_at == world.now
    assert Event.objects.filter(type="order.noted").latest("seq").data["text"] == "正在更换"


def test_a_note_has_words_of_ours(world: World) -> None:
    job = world.in_repair()
    for text in ("", " ", "x" * 1001):
        with pytest.raises(ValidationError):
            working.note_progress(job_id=job.pk, text=text, actor=world.ws(job), now=world.tick())
    with pytest.raises(PermissionDenied):
        working.note_progress(job_id=job.pk, text="hello", actor=world.ten, now=world.tick())
