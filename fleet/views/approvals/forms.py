"""What people type of approvals."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fleet import texts
from fleet.fields import YuanField
from fleet.forms import moment_field
from fleet.models import ApprovalLimit, OverBudget
from fleet.selectors.limits import ROLES
from fleet.services.approvals.limits import OLDEST, Terms
from tenants.people.models import names_of_roles
from tenants.people.selectors import Colleague

AMOUNTS = [("none", _("Nothing")), ("amount", _("Up to an amount")), ("unlimited", _("Without limit"))]


class LimitForm(forms.Form):
    """Whose limit, under which conditions, and up to how much."""

    holder = forms.ChoiceField(label=_("Who"))
    service = forms.ChoiceField(label=_("Service"), required=False)
    max_age_years = forms.IntegerField(
        label=_("Vehicles up to this age, in years"), required=False, min_value=0, max_value=OLDEST,
        help_text=_("By the model year in the VIN; blank: of any age."),
    )  # fmt: skip
    vehicle_spend_fen = YuanField(
        label=_("While the vehicle's year is up to"),
        help_text=_("Yuan approved for the vehicle this year, with this order; blank: however much."),
    )
    center_spend_fen = YuanField(
        label=_("While the cost centre's year is up to"),
        help_text=_("Yuan approved for the cost centre this year, with this order; blank: however much."),
    )
    amount = forms.ChoiceField(label=_("May approve"), choices=AMOUNTS, widget=forms.RadioSelect, initial="amount")
    up_to_fen = YuanField(label=_("Up to"), help_text=_("Yuan for one order, with what it has cost before."))
    may_exceed_budget = forms.BooleanField(
        label=_("May go above a cost centre's budget"), required=False,
        help_text=_("Where the rules ask somebody higher for it."),
    )  # fmt: skip

    def __init__(self, data: Any, *, people: Sequence[Colleague], held: ApprovalLimit | None) -> None:
        super().__init__(data, initial=initial_of(held))
        names = [(f"role:{role}", _("All: %(role)s") % {"role": "".join(names_of_roles([role]))}) for role in ROLES]
        members = [(f"member:{person.id}", person.name) for person in people]
        if held is not None and held.member_id and all(key != f"member:{held.member_id}" for key, _name in members):
            members.append((f"member:{held.member_id}", held.member_name))
        self.fields["holder"].choices = [*names, *members]  # type: ignore[attr-defined]
        services = [("", _("Any")), *texts.SERVICES.items()]
        self.fields["service"].choices = services  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """An amount is given where one is meant, and nowhere else."""
        data: dict[str, Any] = super().clean() or {}
        kind = data.get("amount")
        if kind == "amount" and data.get("up_to_fen") is None and "up_to_fen" not in self.errors:
            self.add_error("up_to_fen", _("Give the amount."))
        if kind != "amount":
            data["up_to_fen"] = None
        return data

    @property
    def terms(self) -> Terms:
        """What was typed."""
        data = self.cleaned_data
        kind, _colon, key = data["holder"].partition(":")
        rest = {each.name: data[each.name] for each in fields(Terms) if each.name in data}
        return Terms(
            **{**rest, "is_unlimited": data["amount"] == "unlimited", "role" if kind == "role" else "member_id": key}
        )


def initial_of(held: ApprovalLimit | None) -> dict[str, Any]:
    """A limit as the form shows it."""
    if held is None:
        return {}
    kind = "amount" if held.up_to_fen is not None else "none"
    return {
        **{each.name: getattr(held, each.name) for each in fields(Terms)},
        "holder": f"member:{held.member_id}" if held.member_id else f"role:{held.role}",
        "amount": "unlimited" if held.is_unlimited else kind,
    }


class DelegationForm(forms.Form):
    """Who stands in, from when until when, and up to how much at most."""

    principal = forms.ChoiceField(label=_("For"))
    deputy = forms.ChoiceField(label=_("Deputy"))
    starts_at = moment_field(_("From"))
    ends_at = moment_field(_("Until"))
    up_to_fen = YuanField(
        label=_("At most"), help_text=_("Yuan for one order; blank: whatever the one whom it is for may approve.")
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=300)

    def __init__(self, data: Any, *, people: Sequence[Colleague], own_id: str, is_admin: bool) -> None:
        super().__init__(data, initial={"principal": own_id})
        names = [(str(person.id), person.name) for person in people]
        self.fields["deputy"].choices = [pair for pair in names if is_admin or pair[0] != own_id]  # type: ignore[attr-defined]
        self.fields["principal"].choices = names  # type: ignore[attr-defined]
        if not is_admin:
            del self.fields["principal"]

    @property
    def terms(self) -> dict[str, Any]:
        """What was typed, in the service's words."""
        data = self.cleaned_data
        return {
            "principal_id": data.get("principal", ""),
            "deputy_id": data["deputy"],
            **{name: data[name] for name in ("starts_at", "ends_at", "up_to_fen", "reason")},
        }


class RulesForm(forms.Form):
    """What holds beside the limits."""

    four_eyes_from_fen = YuanField(
        label=_("Somebody else approves from"),
        help_text=_(
            "From this amount in yuan on, whoever has sent an order does not approve it; blank: never asked for."
        ),
    )
    over_budget = forms.ChoiceField(
        label=_("Above a cost centre's budget"), choices=OverBudget.choices, widget=forms.RadioSelect
    )
