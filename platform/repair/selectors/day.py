"""An agent's day: the trips in the order in which they are due, and the vehicles that wait for his next word."""

from datetime import datetime
from typing import Any, Final

from dispatch import texts as leg_texts
from dispatch.models import OCCUPIED, Agent, Leg, LegKind, Offer
from events.ids import public_id
from repair import states, texts
from repair.maps import MapLink, links_to
from repair.models import Job

SHOWN: Final = 40
WITH_AGENT: Final = (
    states.IN_CUSTODY, states.PRE_CHECK, states.AT_STATION, states.READY, states.RETURN_FAILED, states.REFUSED,
    states.DOCUMENTS_IN, states.AT_OFFICE, states.PAID, states.OFFICE_REFUSED,
)  # fmt: skip


def read_day(agent: Agent, now: datetime) -> dict[str, Any]:
    """Trips, and what waits: a fixed number of queries."""
    legs = list(agent.legs.filter(status__in=OCCUPIED).select_related("tenant").order_by("busy", "pk")[:SHOWN])
    ends = dict(Offer.objects.filter(leg__in=legs, answer="").values_list("leg_id", "expires_at"))
    waiting = list(Job.objects.filter(agent=agent, status__in=WITH_AGENT).order_by("status_since")[:SHOWN])
    last = last_legs(agent, waiting)
    behind = jobs_behind(legs)
    return {
        "legs": [describe_leg(leg, behind.get(leg.purpose_id, []), ends.get(leg.pk)) for leg in legs],
        "waiting": [
            {
                "job": job,
                "ref": public_id("leg", last[job.visit_id or job.pk]),
                "state": texts.JOB_STATES.get(job.status),
            }
            for job in waiting
            if (job.visit_id or job.pk) in last and last[job.visit_id or job.pk] not in {leg.pk for leg in legs}
        ],
    }


def last_legs(agent: Agent, jobs: list[Job]) -> dict[Any, Any]:
    """The agent's newest leg for each visit or errand."""
    rows = Leg.objects.filter(agent=agent, purpose_id__in={job.visit_id or job.pk for job in jobs}).order_by("pk")
    return dict(rows.values_list("purpose_id", "pk"))


def jobs_behind(legs: list[Leg]) -> dict[Any, list[Job]]:
    """The jobs of each visit or errand."""
    keys = {leg.purpose_id for leg in legs}
    found: dict[Any, list[Job]] = {}
    for job in Job.objects.filter(visit_id__in=keys).order_by("number"):
        found.setdefault(job.visit_id, []).append(job)
    for job in Job.objects.filter(pk__in=keys).order_by("number"):
        found.setdefault(job.pk, []).append(job)
    return found


def describe_leg(leg: Leg, jobs: list[Job], answer_by: datetime | None) -> dict[str, Any]:
    """A trip as the list shows it."""
    return {
        "leg": leg,
        "ref": public_id("leg", leg.pk),
        "state": leg_texts.LEG_STATES[leg.status],
        "is_offer": leg.status == "offered",
        "answer_by": answer_by,
        "jobs": jobs,
        "plate": next((job.plate for job in jobs if job.plate), leg.label),
        "vehicle_class": leg_texts.CLASSES.get(leg.vehicle_class, leg.vehicle_class),
    }


def map_links(leg: Leg) -> list[MapLink]:
    """Where the way is shown. The first stop is where the leg begins, until it is left."""
    if (
        leg.kind == LegKind.RETURN
        and leg.status in {"under_way", "arrived"}
        and leg.to_lat is not None
        and leg.to_lng is not None
    ):
        return links_to(lat=leg.to_lat, lng=leg.to_lng, name=leg.to_address)
    return links_to(lat=leg.from_lat, lng=leg.from_lng, name=leg.from_address)
