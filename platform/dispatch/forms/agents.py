"""An agent, his sign-in and his trainings."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.forms.base import areas_field, day_field, degrees_field
from dispatch.models import Agent, TrainingTopic
from dispatch.services.staffing.agents import FIELDS, MOST_LEGS, AgentDraft


class AgentForm(forms.Form):
    """An agent as the lead writes him."""

    name = forms.CharField(label=_("Name"), max_length=80)
    phone = forms.CharField(label=_("Phone"), max_length=32, widget=forms.TextInput(attrs={"type": "tel"}))
    licence = forms.CharField(
        label=_("Licence"), max_length=4, help_text=_("The classes as they are printed: C1, B2, A1A2.")
    )
    licence_expires_on = day_field(_("Licence until"))
    probation_until = day_field(
        _("Probation until"), required=False, help_text=_("Empty when the driving probation is over.")
    )
    in_trade_since = day_field(_("In the trade since"), help_text=_("A full year is needed."))
    home = forms.CharField(
        label=_("Home place"),
        max_length=160,
        required=False,
        help_text=_("In words; his shifts begin at the place below."),
    )
    lat = degrees_field(_("Latitude"), 90)
    lng = degrees_field(_("Longitude"), 180)
    areas = areas_field()
    load = forms.IntegerField(label=_("Legs a shift"), min_value=1, max_value=MOST_LEGS, initial=6)
    is_active = forms.BooleanField(
        label=_("On duty as an agent"),
        required=False,
        initial=True,
        help_text=_("Without it he is named for nothing more."),
    )

    @property
    def draft(self) -> AgentDraft:
        """As the service takes it."""
        values = {name: self.cleaned_data[name] for name in FIELDS}
        return AgentDraft(**values, area_ids=[area.pk for area in self.cleaned_data["areas"]])

    @staticmethod
    def values_of(agent: Agent) -> dict[str, Any]:
        """What the form of an agent begins with."""
        return {**{name: getattr(agent, name) for name in FIELDS}, "areas": [area.pk for area in agent.areas.all()]}


class InviteForm(forms.Form):
    """Where the invitation goes."""

    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autofocus": True}))


class TrainingForm(forms.Form):
    """A training that was held today (or on another day) for these agents."""

    topic = forms.ModelChoiceField(
        TrainingTopic.objects.filter(is_active=True).order_by("code"), label=_("Topic"), empty_label=None
    )
    taken_on = day_field(_("Taken on"))
    valid_until = day_field(
        _("Valid until"), required=False, help_text=_("Empty: as long as the topic says, a month as a rule.")
    )
    agents = forms.ModelMultipleChoiceField(
        Agent.objects.filter(is_active=True).order_by("name", "pk"), label=_("Agents"), widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class StrikeForm(forms.Form):
    """Why a training counts no longer."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"autofocus": True}))
