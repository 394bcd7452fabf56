from importlib import import_module

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("events")

    def ready(self) -> None:
        """Register every room's facts, events, listeners and projectors."""
        for app in apps.get_app_configs():
            for part in ("events", "listeners", "projectors"):
                if app.module is not None and module_has_submodule(app.module, part):
                    import_module(f"{app.name}.{part}")
