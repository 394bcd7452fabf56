"""The operator's pages that span several desks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    """Home, and the search over the desks."""

    name = "console"
    label = "console"
    verbose_name = _("console")

    def ready(self) -> None:
        """Home and search in the shell."""
        from tenants.people.navigation import register_nav, register_search

        register_nav(area="console", key="home", label=_("Home"), url_name="console:home", icon="home", order=10)
        register_search(area="console", url_name="console:search")
