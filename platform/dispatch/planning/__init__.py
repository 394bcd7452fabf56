"""Who drives each leg, and which workshop takes the vehicle: values in, values out, no database."""

from dispatch.planning.drive_time import DriveTimes, GreatCircleDriveTimes
from dispatch.planning.geo import Coordinates, DisplaySystem, from_wgs84, metres_between, metres_matrix, to_wgs84
from dispatch.planning.model import (
    AgentCard,
    Booking,
    LegKind,
    LegMode,
    LegTask,
    LicenceRule,
    PlanningInputError,
    licence_codes,
)
from dispatch.planning.offers import OfferedWindow
from dispatch.planning.reasons import GateReason
from dispatch.planning.results import Candidate, Explanation, Fate, LegPlan, Plan
from dispatch.planning.routing_service import RoutingServiceDriveTimes, drive_times_from
from dispatch.planning.solve import plan
from dispatch.planning.verdicts import Verdict, explain, judge
from dispatch.planning.workshops import (
    WorkshopCard,
    WorkshopChoice,
    WorkshopNeed,
    WorkshopReason,
    WorkshopVerdict,
    choose_workshop,
)

__all__ = [
    "AgentCard",
    "Booking",
    "Candidate",
    "Coordinates",
    "DisplaySystem",
    "DriveTimes",
    "Explanation",
    "Fate",
    "GateReason",
    "GreatCircleDriveTimes",
    "LegKind",
    "LegMode",
    "LegPlan",
    "LegTask",
    "LicenceRule",
    "OfferedWindow",
    "Plan",
    "PlanningInputError",
    "RoutingServiceDriveTimes",
    "Verdict",
    "WorkshopCard",
    "WorkshopChoice",
    "WorkshopNeed",
    "WorkshopReason",
    "WorkshopVerdict",
    "choose_workshop",
    "drive_times_from",
    "explain",
    "from_wgs84",
    "judge",
    "licence_codes",
    "metres_between",
    "metres_matrix",
    "plan",
    "to_wgs84",
]
