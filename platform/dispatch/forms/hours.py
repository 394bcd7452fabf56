"""Shifts and leave."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dispatch.forms.base import agent_field, day_field, hour_field, reason_field
from dispatch.models import Shift, ShiftPattern
from dispatch.planning.model import Interval
from dispatch.planning.tables import ZONE
from dispatch.roster import Week
from dispatch.services.staffing.shifts import hours_on


class ShiftsForm(forms.Form):
    """The same hours on some days of a week: those of a pattern, or others."""

    pattern = forms.ModelChoiceField(
        ShiftPattern.objects.filter(is_active=True).order_by("starts"), label=_("Shift"), required=False,
        empty_label=_("Other hours"),
    )  # fmt: skip
    starts = hour_field(_("From"), required=False, help_text=_("Only for other hours."))
    ends = hour_field(_("Until"), required=False, help_text=_("Earlier than the beginning: on the next day."))
    days = forms.TypedMultipleChoiceField(
        label=_("Days"), coerce=date.fromisoformat, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, week: Week, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["days"]
        field.choices = day_choices([day for day in week.days if day >= today])
        pattern: Any = self.fields["pattern"]
        pattern.label_from_instance = lambda row: f"{row.name} {row.starts:%H:%M}–{row.ends:%H:%M}"

    def clean(self) -> dict[str, Any]:
        """Hours from somewhere."""
        cleaned: dict[str, Any] = super().clean() or {}
        pattern = cleaned.get("pattern")
        if pattern is not None:
            return cleaned | {"starts": pattern.starts, "ends": pattern.ends}
        for name in ("starts", "ends"):
            if name not in self.errors and cleaned.get(name) is None:
                self.add_error(name, _now("Choose a shift, or give its hours."))
        if not self.errors and cleaned["starts"] == cleaned["ends"]:
            self.add_error("ends", _now("It must end after it begins."))
        return cleaned


def day_choices(days: Sequence[date]) -> list[tuple[str, str]]:
    """Days by their names."""
    return [(day.isoformat(), date_format(day, "D j M")) for day in days]


class ShiftForm(forms.Form):
    """One shift: whose it is, and when."""

    agent = agent_field()
    day = day_field(_("Day"))
    starts = hour_field(_("From"))
    ends = hour_field(_("Until"), help_text=_("Earlier than the beginning: on the next day."))

    def clean(self) -> dict[str, Any]:
        """An end that is not the beginning."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and cleaned["starts"] == cleaned["ends"]:
            self.add_error("ends", _now("It must end after it begins."))
        return cleaned

    @property
    def hours(self) -> Interval:
        """From and until."""
        return hours_on(self.cleaned_data["day"], self.cleaned_data["starts"], self.cleaned_data["ends"])

    @staticmethod
    def values_of(shift: Shift) -> dict[str, Any]:
        """What the form of a shift begins with."""
        start, end = (timezone.localtime(moment, ZONE) for moment in (shift.starts_at, shift.ends_at))
        return {"agent": shift.agent_id, "day": start.date(), "starts": start.time(), "ends": end.time()}


class CopyForm(forms.Form):
    """From which week."""

    source = forms.ChoiceField(label=_("From the week"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, weeks: Sequence[Week], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["source"]
        field.choices = [(week.key, name_of(week)) for week in weeks]
        field.initial = weeks[0].key


def name_of(week: Week) -> str:
    """A week by its days."""
    return f"{week.key} · {date_format(week.monday, 'j M')} – {date_format(week.sunday, 'j M')}"


class AskLeaveForm(forms.Form):
    """From a day to a day, both included; with hours, from then or until then."""

    starts_on = day_field(_("From"))
    starts_hour = hour_field(_("from what hour"), required=False, help_text=_("Empty: the whole day."))
    ends_on = day_field(_("Until, included"))
    ends_hour = hour_field(_("until what hour"), required=False, help_text=_("Empty: the whole day."))
    reason = reason_field()

    @property
    def span(self) -> Interval:
        """From and until."""
        data = self.cleaned_data
        start = datetime.combine(data["starts_on"], data["starts_hour"] or time(), ZONE)
        if data["ends_hour"] is not None:
            return start, datetime.combine(data["ends_on"], data["ends_hour"], ZONE)
        return start, datetime.combine(data["ends_on"] + timedelta(days=1), time(), ZONE)


class LeaveForm(AskLeaveForm):
    """The same, given by the lead."""

    agent = agent_field()
    field_order = ("agent", "starts_on", "starts_hour", "ends_on", "ends_hour", "reason")


class AnswerForm(forms.Form):
    """What the agent reads; a no needs it."""

    answer = forms.CharField(label=_("Answer"), max_length=200, required=False, help_text=_("The agent reads it."))

    def __init__(self, *args: Any, is_needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].required = is_needed
