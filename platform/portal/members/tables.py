"""Members and open invitations, row by row."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy

from tenants.actors import actor_of as actor_of  # the pages of this room take it from here
from tenants.people.models import Invitation, Membership, join_names, names_of_roles
from ui.tables import DenseTable, KeyColumn, StatusColumn, TimeColumn

STATES = {
    "active": gettext_lazy("Active"),
    "stopped": gettext_lazy("Deactivated"),
    "invited": gettext_lazy("Invited"),
    "expired": gettext_lazy("Expired"),
}


class MemberTable(DenseTable):
    """Who may come in, or could once."""

    name = KeyColumn(verbose_name=gettext_lazy("Member"), accessor="user__name")
    email = tables.Column(verbose_name=gettext_lazy("E-mail address"), accessor="user__email")
    roles = tables.Column(verbose_name=gettext_lazy("Roles"), orderable=False, attrs={"td": {"class": "ui-wrap-cell"}})
    state = StatusColumn(
        verbose_name=gettext_lazy("Status"), labels=STATES, accessor="is_active", order_by="-is_active"
    )
    created_at = TimeColumn(verbose_name=gettext_lazy("Member since"), style="date")

    class Meta(DenseTable.Meta):
        empty_text = gettext_lazy("No members yet")

    def row_url(self, record: Membership) -> str:
        return reverse("member", args=[record.public_id])

    def render_roles(self, value: list[str]) -> str:
        return join_names(names_of_roles(value))


class InvitationTable(DenseTable):
    """Who was invited and has not come yet."""

    email = tables.Column(verbose_name=gettext_lazy("E-mail address"), attrs={"td": {"class": "ui-key"}})
    roles = tables.Column(verbose_name=gettext_lazy("Roles"), orderable=False, attrs={"td": {"class": "ui-wrap-cell"}})
    state = StatusColumn(verbose_name=gettext_lazy("Status"), labels=STATES, orderable=False, empty_values=())
    invited_at = TimeColumn(verbose_name=gettext_lazy("Sent"))
    expires_at = TimeColumn(verbose_name=gettext_lazy("Valid until"))
    actions = tables.TemplateColumn(
        verbose_name="", template_name="portal/members_invitation_actions.html", orderable=False
    )

    class Meta(DenseTable.Meta):
        empty_text = gettext_lazy("Nobody is invited at present")

    def row_url(self, record: Invitation) -> str:
        return ""

    def render_roles(self, value: list[str]) -> str:
        return join_names(names_of_roles(value))
