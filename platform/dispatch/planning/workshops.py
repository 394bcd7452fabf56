"""Which workshop a vehicle goes to: hard gates on brand, operations, class and bay; then distance and the network."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import numpy as np
from django.utils.translation import gettext_lazy as _

from dispatch.planning.geo import Coordinates, metres_between

METRES_A_RANK = 10_000
"""A network is wished for, never forced: each rank weighs as much as ten kilometres more (to confirm)."""


class WorkshopReason(StrEnum):
    """Why a workshop was not chosen."""

    REFUSED = "refused"
    BRAND = "brand"
    OPERATION = "operation"
    VEHICLE_CLASS = "vehicle_class"
    NO_BAY = "no_bay"
    FARTHER = "farther"

    @property
    def text(self) -> str:
        """The reason in the reader's language."""
        return str(_TEXTS[self])


_TEXTS = {
    WorkshopReason.REFUSED: _("Refused this job"),
    WorkshopReason.BRAND: _("Does not work on this brand"),
    WorkshopReason.OPERATION: _("Cannot do all of these operations"),
    WorkshopReason.VEHICLE_CLASS: _("Cannot take this class of vehicle"),
    WorkshopReason.NO_BAY: _("Has no bay free on that day"),
    WorkshopReason.FARTHER: _("Is farther away, or lower in the insurer's network"),
}


@dataclass(frozen=True, slots=True)
class WorkshopNeed:
    """What a job asks of a workshop: the vehicle's names, all operations, its class, the day and where it stands.

    `vehicle_class` None is an unknown class, which only a workshop for every class takes.
    """

    operations: frozenset[str]
    day: date
    position: Coordinates
    vehicle_class: str | None
    brand: str | None = None
    wmi: str | None = None
    model: str | None = None
    job_id: str | None = None


@dataclass(frozen=True, slots=True)
class WorkshopCard:
    """What a workshop can do. `brands` and `classes` None mean any.

    A brand may stand as a brand, a WMI or a model. `network_rank` 0 is the place in the payer's network that is
    wished for most, or no wish.
    """

    id: str
    name: str
    position: Coordinates
    brands: frozenset[str] | None
    capabilities: frozenset[str]
    classes: frozenset[str] | None
    bays_free_by_day: Mapping[date, int]
    refused_jobs: frozenset[str] = frozenset()
    network_rank: int = 0


@dataclass(frozen=True, slots=True)
class WorkshopVerdict:
    """One workshop's answer: metres to it, metres with the network's weight, and every reason against it."""

    workshop_id: str
    distance_m: int
    weighed_m: int
    reasons: tuple[WorkshopReason, ...]


@dataclass(frozen=True, slots=True)
class WorkshopChoice:
    """The workshop, or None if none can; `considered` holds all, the chosen one first, then by what they weigh."""

    workshop_id: str | None
    considered: tuple[WorkshopVerdict, ...] = field(default=())


def choose_workshop(*, need: WorkshopNeed, workshops: Sequence[WorkshopCard]) -> WorkshopChoice:
    """Choose the nearest workshop that can do the job, the network weighed in; of equals the lower id."""
    if not workshops:
        return WorkshopChoice(None)
    metres = metres_between(origins=need.position, destinations=[card.position for card in workshops])
    found = sorted(
        (_judge(need, card, int(distance)) for card, distance in zip(workshops, np.rint(metres), strict=True)),
        key=lambda verdict: (bool(verdict.reasons), verdict.weighed_m, verdict.workshop_id),
    )
    if found[0].reasons:
        return WorkshopChoice(None, tuple(found))
    beaten = (verdict if verdict.reasons else _with_reason(verdict, WorkshopReason.FARTHER) for verdict in found[1:])
    return WorkshopChoice(found[0].workshop_id, (found[0], *beaten))


def _judge(need: WorkshopNeed, card: WorkshopCard, distance_m: int) -> WorkshopVerdict:
    gates = (
        (WorkshopReason.REFUSED, need.job_id is None or need.job_id not in card.refused_jobs),
        (WorkshopReason.BRAND, card.brands is None or bool(_names(need) & _folded(card.brands))),
        (WorkshopReason.OPERATION, need.operations <= card.capabilities),
        (WorkshopReason.VEHICLE_CLASS, card.classes is None or need.vehicle_class in card.classes),
        (WorkshopReason.NO_BAY, card.bays_free_by_day.get(need.day, 0) > 0),
    )
    return WorkshopVerdict(
        workshop_id=card.id,
        distance_m=distance_m,
        weighed_m=distance_m + card.network_rank * METRES_A_RANK,
        reasons=tuple(reason for reason, is_open in gates if not is_open),
    )


def _with_reason(verdict: WorkshopVerdict, reason: WorkshopReason) -> WorkshopVerdict:
    return WorkshopVerdict(verdict.workshop_id, verdict.distance_m, verdict.weighed_m, (reason,))


def _names(need: WorkshopNeed) -> frozenset[str]:
    return _folded(name for name in (need.brand, need.wmi, need.model) if name)


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.strip().casefold() for name in names)
