"""DESK: areas, agents and what makes them fit, legs and who was named for them, the clocks, and alerts."""

from dispatch.models.alerts import AlertKind, AreaAlert, Remedy
from dispatch.models.base import Key
from dispatch.models.clocks import Clock, ClockExcuse, ClockPause, ClockRule, ClockWarning, Desk, PauseRule
from dispatch.models.cover import CoverAlert
from dispatch.models.legs import ENDED, OCCUPIED, Assignment, Leg, LegKind, LegMode, Offer
from dispatch.models.people import Agent, Area, LicenceRule
from dispatch.models.staff import Leave, LeaveRequest, Shift, ShiftPattern, Training, TrainingTopic

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
    "CoverAlert",
    "Desk",
    "Key",
    "Leave",
    "LeaveRequest",
    "Leg",
    "LegKind",
    "LegMode",
    "LicenceRule",
    "Offer",
    "PauseRule",
    "Remedy",
    "Shift",
    "ShiftPattern",
    "Training",
    "TrainingTopic",
]
