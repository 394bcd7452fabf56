"""The tenant's pages that span several books."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """Home, search, members."""

    name = "portal"
    label = "portal"
    verbose_name = _("portal")

    def ready(self) -> None:
        """Home and search in the shell."""
        from tenants.people.navigation import register_nav, register_search

        register_nav(area="portal", key="home", label=_("Home"), url_name="portal:home", icon="home", order=10)
        register_search(area="portal", url_name="portal:search")
