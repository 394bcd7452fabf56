"""What an administrator says of a member."""

from collections.abc import Callable

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from tenants.actors import actor_of as actor_of  # the pages of this room take it from here
from tenants.people.models import TenantRole

WHAT_ROLES_DO = {
    TenantRole.ADMIN: gettext_lazy("Administrator: everything, and who is a member"),
    TenantRole.FLEET_MANAGER: gettext_lazy("Fleet manager: vehicles, sites, batches and orders"),
    TenantRole.APPROVER: gettext_lazy("Approver: decides about estimates"),
    TenantRole.REQUESTER: gettext_lazy("Requester: asks for work"),
    TenantRole.FINANCE: gettext_lazy("Finance: invoices and payments"),
    TenantRole.VIEWER: gettext_lazy("Viewer: sees, changes nothing"),
}


class RolesForm(forms.Form):
    """Which roles a member has."""

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        choices=list(WHAT_ROLES_DO.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one role.")},
    )


class InviteForm(RolesForm):
    """Whom to invite."""

    email = forms.EmailField(
        max_length=254,
        label=gettext_lazy("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    field_order = ("email", "roles")


def did(form: forms.Form, change: Callable[[], None]) -> bool:
    """Whether the service accepted it; else its reasons stand beside the fields."""
    try:
        change()
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True
