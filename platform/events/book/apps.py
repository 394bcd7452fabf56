from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsBookConfig(AppConfig):
    name = "events.book"
    label = "events_book"
    verbose_name = _("log")
