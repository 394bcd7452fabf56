"""What an administrator says of a new key."""

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.people.keys import WHAT_SCOPES_DO

DECIDES: Final = "estimates:decide"
MOST_YUAN: Final = 10_000_000_000
DAYS = [
    ("30", gettext_lazy("In 30 days")),
    ("90", gettext_lazy("In 90 days")),
    ("365", gettext_lazy("In a year")),
    ("730", gettext_lazy("In two years")),
]


class KeyForm(forms.Form):
    """What a new key is called, what it is for, and until when."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("The system that will use it. The audit trail shows this name."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=[(scope, format_lazy("{} ({})", words, scope)) for scope, words in WHAT_SCOPES_DO.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )
    up_to = forms.DecimalField(
        label=gettext_lazy("Approves up to"),
        required=False,
        min_value=0,
        max_value=MOST_YUAN,
        decimal_places=2,
        help_text=gettext_lazy("Yuan for one order, if it decides estimates; blank: it approves nothing."),
    )
    days = forms.ChoiceField(label=gettext_lazy("Expires"), choices=DAYS, initial="365")

    def clean(self) -> dict[str, Any]:
        """A limit is for a key that decides."""
        typed = super().clean() or self.cleaned_data
        if typed.get("up_to") is not None and DECIDES not in typed.get("scopes", [DECIDES]):
            self.add_error(
                "up_to", _("A limit needs a key that decides estimates. Tick that above, or leave this blank.")
            )
        return typed

    @property
    def up_to_fen(self) -> int | None:
        """What was typed, in fen."""
        typed: Decimal | None = self.cleaned_data["up_to"]
        return None if typed is None else int(typed.scaleb(2))
