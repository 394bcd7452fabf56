"""Fields and choices that several forms of dispatch share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.models import Agent, Area
from ui.widgets import LongSelect


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    """A day, picked from the browser's calendar."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


def hour_field(label: Any, **kwargs: Any) -> forms.TimeField:
    """An hour of the day."""
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **kwargs)


def degrees_field(label: Any, most: int) -> forms.FloatField:
    """A latitude or longitude in degrees (WGS-84)."""
    return forms.FloatField(
        label=label,
        min_value=-most,
        max_value=most,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )


def reason_field(**kwargs: Any) -> forms.CharField:
    """Why."""
    return forms.CharField(label=_("Reason"), max_length=120, **kwargs)


def agent_field() -> "forms.ModelChoiceField[Agent]":
    """One active agent."""
    return forms.ModelChoiceField(
        Agent.objects.filter(is_active=True).order_by("name", "pk"),
        label=_("Agent"),
        widget=LongSelect,
        empty_label=None,
    )


def areas_field() -> "forms.ModelMultipleChoiceField[Area]":
    """One area or more."""
    return forms.ModelMultipleChoiceField(
        Area.objects.order_by("name"), label=_("Areas"), widget=forms.CheckboxSelectMultiple
    )
