"""What people type into the book's pages."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fleet.intake.columns import COLUMNS
from fleet.intake.texts import LABELS
from fleet.models import BatchPolicy, SavedView
from fleet.selectors.settings import ROLES

POLICY_HELP = {
    BatchPolicy.ALL_OR_NOTHING: _("All or nothing: nothing is ordered while a row is wrong."),
    BatchPolicy.ACCEPT_VALID: _("Accept the valid rows: the others stay to be mended and sent again."),
}


class PolicyForm(forms.Form):
    """How the rows of a file are taken."""

    policy = forms.ChoiceField(
        label=_("When rows are wrong"), choices=list(POLICY_HELP.items()), widget=forms.RadioSelect
    )


class UploadForm(PolicyForm):
    """The same for a file that is sent; its policy overrides the tenant's own."""

    is_dry_run = forms.BooleanField(
        label=_("Only check"),
        required=False,
        help_text=_("Everything is said as for a real one, and nothing can be submitted."),
    )


class LimitsForm(forms.Form):
    """Up to how many yuan each role may approve on one order."""

    names = {
        "approver": _("Approver"),
        "fleet_manager": _("Fleet manager"),
        "admin": _("Administrator"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role in ROLES:
            self.fields[role] = forms.DecimalField(
                label=self.names[role], required=False, min_value=0, max_value=10_000_000_000, decimal_places=2,
                help_text=_("Yuan for one order; blank means nothing at all."),
            )  # fmt: skip

    @property
    def limits_fen(self) -> dict[str, int | None]:
        """What was typed, in fen."""
        typed: dict[str, Decimal | None] = self.cleaned_data
        return {role: None if typed[role] is None else int(typed[role] * 100) for role in ROLES}  # type: ignore[operator]


class MendForm(forms.Form):
    """The cells of a rejected row: those with a fault first. With them goes what they held when the page was made."""

    def __init__(self, *args: Any, cells: dict[str, str], faulty: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cells, self.sent = cells, read_seen(self.data.get("seen", ""))
        rest = [column for column in COLUMNS if (column in cells or column in self.sent) and column not in faulty]
        for column in [*(c for c in COLUMNS if c in faulty), *rest]:
            is_long = column in {"description", "notes"}
            self.fields[column] = forms.CharField(
                label=_(LABELS[column]), required=False, initial=cells.get(column, ""), max_length=5_000, strip=False,
                widget=forms.Textarea(attrs={"rows": 3}) if is_long else forms.TextInput(),
            )  # fmt: skip

    @property
    def shown(self) -> str:
        """What the cells hold now, for the page to send back."""
        return json.dumps({name: self.cells.get(name, "") for name in self.fields})

    def seen(self) -> dict[str, str]:
        """What the page showed; of a page that does not say it, what the cells hold."""
        held = self.sent or self.cells
        return {name: str(held.get(name, "")) for name in self.fields}

    def typed(self) -> dict[str, str]:
        """The cells that are not as the page showed them."""
        seen = self.seen()
        return {name: text for name, text in self.cleaned_data.items() if unbroken(text) != unbroken(seen[name])}


def read_seen(text: str) -> dict[str, str]:
    """What a page sent back of what it had shown; {} for what no page of ours sends."""
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return sent if isinstance(sent, dict) else {}


def unbroken(text: str) -> str:
    """The text with the line ends of this system: browsers send those of another."""
    return text.replace("\r\n", "\n")


class RatingForm(forms.Form):
    """How it went."""

    score = forms.ChoiceField(
        label=_("How did it go?"),
        choices=[(str(score), "★" * score) for score in range(5, 0, -1)],
        widget=forms.RadioSelect,
        initial="5",
    )
    comment = forms.CharField(
        label=_("Anything we should know?"), required=False, max_length=1_000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ViewForm(forms.Form):
    """A saved view: its name, who sees it, and whether the list opens with it."""

    instead_of = forms.ChoiceField(label=_("Save as"), required=False)
    name = forms.CharField(
        label=_("Name"), max_length=60, required=False, widget=forms.TextInput(attrs={"autofocus": True})
    )
    is_shared = forms.BooleanField(label=_("Everybody at your company sees it"), required=False)
    is_first = forms.BooleanField(label=_("My list opens with it"), required=False)

    def __init__(self, *args: Any, own: Sequence[SavedView], may_share: bool, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.views = {view.ref: view for view in own} if is_new else {}
        self.fields["instead_of"].choices = [  # type: ignore[attr-defined]
            ("", _("A new view")),
            *((ref, _("Instead of “%(name)s”") % {"name": view.name}) for ref, view in self.views.items()),
        ]
        if not self.views:
            del self.fields["instead_of"]
        if not may_share:
            del self.fields["is_shared"]

    def clean(self) -> dict[str, Any]:
        """A view that takes another's place may keep its name."""
        data = super().clean() or {}
        replaced = self.views.get(data.get("instead_of", ""))
        if not data.get("name"):
            if replaced is None:
                self.add_error("name", _("Give the view a name."))
            else:
                data["name"] = replaced.name
        return data


class WindowForm(forms.Form):
    """When the vehicle can be fetched."""

    start = forms.DateTimeField(
        label=_("Earliest"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    end = forms.DateTimeField(
        label=_("Latest"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
