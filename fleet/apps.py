"""The fleet's book."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FleetConfig(AppConfig):
    """Vehicles, sites, cost centres, batches, orders, approval limits."""

    name = "fleet"
    label = "fleet"
    verbose_name = _("fleet")

    def ready(self) -> None:
        """Put the pages into the navigation, and the reader that writes to approvers beside the log."""
        import fleet.approval_letters
        import fleet.approval_mail  # noqa: F401
        from fleet.navigation import register_pages

        register_pages()
