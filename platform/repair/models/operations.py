"""What is done in a workshop, by code: what an estimate's lines name beside their text."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from repair.models.base import Key
from repair.models.estimates import LineKind


class Operation(Key):
    """A kind of work or part; whichever workshop has one of `services` among its own may write it on an estimate."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name_en = models.CharField(_("name, English"), max_length=120)
    name_zh = models.CharField(_("name, Chinese"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=LineKind.choices)
    services = ArrayField(models.CharField(max_length=20), verbose_name=_("services"))
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(services=[]), name="operation_belongs_to_a_service"),
            models.CheckConstraint(
                condition=~Q(name_en="") & ~Q(name_zh=""), name="operation_has_its_name_in_both_languages"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en
