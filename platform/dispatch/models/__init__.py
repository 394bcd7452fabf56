"""DESK: areas, agents and what makes them fit, legs and who was named for them, the clocks and the area alerts."""

from dispatch.models.alerts import AlertKind, AreaAlert, Remedy
from dispatch.models.base import Key
from dispatch.models.clocks import Clock, ClockExcuse, ClockPause, ClockRule, ClockWarning, Desk, PauseRule
from dispatch.models.legs import ENDED, OCCUPIED, Assignment, Leg, LegKind, LegMode, Offer
from dispatch.models.people import Agent, Area, Leave, LicenceRule, Shift, Training

__all__ = [
    "ENDED",
    "OCCUPIED",
    "Agent",
    "AlertKind",
    "Area",
    "AreaAlert",
    "Assignment",
    "Clock",
    "ClockExcuse",
    "ClockPause",
    "ClockRule",
    "ClockWarning",
    "Desk",
    "Key",
    "Leave",
    "Leg",
    "LegKind",
    "LegMode",
    "LicenceRule",
    "Offer",
    "PauseRule",
    "Remedy",
    "Shift",
    "Training",
]
