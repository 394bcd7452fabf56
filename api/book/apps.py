from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiBookConfig(AppConfig):
    name = "api.book"
    label = "api_book"
    verbose_name = _("API book")
