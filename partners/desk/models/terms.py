"""The terms of a tenant as a whole."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import Tenant


class TenantTerms(models.Model):
    """What holds for a tenant's requests as a whole."""

    tenant = models.OneToOneField(Tenant, on_delete=models.CASCADE, primary_key=True, related_name="+")
    is_on_credit_hold = models.BooleanField(_("credit hold"), default=False)
    credit_hold_reason = models.CharField(_("reason"), max_length=200, blank=True)
    lays_out_up_to_fen = models.BigIntegerField(_("laid out without asking, up to"), default=50_000)  # (to confirm)
    asks_rating = models.BooleanField(_("asks for a rating"), default=True)

    class Meta:
        verbose_name = _("terms")
        verbose_name_plural = _("terms")
