"""What the workshop hands over: who fetches the vehicle, when, and what came with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dispatch.models import Leg, LegKind
from dispatch.texts import LEG_STATES
from repair import states, texts
from repair.models import Job, QualityCheck
from repair.selectors.pictures import pickup_report


@dataclass(frozen=True, slots=True)
class Giving:
    """The panel of a vehicle that is ready: `leg` is None until the return is planned."""

    leg: Leg | None
    state: Any
    keys: int | None
    things: list[tuple[str, Any]]  # code, name: what was taken at the pickup, and the papers of the work
    valuables: list[str]
    is_due: bool

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
    )


def things_of(job: Job, content: Mapping[str, Any]) -> list[str]:
    """What was in the vehicle, and the papers that go with it: with repair work its report and certificate."""
    taken = [code for code in texts.ITEMS if content.get("items", {}).get(code)]
    is_repaired = QualityCheck.objects.filter(job__visit=job.visit_id, is_passed=True).exists()
    papers = list(texts.DOCUMENTS) if is_repaired else ["settlement"]
    return [*taken, *papers]
