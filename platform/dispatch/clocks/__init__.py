"""The clock engine. Whoever owns the fact starts, stops, pauses and cancels, inside its own running command.

A clock runs out at `due_at`. Whoever finds that first writes the breach, once, and nobody can change it afterwards: triggers
hold that. A paused clock stands still, and its end moves by the length of the pause. Warnings, breaches and the ends of
pauses follow from the rows alone: whoever touches a clock first brings it up to its `now`, so that a beat that slept, or two
at once, change no verdict.
"""

from dispatch.clocks.alerting import apply_alerts
from dispatch.clocks.pausing import pause_clocks, resume_clocks
from dispatch.clocks.rules import UnknownClock
from dispatch.clocks.standing import running
from dispatch.clocks.starting import start_clocks
from dispatch.clocks.stopping import cancel_clocks, stop_clocks
from dispatch.clocks.sweeping import Swept, find_breaches, sweep_clocks

__all__ = [
    "Swept",
    "UnknownClock",
    "apply_alerts",
    "cancel_clocks",
    "find_breaches",
    "pause_clocks",
    "resume_clocks",
    "running",
    "start_clocks",
    "stop_clocks",
    "sweep_clocks",
]
