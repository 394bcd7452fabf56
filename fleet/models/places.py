"""The tenant's sites and cost centres: owned, kept by its own people."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from fleet.models.base import Key, page_of


class Site(Key):
    """A place where vehicles stand; coordinates are WGS-84."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    address = models.CharField(_("address"), max_length=300)
    lat = models.FloatField(_("latitude"))
    lng = models.FloatField(_("longitude"))
    contact = models.CharField(_("contact"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(lat__gte=-90, lat__lte=90, lng__gte=-180, lng__lte=180), name="site_lies_on_earth"
            ),
            models.CheckConstraint(condition=~Q(code=""), name="site_has_a_code"),
        ]

    @property
    def ref(self) -> str:
        """sit_…"""
        return public_id("sit", self.id)

    def get_absolute_url(self) -> str:
        """Where it is changed."""
        return page_of("site", self.ref)


class CostCenter(Key):
    """Whom an order is charged to inside the tenant; orders name it by this name."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    code = models.CharField(_("code"), max_length=40, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("cost centre")
        verbose_name_plural = _("cost centres")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(name=""), name="cost_center_has_a_name"),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="one_cost_center_a_code"),
        ]

    @property
    def ref(self) -> str:
        """cct_…"""
        return public_id("cct", self.id)

    def get_absolute_url(self) -> str:
        """Where it is changed."""
        return page_of("cost_center", self.ref)
