from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DispatchConfig(AppConfig):
    name = "dispatch"
    label = "dispatch"
    verbose_name = _("dispatch")

    def ready(self) -> None:
        """Put the pages into the console's navigation."""
        from dispatch.navigation import register_pages

        register_pages()
