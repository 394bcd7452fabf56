"""What the operator does not do, why, and what it offers instead: rules that it edits itself."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from repair.models.base import Key


class ScopeRule(Key):
    """A pattern that a request must not match; reason and alternative in both languages."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    services = ArrayField(
        models.CharField(max_length=12), default=list, blank=True, verbose_name=_("services (empty: all)")
    )
    pattern = models.CharField(_("words, or a regular expression after re:"), max_length=1000)
    reason_en = models.TextField(_("reason, English"))
    reason_zh = models.TextField(_("reason, Chinese"))
    alternative_en = models.TextField(_("alternative, English"))
    alternative_zh = models.TextField(_("alternative, Chinese"))
    is_active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("scope rule")
        verbose_name_plural = _("scope rules")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=~Q(reason_en="") & ~Q(reason_zh="") & ~Q(alternative_en="") & ~Q(alternative_zh=""),
                name="scope_rule_explains_itself_in_both_languages",
            ),
        ]
