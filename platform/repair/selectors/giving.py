"""What the workshop hands over: who fetches the vehicle, when, and what came with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.models import Leg, LegKind
from dispatch.texts import LEG_STATES
from events.models import Fact
from repair import states, texts
from repair.ids import job_ref
from repair.models import Job, QualityCheck, RequiredShot, ShotOccasion
from repair.selectors.pictures import Picture, pickup_report, pictures_of_shots
from repair.selectors.shots import required_shots
from tenants.actors import Actor


@dataclass(frozen=True, slots=True)
class Giving:
    """The panel of a vehicle that is ready: `leg` is None until the return is planned."""

    leg: Leg | None
    state: Any
    keys: int | None
    things: list[tuple[str, Any]]  # code, name: what was taken at the pickup, and the papers of the work
    valuables: list[str]
    is_due: bool
    shots: list[RequiredShot]

    @property
    def agent(self) -> Any:
        """Who fetches it."""
        return self.leg.agent if self.leg is not None else None


def read_giving(job: Job) -> Giving | None:
    """The hand-over of a vehicle that is ready at its workshop; None before and after."""
    if job.status not in {states.READY, states.AWAITING_RETURN} or job.visit_id is None or job.workshop_id is None:
        return None
    legs = Leg.objects.filter(purpose_id=job.visit_id, kind=LegKind.RETURN).exclude(
        status__in=["cancelled", "done", "failed"]
    )
    leg = legs.select_related("agent").order_by("pk").last()
    report = pickup_report(job)
    content: Mapping[str, Any] = report.content if report else {}
    return Giving(
        leg=leg,
        state=LEG_STATES.get(leg.status, leg.status) if leg else "",
        keys=content.get("keys"),
        things=[(code, texts.THINGS[code]) for code in things_of(job, content)],
        valuables=list(content.get("valuables", [])),
        is_due=job.status == states.AWAITING_RETURN,
        shots=required_shots(ShotOccasion.HAND_OVER, Job.objects.filter(visit=job.visit_id, status=job.status)),
    )


def things_of(job: Job, content: Mapping[str, Any]) -> list[str]:
    """What was in the vehicle, and the papers that go with it: with repair work its report and certificate."""
    taken = [code for code in texts.ITEMS if content.get("items", {}).get(code)]
    is_repaired = QualityCheck.objects.filter(job__visit=job.visit_id, is_passed=True).exists()
    papers = list(texts.DOCUMENTS) if is_repaired else ["settlement"]
    return [*taken, *papers]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How the vehicle left the workshop, the last time that it did."""

    at: datetime
    by: str
    odometer_km: int
    keys: int | None
    things: list[Any]
    remarks: str
    pictures: list[Picture]


def read_handed_over(job: Job, actor: Actor) -> HandedOver | None:
    """J16b as it was written down; None before it, and from a station."""
    fact = Fact.objects.filter(subject=job_ref(job.pk), data__event="hand_over").order_by("id").last()
    detail: Mapping[str, Any] = (fact.data.get("detail") if fact is not None else None) or {}
    if fact is None or not detail:
        return None
    return HandedOver(
        at=fact.occurred_at,
        by=texts.name_actor(fact.actor_name),
        odometer_km=detail["odometer_km"],
        keys=detail.get("keys"),
        things=[texts.THINGS.get(code, code) for code in detail.get("given", ())],
        remarks=detail.get("remarks", ""),
        pictures=pictures_of_shots(detail.get("shots", {}), job, actor),
    )
