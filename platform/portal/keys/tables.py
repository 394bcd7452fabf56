"""Keys, row by row."""

from typing import Final

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.people.keys import EVERYTHING, MARK
from tenants.people.models import ApiKey
from ui.tables import DenseTable, KeyColumn, StatusColumn, TimeColumn

STATES = {
    "active": gettext_lazy("Live"),
    "expiring": gettext_lazy("Expires soon"),
    "expired": gettext_lazy("Expired"),
    "revoked": gettext_lazy("Revoked"),
}
LIVE: Final = frozenset({"active", "expiring"})


class KeyTable(DenseTable):
    """Every key, the live ones first."""

    name = KeyColumn(verbose_name=gettext_lazy("Name"))
    prefix = tables.Column(verbose_name=gettext_lazy("Begins with"), orderable=False)
    scopes = tables.Column(
        verbose_name=gettext_lazy("Scopes"), orderable=False, attrs={"td": {"class": "ui-wrap-cell"}}
    )
    standing = StatusColumn(verbose_name=gettext_lazy("Status"), labels=STATES, orderable=False, empty_values=())
    expires_at = TimeColumn(verbose_name=gettext_lazy("Expires"), style="date", default=gettext_lazy("Never expires"))
    last_used_at = TimeColumn(verbose_name=gettext_lazy("Last used"), default=gettext_lazy("Never"))
    created_by = tables.Column(verbose_name=gettext_lazy("Made by"))

    class Meta(DenseTable.Meta):
        empty_text = gettext_lazy("No keys yet. A partner's program needs one to call the API.")

    def row_url(self, record: ApiKey) -> str:
        return reverse("key", args=[record.public_id])

    def render_prefix(self, value: str) -> str:
        return beginning(value)

    def render_scopes(self, value: list[str]) -> str:
        return _("Everything") if EVERYTHING in value else ", ".join(value)


def beginning(prefix: str) -> str:
    """What a key begins with: enough to tell it from others, nothing to use it with."""
    return f"{MARK}_{prefix}_…"
