"""What the lead and the agents fill in."""

from dispatch.forms.agents import AgentForm, InviteForm, StrikeForm, TrainingForm
from dispatch.forms.hours import AnswerForm, AskLeaveForm, CopyForm, LeaveForm, ShiftForm, ShiftsForm
from dispatch.forms.rules import AreaForm, LicenceRuleForm

__all__ = [
    "AgentForm",
    "AnswerForm",
    "AreaForm",
    "AskLeaveForm",
    "CopyForm",
    "InviteForm",
    "LeaveForm",
    "LicenceRuleForm",
    "ShiftForm",
    "ShiftsForm",
    "StrikeForm",
    "TrainingForm",
]
