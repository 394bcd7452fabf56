"""DESK: areas, agents and what makes them fit, legs and who was named for them, and the clocks."""

from dispatch.models.base import Key
from dispatch.models.clocks import Clock, ClockRule
from dispatch.models.legs import ENDED, OCCUPIED, Assignment, Leg, LegKind, LegMode, Offer
from dispatch.models.people import Agent, Area, Leave, LicenceRule, Shift, Training

__all__ = [
    "ENDED",
    "OCCUPIED",
    "Agent",
    "Area",
    "Assignment",
    "Clock",
    "ClockRule",
    "Key",
    "Leave",
    "Leg",
    "LegKind",
    "LegMode",
    "LicenceRule",
    "Offer",
    "Shift",
    "Training",
]
