"""Areas and licence rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dispatch.forms.base import day_field, degrees_field, hour_field
from dispatch.models import Area
from dispatch.services.staffing.agents import LICENCES
from dispatch.services.staffing.areas import MOST_METRES, AreaDraft
from dispatch.texts import CLASSES


class AreaForm(forms.Form):
    """An area as the lead draws it."""

    code = forms.CharField(label=_("Code"), max_length=20, help_text=_("Capital letters, digits and single hyphens."))
    name = forms.CharField(label=_("Name"), max_length=80)
    lat = degrees_field(_("Latitude"), 90)
    lng = degrees_field(_("Longitude"), 180)
    radius_m = forms.IntegerField(label=_("Radius in metres"), min_value=1, max_value=MOST_METRES)
    agents_least = forms.IntegerField(
        label=_("Agents at least"),
        min_value=1,
        max_value=50,
        initial=2,
        help_text=_("Fewer fit ones on shift raise an alert."),
    )
    agents_wanted = forms.IntegerField(label=_("Agents wanted"), min_value=1, max_value=50, initial=3)
    staffed_from = hour_field(_("Staffed from"), initial="08:00")
    staffed_until = hour_field(
        _("Staffed until"), initial="20:00", help_text=_("Outside of these hours nobody is promised.")
    )

    @property
    def draft(self) -> AreaDraft:
        """As the service takes it."""
        return AreaDraft(**self.cleaned_data)

    @staticmethod
    def values_of(area: Area) -> dict[str, Any]:
        """What the form of an area begins with."""
        return {name: getattr(area, name) for name in AreaDraft.__dataclass_fields__}


class LicenceRuleForm(forms.Form):
    """A new version: which licences drive a class, from a day on."""

    vehicle_class = forms.ChoiceField(label=_("Vehicle class"), choices=list(CLASSES.items()))
    licences = forms.MultipleChoiceField(
        label=_("Licences"), choices=[(code, code) for code in LICENCES], widget=forms.CheckboxSelectMultiple
    )
    valid_from = day_field(_("Valid from"))
    note = forms.CharField(label=_("Note"), max_length=200, required=False, help_text=_("Why, or by which rule."))
