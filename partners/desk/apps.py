"""The operator's side of what was agreed."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersDeskConfig(AppConfig):
    """Terms, rate cards and taxes."""

    name = "partners.desk"
    label = "partners_desk"
    verbose_name = _("partners")

    def ready(self) -> None:
        """Put the pages into the console's navigation."""
        from partners.desk.navigation import register_pages

        register_pages()
