"""Which pictures are taken whenever a vehicle goes from hand to hand."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from repair.models.base import Key


class ShotOccasion(models.TextChoices):
    """Where pictures are asked for."""

    REPORT = "report", _("Condition report")
    HAND_OVER = "hand_over", _("Hand-over from the workshop")


class RequiredShot(Key):
    """A picture without which the vehicle does not change hands; empty services mean every one (to be confirmed)."""

    occasion = models.CharField(_("occasion"), max_length=10, choices=ShotOccasion.choices)
    code = models.CharField(_("code"), max_length=30, validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*$")])
    name_en = models.CharField(_("name, English"), max_length=60)
    name_zh = models.CharField(_("name, Chinese"), max_length=60)
    services = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("services"))
    position = models.PositiveSmallIntegerField(_("position"))
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("required shot")
        verbose_name_plural = _("required shots")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["occasion", "code"], name="one_rule_a_shot"),
            models.CheckConstraint(
                condition=~Q(name_en="") & ~Q(name_zh=""), name="shot_has_its_name_in_both_languages"
            ),
            models.CheckConstraint(  # the phone's words for what is no shot
                condition=Q(code__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$") & ~Q(code__regex=r"^(sign|damage|given)(-|$)"),
                name="shot_code_is_plain",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en
