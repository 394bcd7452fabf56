from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersDeskConfig(AppConfig):
    name = "partners.desk"
    label = "partners_desk"
    verbose_name = _("partners")
