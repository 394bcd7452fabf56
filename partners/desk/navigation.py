"""Agreements in the console's navigation."""

from django.utils.translation import gettext_lazy as _

from partners.desk.access import READERS
from tenants.people.navigation import register_nav


def register_pages() -> None:
    """Rate cards, and the taxes on them."""
    pages = (
        ("rates", _("Rate cards"), "agreements:cards", "receipt-2", 84),
        ("vat", _("VAT rates"), "agreements:vat", "receipt-tax", 85),
    )
    for key, label, url_name, icon, order in pages:
        register_nav(
            area="console", key=key, label=label, url_name=url_name, icon=icon, order=order, roles=READERS,
            section=_("Agreements"),
        )  # fmt: skip
