"""The repair desk."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RepairConfig(AppConfig):
    """Everything between an order and the signed return."""

    name = "repair"
    label = "repair"
    verbose_name = _("repair")

    def ready(self) -> None:
        """Put the pages into the navigation; a map service that is not known keeps the process from starting."""
        from repair.maps import offered
        from repair.navigation import register_pages

        offered()
        register_pages()
