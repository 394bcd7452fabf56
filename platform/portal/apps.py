"""The tenant's pages that span several books."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """Home, search, members, keys, the audit trail."""

    name = "portal"
    label = "portal"
    verbose_name = _("portal")

    def ready(self) -> None:
        """Home, search and an administrator's pages in the shell."""
        from tenants.people.models import TenantRole
        from tenants.people.navigation import register_nav, register_search

        register_nav(area="portal", key="home", label=_("Home"), url_name="portal:home", icon="home", order=10)
        for key, label, icon, order in (("members", _("Members"), "users", 900), ("keys", _("API keys"), "key", 910)):
            register_nav(
                area="portal", key=key, label=label, url_name=key, icon=icon, order=order, roles={TenantRole.ADMIN},
                section=_("Administration"),
            )  # fmt: skip
        register_search(area="portal", url_name="portal:search")
