"""Order lists that people keep under a name: owned, each person's own or shared with all."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from fleet.models.base import Key


class SavedView(Key):
    """A filter and an order of the order list, as they stand in its address."""

    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1_000, blank=True)
    is_shared = models.BooleanField(_("shared with everybody"), default=False)
    owner_id = models.CharField(max_length=64)
    owner_name = models.CharField(max_length=200)
    is_first: bool  # for the person who asks; said by `views_of`

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["owner_id", "name"], name="one_view_a_name_and_owner"),
            models.UniqueConstraint(fields=["name"], condition=Q(is_shared=True), name="one_shared_view_a_name"),
            models.CheckConstraint(condition=~Q(name=""), name="view_has_a_name"),
        ]

    @property
    def ref(self) -> str:
        """viw_…"""
        return public_id("viw", self.id)


class FirstView(models.Model):
    """The view that a person's order list opens with."""

    person_id = models.CharField(max_length=64, primary_key=True)
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("first view")
        verbose_name_plural = _("first views")
