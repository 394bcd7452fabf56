"""The repair desk."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RepairConfig(AppConfig):
    """Everything between an order and the signed return."""

    name = "repair"
    label = "repair"
    verbose_name = _("repair")

    def ready(self) -> None:
        """Put the pages into the navigation, and tell dispatch what stands here; an unknown map service keeps the process from
        starting."""
        from dispatch.rooms import register_room
        from repair.maps import offered
        from repair.navigation import register_pages
        from repair.selectors.dimensions import register_dimensions
        from repair.selectors.dispatching import jobs_of_purpose, workshop_places

        offered()
        register_pages()
        register_dimensions()
        register_room(key="repair", places=workshop_places, serves=jobs_of_purpose)
