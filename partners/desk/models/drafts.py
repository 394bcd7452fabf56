"""Prices that are not published yet."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from events.ids import public_id
from partners.desk.models.cards import RateDraft
from partners.desk.models.prices import PriceFields, price_constraints


class DraftPrice(PriceFields):
    """A price of a draft, changed at will."""

    draft = models.ForeignKey(RateDraft, on_delete=models.CASCADE, related_name="prices")

    class Meta:
        verbose_name = _("price of a draft")
        verbose_name_plural = _("prices of drafts")
        constraints: ClassVar[list[Any]] = price_constraints("draft", "draft_price")

    @property
    def ref(self) -> str:
        """The public id."""
        return public_id("prc", self.pk)
